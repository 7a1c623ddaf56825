import TandemKernel

/// The rules of the scheduler once more, over arrays that are searched and sorted at every step: slow and plainly right.
/// It runs a `RandomNetwork` and says what the kernel has to say.
struct ReferenceScheduler {
    private enum Owner: Equatable {
        case event(Int)
        case timer(Int)
    }

    private struct Notification {
        var owner: Owner
        var time: UInt64
        var priority: Int32
        var sequence: Int
    }

    private enum Mode { case staticEvents, any, all, none }

    private struct ProcessState {
        var mode = Mode.staticEvents
        var isRunnable = false
        var hasEnded = false
        var timedOut = false
        var triggersLeft = 1
        var activation = 0
        /// Events that are still waited for.
        var awaited: [Int] = []
    }

    private let network: RandomNetwork
    private var processes: [ProcessState]
    /// Who waits for an event, in the order in which the waits began.
    private var waiters: [[Int]]
    private var timed: [Notification] = []
    private var deltas: [Owner] = []
    private var runnable: [Int] = []
    private var current: Int?
    private var sequence = 0
    private var now: UInt64 = 0
    private var deltaCount = 0
    private var eventCount = 0
    private var trace: [String] = []

    private init(_ network: RandomNetwork) {
        self.network = network
        processes = network.processes.map { _ in ProcessState() }
        waiters = network.eventPriorities.map { _ in [] }
    }

    /// What the processes of `network` say before `limit`.
    static func trace(of network: RandomNetwork, until limit: UInt64) -> [String] {
        var scheduler = ReferenceScheduler(network)
        scheduler.run(until: limit)
        return scheduler.trace
    }

    private mutating func run(until limit: UInt64) {
        for process in processes.indices where network.processes[process].initializes { makeRunnable(process) }
        while true {
            evaluate()
            if !deltas.isEmpty {
                while !deltas.isEmpty { fire(deltas.removeFirst()) }
            } else if let next = timed.map(\.time).min(), next < limit {
                now = next
                while let due = nextDue() { fire(due) }
            } else if runnable.isEmpty {
                return
            }
        }
    }

    /// The next owner of the present time by priority and sequence, taken out.
    private mutating func nextDue() -> Owner? {
        let due = timed.filter { $0.time == now }
        guard let first = due.min(by: { ($0.priority, $0.sequence) < ($1.priority, $1.sequence) }) else { return nil }
        timed.removeAll { $0.owner == first.owner }
        return first.owner
    }

    private mutating func evaluate() {
        if runnable.isEmpty { return }
        while !runnable.isEmpty {
            let pass = runnable
            runnable = []
            let threads = pass.filter { network.processes[$0].isThread }
            for process in pass.filter({ !network.processes[$0].isThread }) + threads { activate(process) }
        }
        current = nil
        deltaCount += 1
    }

    private mutating func activate(_ process: Int) {
        processes[process].isRunnable = false
        current = process
        trace.append(
            "p\(process).\(processes[process].activation)@\(now)/d\(deltaCount)/e\(eventCount)"
                + (processes[process].timedOut ? " timed out" : ""))
        let activation = processes[process].activation
        processes[process].activation += 1
        let isThread = network.processes[process].isThread
        if isThread { processes[process].mode = .none }
        guard activation < network.activations else {
            processes[process].hasEnded = isThread
            return
        }
        let step = network.step(of: process, activation: activation)
        for action in step.actions { perform(action) }
        guard let wait = step.wait else { return }
        processes[process].mode = .none
        switch wait {
        case .staticEvents(let count):
            processes[process].mode = .staticEvents
            processes[process].triggersLeft = count
        case .time(let time): notify(.timer(process), after: time)
        case .any(let events, let timeout): self.wait(process, for: events, .any, timeout)
        case .all(let events, let timeout): self.wait(process, for: events, .all, timeout)
        }
    }

    private mutating func wait(_ process: Int, for events: [Int], _ mode: Mode, _ timeout: UInt64?) {
        if let timeout { notify(.timer(process), after: timeout) }
        processes[process].mode = mode
        processes[process].awaited = events
        for event in events { waiters[event].append(process) }
    }

    private mutating func perform(_ action: RandomNetwork.Action) {
        switch action {
        case .notifyNow(let event):
            cancel(.event(event))
            fire(.event(event))
        case .notifyDelta(let event): notify(.event(event), after: 0)
        case .notify(let event, let delay): notify(.event(event), after: delay)
        case .cancel(let event): cancel(.event(event))
        }
    }

    private mutating func notify(_ owner: Owner, after delay: UInt64) {
        if deltas.contains(owner) { return }
        if delay == 0 {
            cancel(owner)
            deltas.append(owner)
            return
        }
        if let pending = timed.first(where: { $0.owner == owner }), pending.time <= now + delay { return }
        cancel(owner)
        sequence += 1
        let priority: Int32 =
            switch owner {
            case .event(let event): network.eventPriorities[event]
            case .timer(let process): network.processes[process].isThread ? network.processes[process].priority : 0
            }
        timed.append(Notification(owner: owner, time: now + delay, priority: priority, sequence: sequence))
    }

    private mutating func cancel(_ owner: Owner) {
        deltas.removeAll { $0 == owner }
        timed.removeAll { $0.owner == owner }
    }

    private mutating func fire(_ owner: Owner) {
        eventCount += 1
        switch owner {
        case .timer(let process): endWait(process, timedOut: true)
        case .event(let event):
            for process in processes.indices where network.processes[process].sensitivity.contains(event) {
                triggerStatic(process)
            }
            for process in waiters[event] {
                waiters[event].removeAll { $0 == process }
                processes[process].awaited.removeAll { $0 == event }
                if processes[process].mode == .all && !processes[process].awaited.isEmpty { continue }
                endWait(process, timedOut: false)
            }
        }
    }

    private mutating func triggerStatic(_ process: Int) {
        guard processes[process].mode == .staticEvents, process != current else { return }
        processes[process].triggersLeft -= 1
        if processes[process].triggersLeft > 0 { return }
        processes[process].triggersLeft = 1
        if network.processes[process].isThread { processes[process].mode = .none }
        processes[process].timedOut = false
        makeRunnable(process)
    }

    private mutating func endWait(_ process: Int, timedOut: Bool) {
        for event in processes[process].awaited { waiters[event].removeAll { $0 == process } }
        processes[process].awaited = []
        cancel(.timer(process))
        processes[process].timedOut = timedOut
        processes[process].mode = network.processes[process].isThread ? .none : .staticEvents
        makeRunnable(process)
    }

    private mutating func makeRunnable(_ process: Int) {
        if processes[process].isRunnable || processes[process].hasEnded { return }
        processes[process].isRunnable = true
        runnable.append(process)
    }
}
