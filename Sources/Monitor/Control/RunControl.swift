import TandemDevices
public import TandemKernel
public import TandemMachine
import TandemOS

/// The one door through which a machine is controlled while it runs: monitors, debuggers and signals stop it, let it go
/// on, reset it and end it here.
///
/// ```
/// client ─► its host thread ─► ControlPort ─► RunControl ─► ControlClient.receive     between two runs
/// client ◄─ its host thread ◄──────────────── ControlClient ◄─ hear(event)
/// ```
/// Whatever a client posts lets the run return at the next moment at which everything is at rest; it is dealt with there,
/// and the run goes on as if nothing had happened. So a command sees and changes a machine that stands, simulated time
/// included, and no number of commands changes what the guest does.
///
/// Use it on the thread that runs the machine.
public final class RunControl {
    /// In which of its states a machine is, in QMP's words.
    public enum State: String, Sendable, CaseIterable {
        /// It has not been let go yet (-S, or a client that is waited for).
        case prelaunch
        case running
        /// Somebody stopped it.
        case paused
        /// A debugger stopped it.
        case debug
        /// The run has ended, and the machine is kept for whoever wants to look at it.
        case shutdown
    }

    public let machine: Machine
    public private(set) var state: State {
        didSet {
            let now = HostClock.monotonic.nanoseconds
            if oldValue == .running { hostTime += now - lastStart }
            if state == .running { lastStart = now }
        }
    }
    /// Whether the end of a run leaves the machine for inspection, until somebody says `quit` (-no-shutdown).
    public var staysAfterEnd = false
    /// What the harts do and the guest does wrong, as lines (-d).
    public let debugLog: DebugLog

    private let simulation: Simulation
    /// Nanoseconds of the host's clock that the machine has run before the last start, and when that was.
    private var hostTime: UInt64 = 0
    private var lastStart: UInt64 = 0
    private var clients: [any ControlClient] = []
    private var mail: [(client: Int, bytes: [UInt8])] = []
    private let port: InboxPort
    /// Clients that must have come before the machine starts.
    private var awaited = 0
    private var startsByItself: Bool
    private var isStopTold = true
    private var stepEnd: SimTime?
    /// How the run ends as soon as it can.
    private var ending: (outcome: RunOutcome, cause: MonitorEvent.Cause)?
    /// How the run ended after which the machine is kept.
    private var kept: RunOutcome?
    private var resetCause = MonitorEvent.Cause.guestReset

    /// The control of `machine`, of which a machine has one. With `startsHalted` it waits for somebody who lets it go.
    public init(_ machine: Machine, startsHalted: Bool = false) {
        self.machine = machine
        debugLog = DebugLog(machine)
        simulation = machine.simulation
        startsByItself = !startsHalted
        state = .prelaunch
        port = simulation.inbox.register(owner: simulation.root, name: "control") { _ in }
        machine.restartNotice = { [weak self] in
            if let self { announce(MonitorEvent(.reset, resetCause)) }
        }
        machine.departureNotice = { [weak self] path in
            let name = path.split(separator: ".").last ?? ""
            self?.announce(
                MonitorEvent(.deviceDeleted, .record(["device": .text(String(name)), "path": .text(path)])))
        }
    }

    /// How long the machine has run by the host's clock, pauses left out.
    public var hostNanosecondsRunning: UInt64 {
        state == .running ? hostTime + (HostClock.monotonic.nanoseconds - lastStart) : hostTime
    }

    /// Whether the run ends as soon as what is at hand is dealt with.
    var isEnding: Bool { ending != nil }

    // MARK: Clients

    /// Lets a client in. `name` names its mail in recordings. The client is kept to the end of the control.
    public func admit(_ client: any ControlClient, name: String) -> InboxPort {
        clients.append(client)
        let index = clients.count - 1
        return simulation.inbox.register(owner: simulation.root, name: name) { [weak self] bytes in
            guard let self else { return }
            mail.append((index, bytes))
            if simulation.scheduler.isActive { simulation.scheduler.pause() }
        }
    }

    /// Where a debugger may connect to; nothing while there is no place for one.
    var debuggerAddress: SocketAddress? {
        clients.lazy.compactMap { ($0 as? GDBServer)?.address }.first
    }

    /// Tells every client of an event.
    public func announce(_ event: MonitorEvent) { for client in clients { client.hear(event) } }

    /// The machine does not start before as many clients have come as this was called (`server` without `nowait`).
    public func awaitClient() { awaited += 1 }

