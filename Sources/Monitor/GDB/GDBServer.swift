import TandemKernel
public import TandemMachine
public import TandemOS

/// Lets GDB debug a machine: `-gdb tcp::PORT` and `-S`.
///
/// The guest runs inside of `run`, and stands outside of any run of its simulation: there the debugger reads and writes,
/// and neither time nor anything else moves. Use it on the thread that runs the machine.
public final class GDBServer {
    /// Where debuggers connect to.
    public var address: SocketAddress { link.address }

    private let simulation: Simulation
    private let target: HartTarget
    private let say: (String) -> Void
    private let port: InboxPort
    private let link: GDBLink
    private let thread: HostThread
    private var session: RSPSession?
    private var connection: UInt32 = 0
    /// Started with -S, and nobody has let the guest go yet.
    private var isWaitingForStart: Bool
    private var isKilled = false

    /// Listens. With `startsHalted` the guest does not begin before a debugger says so. `say` gets lines for the user.
    public init(
        _ machine: Machine, at address: SocketAddress, startsHalted: Bool, say: @escaping (String) -> Void
    ) throws(OSError) {
        simulation = machine.simulation
        target = HartTarget(machine.simulation, harts: machine.harts)
        isWaitingForStart = startsHalted
        self.say = say
        let door = Door()
        port = simulation.inbox.register(owner: simulation.root, name: "gdb") { door.server?.receive($0) }
        link = try GDBLink(address, port: port)
        thread = try link.start()
        door.server = self
        if startsHalted { target.halt() }
    }

    deinit {
        link.finish()
        thread.join()
    }

    /// The inbox keeps its handlers to the end of the simulation, which may come after the server's.
    private final class Door {
        weak var server: GDBServer?
    }

    // MARK: The run

    /// Runs the machine by `advance` until it ends, and lets a debugger stop it in between.
    public func run(_ advance: () -> RunOutcome) -> RunOutcome {
        // While the guest stands, mail is waited for even if no debugger is there yet.
        port.attach()
        defer { port.detach() }
        while true {
            while stands {
                // False: somebody wants the run to end. The next one does so at once, for all harts rest.
                guard simulation.inbox.receive() else { break }
            }
            if isKilled { return end(RunOutcome(.quit)) }
            // The debugger may have said “go on” and “stop” in one breath: then there is nothing to run.
            if tellStop() { continue }
            port.detach()
            let outcome = advance()
            port.attach()
            guard outcome.reason == .debugger else { return end(outcome) }
            _ = tellStop()
        }
    }

    /// Tells the debugger why the guest has stopped. False if it has not.
    private func tellStop() -> Bool {
        guard let stop = target.takeStop() else { return false }
        session?.guestStopped(stop)
        flush()
        return true
    }

    private var stands: Bool {
        if isKilled { return false }
        return session.map { $0.state == .stopped } ?? isWaitingForStart
    }

    private func end(_ outcome: RunOutcome) -> RunOutcome {
        session?.guestExited(code: outcome.code)
        flush()
        session = nil
        link.finish()
        return outcome
    }

    // MARK: Mail

    private func receive(_ bytes: [UInt8]) {
        switch GDBLink.Message(bytes) {
        case .connected(let number):
            connection = number
            target.halt()
            target.pause()
            session = RSPSession(target)
        case .received(let number, let bytes) where number == connection && session != nil:
            session?.receive(bytes)
            flush()
            link.ready(number)
            react()
        case .closed(let number) where number == connection && session != nil: vanish()
        case .received, .closed, nil: break
        }
    }

    private func flush() {
        guard let output = session?.takeOutput(), !output.isEmpty else { return }
        link.send(output, to: connection)
    }

    /// Does what the session's new state asks for.
    private func react() {
        switch session?.state {
        case .running: isWaitingForStart = false
        case .detached:
            session = nil
            link.close(connection)
            isWaitingForStart = false
            target.release()
        case .killed:
            isKilled = true
            if simulation.scheduler.isActive { simulation.scheduler.stop(StopRequest(.quit)) }
        case .stopped, nil: break
        }
    }

    /// The debugger is gone without a word.
    private func vanish() {
        session?.end()
        session = nil
        if isWaitingForStart {
            say("gdb: the debugger is gone; the guest, which has not started, waits for the next one")
        } else {
            say("gdb: the debugger is gone; the guest goes on")
            target.release()
        }
    }
}
