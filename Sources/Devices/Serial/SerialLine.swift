import TandemBus
import TandemKernel

/// What the register cores of serial chips have in common: characters leave, arrive and time out.
protocol SerialCore {
    /// The level of the chip's interrupt output.
    var isInterruptAsserted: Bool { get }
    /// Whether a character from the line would be taken without a loss.
    var acceptsFromLine: Bool { get }
    /// Whether silence on the line will lead to a time-out.
    var awaitsTimeOut: Bool { get }
    /// Changes with everything that restarts the time-out.
    var receiveActivity: UInt64 { get }
    /// Periods of the reference clock for a whole character, and for the silence before a time-out.
    var clocksPerCharacter: UInt64 { get }
    var clocksToTimeOut: UInt64 { get }

    mutating func beginCharacter() -> Bool
    mutating func endCharacter() -> UInt8?
    mutating func receiveFromLine(_ character: UInt8)
    mutating func timeOut()
}

/// What the shells of serial chips have in common: the character port, the interrupt line, and the time that characters
/// take. Knows no register.
///
/// Untimed, a character leaves at the instant at which it is written, and input fills the chip's queue as soon as
/// there is room. Timed, both take a character time each. The receive time-out is timed in both cases. Input never
/// overruns the queue: it waits in the port.
final class SerialLine {
    let characters: CharacterPort
    let interrupt: LineOutput
    let transmitted: Event
    let arrival: Event
    let silence: Event
    private let clock: Frequency
    private let isTimed: Bool
    private var timedActivity: UInt64 = 0

    init(_ context: ModuleContext, clock: Frequency, isTimed: Bool) {
        characters = CharacterPort("characters", context)
        interrupt = LineOutput("interrupt", context)
        transmitted = Event("transmitted", context)
        arrival = Event("arrival", context)
        silence = Event("silence", context)
        self.clock = clock
        self.isTimed = isTimed
    }

    /// Brings lines and events in accord with a core that something has happened to, at `time`.
    func settle<Core: SerialCore>(_ core: inout Core, at time: SimTime) {
        if isTimed {
            if core.beginCharacter() { transmitted.notify(at: time.saturatingAdd(span(core.clocksPerCharacter))) }
            awaitArrival(core, at: time)
        } else {
            while core.beginCharacter() {
                if let character = core.endCharacter() { characters.send(character, at: time) }
            }
            while core.acceptsFromLine, let character = characters.next() { core.receiveFromLine(character) }
        }
        if !core.awaitsTimeOut {
            silence.cancel()
        } else if core.receiveActivity != timedActivity || !silence.isPending {
            timedActivity = core.receiveActivity
            silence.cancel()
            silence.notify(at: time.saturatingAdd(span(core.clocksToTimeOut)))
        }
        interrupt.set(core.isInterruptAsserted, at: time)
    }

    /// The character on the transmit line is through.
    func transmissionEnded<Core: SerialCore>(_ core: inout Core, at time: SimTime) {
        if let character = core.endCharacter() { characters.send(character, at: time) }
        settle(&core, at: time)
    }

    /// A character time has passed on the receive line.
    func characterArrived<Core: SerialCore>(_ core: inout Core, at time: SimTime) {
        if core.acceptsFromLine, let character = characters.next() { core.receiveFromLine(character) }
        settle(&core, at: time)
    }

    private func awaitArrival<Core: SerialCore>(_ core: Core, at time: SimTime) {
        guard characters.hasInput, !arrival.isPending else { return }
        arrival.notify(at: time.saturatingAdd(span(core.clocksPerCharacter)))
    }

    /// How long so many periods of the reference clock last; at least a picosecond, so that it is in the future.
    private func span(_ clocks: UInt64) -> SimTime { max(clock.time(ofCycle: clocks), .picoseconds(1)) }

    /// The state of the device that has this line.
    func save<Core: SerialCore & SnapshotPayload>(_ core: Core) -> ModuleState {
        ModuleState(DeviceState(core, lines: [interrupt], pendingInput: characters.pendingInput))
    }

    /// Takes over a saved state and returns its registers. What is pending is restored by the kernel.
    func restore<Core: SerialCore & SnapshotPayload>(
        _ state: ModuleState, of path: String
    ) throws(SnapshotError) -> Core {
        let state = try state.decode(as: DeviceState<Core>.self, at: path)
        try state.restore([interrupt], of: path)
        timedActivity = state.core.receiveActivity
        characters.pendingInput = state.pendingInput
        return state.core
    }
}
