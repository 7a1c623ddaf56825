import TandemBus
public import TandemHost
import TandemKernel
public import TandemMachine
public import TandemOS

/// Lets GDB debug a machine: `-gdb tcp::PORT` and `-S`.
///
/// The debugger stops the machine and lets it go on through its ``RunControl``, as every other client does: while it looks
/// at the guest, neither time nor anything else moves. When another client lets the machine go on, or stops it, the debugger
/// is told so.
public final class GDBServer: ControlClient {
    /// Where debuggers connect to.
    public var address: SocketAddress? { link.link.socketAddress }

    private unowned let control: RunControl
    private let target: HartTarget
    private let say: (String) -> Void
    private let link: PeerLink
    private var session: RSPSession?
    private var connection: UInt32 = 0

    /// `tcp:ADDRESS:PORT`, which is this machine alone where there is no address and any free port where the port is 0; or
    /// `unix:PATH`.
    public static func address(_ text: String) -> SocketAddress? {
        if text.hasPrefix("unix:"), text.utf8.count > 5 { return .unix(path: String(text.dropFirst(5))) }
        return text.hasPrefix("tcp:") ? CharacterOptions.address(parsing: String(text.dropFirst(4))) : nil
    }

    /// Listens. `say` gets lines for the user; `monitor` is what the debugger's `monitor` commands work with.
    public init(
        _ control: RunControl, at address: SocketAddress, monitor: MonitorContext? = nil,
        say: @escaping (String) -> Void
    ) throws(CharacterError) {
        self.control = control
        let machine = control.machine
        let readOnly = machine.plan.modules.flatMap { planned in
            machine.module(planned.path) is Rom ? planned.windows.map { $0.start...$0.end } : []
        }
        target = HartTarget(machine.simulation, harts: machine.harts, readOnlyMemory: readOnly)
        self.say = say
        let line = try CharacterLink(
            CharacterOptions(id: "gdb", .server(address, waits: false), overflow: .disconnect), option: "-gdb",
            stop: machine.simulation.stopHandle)
        link = PeerLink(line) { RawFraming() }
        target.control = control
        if let monitor {
            target.console = { line in
                do throws(CommandError) { return try HumanMonitor.perform(line, in: monitor) } catch {
                    return "\(error)\n"
                }
            }
        }
        try link.start(control.admit(self, name: "gdb"))
    }

    deinit {
        link.finish()
    }

    // MARK: The control's side

    public func receive(_ bytes: [UInt8]) {
        switch PeerMessage(bytes) {
        case .connected(let number):
            connection = number
            session = RSPSession(target)
            control.stop(.debug)
        case .received(let number, let bytes) where number == connection && session != nil:
            session?.receive(bytes)
            flush()
            react()
            link.ready(number)
        case .closed(let number) where number == connection && session != nil: vanish()
        case .received, .closed, .focused, nil: break
        }
    }

    public func hear(_ event: MonitorEvent) {
        switch event.kind {
        case .stop:
            guard session?.state == .running else { return }
            let stop = target.takeStop()
            // Stopped by somebody else: to the debugger that is an interruption.
            session?.guestStopped(stop ?? .interrupt)
            flush()
        case .resume:
            guard session?.state == .stopped else { return }
            target.release()
            session?.guestResumed()
        default: break
        }
    }

    public func end(_ outcome: RunOutcome) {
        session?.guestExited(code: outcome.code)
        flush()
        session = nil
        link.finish()
    }

    // MARK: The debugger's side

    private func flush() {
        guard let output = session?.takeOutput(), !output.isEmpty else { return }
        link.send(output, to: connection)
    }

    /// Does what the session's new state asks for.
    private func react() {
        switch session?.state {
        case .running:
            // The debugger may have said “go on” and “stop” in one breath: then there is nothing to run.
            if let stop = target.takeStop() {
                session?.guestStopped(stop)
                flush()
                control.stop(.debug)
            } else {
                letGo()
            }
        case .detached:
            session = nil
            link.close(connection)
            target.release()
            letGo()
        case .killed: control.quit()
        case .stopped, nil: break
        }
    }

    /// Lets the machine run. One whose run has ended cannot: the debugger sees it stand.
    private func letGo() {
        do throws(CommandError) { try control.resume() } catch {
            say("gdb: \(error)")
            session?.guestStopped(.interrupt)
            flush()
        }
    }

    /// The debugger is gone without a word.
    private func vanish() {
        session?.end()
        session = nil
        if control.state == .prelaunch {
            say("gdb: the debugger is gone; the guest, which has not started, waits for the next one")
        } else {
            say("gdb: the debugger is gone; the guest goes on")
            target.release()
            letGo()
        }
    }
}