    /// One of the clients that are waited for has come.
    public func clientCame() {
        awaited -= 1
        startIfDue()
    }

    private func startIfDue() {
        if state == .prelaunch, startsByItself, awaited <= 0 { state = .running }
    }

    // MARK: Verbs

    /// Stops the machine. From inside the simulation too, where it stops at the end of the delta cycle.
    public func stop(_ newState: State = .paused) {
        guard state == .running else {
            // Whoever stops it before it starts wants to let it go himself.
            if state == .prelaunch { startsByItself = false }
            return
        }
        state = newState
        stepEnd = nil
        isStopTold = false
        if simulation.scheduler.isActive { simulation.scheduler.pause() } else { tellStop() }
    }

    /// Lets the machine go on. Refused where there is nothing left to run.
    public func resume() throws(CommandError) {
        switch state {
        case .running: return
        case .shutdown:
            throw CommandError(
                at: "cont", "the run has ended: \(kept?.reason.rawValue ?? "")", expected: "system_reset first")
        case .prelaunch, .paused, .debug:
            awaited = 0
            state = .running
            stepEnd = nil
            announce(MonitorEvent(.resume))
        }
    }

    /// Lets the machine go on for a span of simulated time, after which it stops.
    public func step(for span: SimTime) throws(CommandError) {
        guard state != .running else {
            throw CommandError(at: "step", "the machine is running", expected: "stop first")
        }
        try resume()
        stepEnd = simulation.scheduler.now.saturatingAdd(span)
    }

    /// Restarts the machine as its reset line does. A machine that stands goes on standing; one whose run had ended can
    /// be let go again.
    public func reset() {
        guard machine.restartsOnReset else {
            ending = (RunOutcome(.reset), .hostReset)
            return
        }
        resetCause = .hostReset
        defer { resetCause = .guestReset }
        machine.restart()
        if state == .shutdown {
            state = .paused
            kept = nil
        }
    }

    /// Presses the power button of the machine. Refused where it has none.
    public func powerDown() throws(CommandError) {
        var buttons: [any PowerButton] = []
        simulation.root.forEachDescendant { if let button = $0 as? any PowerButton { buttons.append(button) } }
        guard !buttons.isEmpty else {
            throw CommandError(
                at: "system_powerdown", "the machine has no power button", expected: "a module that is one, or “quit”")
        }
        announce(MonitorEvent(.powerDown))
        for button in buttons { button.pressPowerButton() }
    }

    /// Ends the run, and with it the process that it is for.
    public func quit(code: Int32 = 0) {
        ending = (RunOutcome(.quit, code: code), .hostQuit)
    }

    private func tellStop() {
        if isStopTold { return }
        isStopTold = true
        announce(MonitorEvent(.stop))
    }

    // MARK: The run

    /// Runs the machine until it ends or `limit` is reached, under the control of the clients.
    public func run(until limit: SimTime = .never) -> RunOutcome {
        startIfDue()
        while true {
            deliver()
            if let ending { return finish(ending.outcome, ending.cause) }
            if state == .running { advance(until: limit) } else { rest() }
        }
    }

    private func advance(until limit: SimTime) {
        let outcome = machine.run(until: min(limit, stepEnd ?? limit))
        switch outcome.reason {
        case .debugger: break
        case .timeLimit where stepEnd.map { $0 < limit } ?? false: stop()
        case .timeLimit, .interrupted, .quit: ending = (outcome, MonitorEvent.Cause(outcome.reason))
        default:
            let cause = MonitorEvent.Cause(outcome.reason)
            guard staysAfterEnd else {
                ending = (outcome, cause)
                return
            }
            kept = outcome
            state = .shutdown
            isStopTold = false
            announce(MonitorEvent(.shutdown, cause))
        }
        if state != .running { tellStop() }
    }

    /// Waits, while the machine stands, for mail or for the wish to end.
    private func rest() {
        // Also for a client that is not there yet.
        port.attach()
        defer { port.detach() }
        guard let request = simulation.inbox.rest() else { return }
        ending = (RunOutcome(request.reason, code: request.code), MonitorEvent.Cause(request.reason))
    }

    private func deliver() {
        while !mail.isEmpty {
            let letters = mail
            mail = []
            for letter in letters { clients[letter.client].receive(letter.bytes) }
        }
    }

    private func finish(_ outcome: RunOutcome, _ cause: MonitorEvent.Cause) -> RunOutcome {
        announce(MonitorEvent(.shutdown, cause))
        for client in clients { client.end(outcome) }
        return outcome
    }
}
