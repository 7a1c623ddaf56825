/// One delivery from outside: the simulated time and delta count at which it was handed over, to whom, and what.
/// A run is a pure function of its platform and its deliveries.
public struct InboxDelivery: Equatable, Sendable {
    public var time: SimTime
    public var delta: UInt64
    /// The path of the port: module and name.
    public var port: String
    public var bytes: [UInt8]

    public init(time: SimTime, delta: UInt64, port: String, bytes: [UInt8]) {
        self.time = time
        self.delta = delta
        self.port = port
        self.bytes = bytes
    }
}

/// The one door through which the outside world enters a simulation. Mail is handed over at one defined point: when
/// nothing is left to do at the present time and time is about to advance.
public final class Inbox {
    private struct Receiver {
        let path: String
        let handler: ([UInt8]) -> Void
    }

    /// Sees every delivery, after its handler has run.
    public var recorder: ((InboxDelivery) -> Void)?
    private var receivers: [Receiver] = []
    private var recorded: [InboxDelivery] = []
    private var nextRecorded = 0
    private unowned(unsafe) let scheduler: Scheduler
    private let mailroom: Mailroom

    init(_ scheduler: Scheduler) {
        self.scheduler = scheduler
        mailroom = scheduler.mailroom
    }

    /// A port of `owner`. `handler` runs in the simulation, outside of every process: it may notify delta and timed
    /// events, but not immediately. It is kept until the simulation ends.
    public func register(owner: Module, name: String, _ handler: @escaping ([UInt8]) -> Void) -> InboxPort {
        let path = owner.path.isEmpty ? name : "\(owner.path).\(name)"
        receivers.append(Receiver(path: path, handler: handler))
        return InboxPort(mailroom, index: receivers.count - 1)
    }

    /// Takes back `register`: what still comes for the port is dropped. The number of the port is not used again, because
    /// mail may be under way.
    public func close(_ port: InboxPort) { receivers[port.index] = Receiver(path: "") { _ in } }

    /// Whether mail waits to be handed over.
    public var hasMail: Bool { mailroom.hasMail }

    /// Hands over `deliveries`, which an earlier run recorded, at the times that they say. Until the last one, mail from
    /// outside is dropped. A run that does not come by such a time and delta count ends with an error.
    public func replay(_ deliveries: [InboxDelivery]) {
        recorded = deliveries
        nextRecorded = 0
        scheduler.core.pointee.isReplaying = !deliveries.isEmpty
    }

    /// Hands over what is due. Returns an error when a replay has diverged.
    func drain() -> Diagnosis? {
        if scheduler.core.pointee.isReplaying { return drainRecorded() }
        guard mailroom.hasMail else { return nil }
        for letter in mailroom.takeLetters() { deliver(letter.bytes, to: receivers[letter.port]) }
        return nil
    }

    private func drainRecorded() -> Diagnosis? {
        if mailroom.hasMail { _ = mailroom.takeLetters() }
        let now = scheduler.now
        while nextRecorded < recorded.count {
            let next = recorded[nextRecorded]
            guard next.delta <= scheduler.deltaCount else { return nil }
            guard next.delta == scheduler.deltaCount, next.time == now else {
                return Diagnosis(
                    at: next.port,
                    "the replay has diverged: the delivery of \(next.time), delta \(next.delta), was passed by",
                    expected: "the platform and inputs of the recorded run")
            }
            guard let receiver = receivers.first(where: { $0.path == next.port }) else {
                return Diagnosis(
                    at: next.port, "the replay delivers to a port that does not exist",
                    choices: receivers.map(\.path))
            }
            nextRecorded += 1
            deliver(next.bytes, to: receiver)
        }
        scheduler.core.pointee.isReplaying = false
        return nil
    }

    /// Between two runs: waits until there is mail and hands it over; time stands. Returns at once, with what the next run
    /// would end with, if somebody wishes the simulation to stop; that wish is then fulfilled.
    ///
    /// A source must be attached, or nobody could ever end the wait.
    public func rest() -> StopRequest? {
        precondition(!scheduler.isActive, "A run hands mail over by itself.")
        precondition(mailroom.hasAttached || mailroom.hasMail, "Nobody is attached who could end the wait.")
        mailroom.rest(at: scheduler.now.picoseconds)
        if let request = mailroom.takeStop() { return request }
        for letter in mailroom.takeLetters() { deliver(letter.bytes, to: receivers[letter.port]) }
        return nil
    }

    /// Called when nothing is pending: a delivery that is left can never be reached.
    func starvedReplay() -> Diagnosis? {
        guard scheduler.core.pointee.isReplaying else { return nil }
        let next = recorded[nextRecorded]
        return Diagnosis(
            at: next.port,
            "the replay has diverged: nothing is left to happen before the delivery of \(next.time), delta \(next.delta)",
            expected: "the platform and inputs of the recorded run")
    }

    private func deliver(_ bytes: [UInt8], to receiver: Receiver) {
        receiver.handler(bytes)
        recorder?(
            InboxDelivery(time: scheduler.now, delta: scheduler.deltaCount, port: receiver.path, bytes: bytes))
    }

    func removeAll() { receivers = [] }
}

/// The end of a port that other host threads hold.
public final class InboxPort: Sendable {
    private let mailroom: Mailroom
    let index: Int

    init(_ mailroom: Mailroom, index: Int) {
        self.mailroom = mailroom
        self.index = index
    }

    /// Sends bytes to the port's handler. From any thread; never blocks for longer than it takes to copy.
    public func post(_ bytes: [UInt8]) { mailroom.post(Mailroom.Letter(port: index, bytes: bytes)) }

    /// Says that this source may post later: a simulation with nothing left to happen waits for it instead of ending.
    public func attach() { mailroom.attach() }

    /// Takes back one `attach`, at the end of the input.
    public func detach() { mailroom.detach() }
}

/// Asks a simulation to stop or to pause, from any thread; held by signal handlers, monitors and time limits of the host.
public final class StopHandle: Sendable {
    private let mailroom: Mailroom

    init(_ mailroom: Mailroom) { self.mailroom = mailroom }

    /// The run returns at its next delta cycle with this request; of several the first counts.
    public func requestStop(_ request: StopRequest) { mailroom.requestStop(request) }

    /// Whether such a request waits to be fulfilled. From any thread.
    public var isStopWanted: Bool { mailroom.isStopWanted }

    /// As `requestStop` with the reason `interrupted` and code 130, without a lock: a signal handler may call it.
    public func interrupt() { mailroom.interrupt() }

    /// The run returns `.paused` at the end of its present delta cycle, or of the next one if none is under way. Another run
    /// goes on as if nothing had happened.
    public func requestPause() { mailroom.requestPause() }

    /// Holds the run: returns when everything stands, processors, timers and clocks alike. Until `resume`, time does not
    /// move, no process runs and no mail is handed over; what sources bring waits. What the simulation does is the same as
    /// without the pause.
    ///
    /// From any thread but the simulation's own, which would wait for itself: there it ends the run with an error, and
    /// `Scheduler.pause` is what to call. Where no run is under way nothing moves anyway, and the next one stands before it
    /// begins. Pauses nest.
    public func pause() { mailroom.hold() }

    /// Takes back one `pause`; the run goes on when all are.
    public func resume() { mailroom.release() }

    /// Whether somebody holds the run.
    public var isPaused: Bool { mailroom.isHeld }

    /// The simulated time of the run as it was when this was last asked, for a display of progress. From any thread;
    /// changes nothing in the simulation.
    public func glanceAtTime() -> SimTime { SimTime(picoseconds: mailroom.glanceAtTime()) }
}
