import TandemKernel

/// A network of processes and events that is drawn from a seed, as data: the kernel and the reference model run the same
/// one. What a process does in its n-th activation is a function of the seed, its number and n.
struct RandomNetwork {
    enum Action {
        case notifyNow(Int)
        case notifyDelta(Int)
        case notify(Int, after: UInt64)
        case cancel(Int)
    }

    enum Wait {
        case staticEvents(count: Int)
        case time(UInt64)
        case any([Int], timeout: UInt64?)
        case all([Int], timeout: UInt64?)
    }

    struct ProcessPlan {
        var isThread: Bool
        var initializes: Bool
        var sensitivity: [Int]
        var priority: Int32
    }

    let seed: UInt64
    let eventPriorities: [Int32]
    let processes: [ProcessPlan]
    /// How many activations a process acts in; afterwards a thread ends and a method does nothing.
    let activations: Int
    /// Delays in picoseconds are below it.
    private let spread: UInt64

    init(seed: UInt64) {
        self.seed = seed
        var random = SplitMix64(seed: seed)
        let eventCount = Int(random.next() % 12) + 1
        let hasPriorities = random.next() % 3 == 0
        func priority() -> Int32 { hasPriorities ? Int32(random.next() % 3) - 1 : 0 }
        eventPriorities = (0..<eventCount).map { _ in priority() }
        // Dense networks meet at one time all the time; wide ones use the whole of the event queue.
        spread = [3, 20, 500, 1 << 20, 1 << 40][Int(random.next() % 5)]
        // Many processes fill the wheel behind the front of the queue.
        let processCount = random.next() % 6 == 0 ? 150 : Int(random.next() % 12) + 1
        activations = processCount > 50 ? 12 : 40
        processes = (0..<processCount).map { _ in
            ProcessPlan(
                isThread: random.next() % 2 == 0, initializes: random.next() % 8 != 0,
                sensitivity: Self.subset(of: eventCount, &random), priority: priority())
        }
    }

    /// What the process does in its `activation`, and what it waits for then. A method without a wait keeps its static
    /// sensitivity.
    func step(of process: Int, activation: Int) -> (actions: [Action], wait: Wait?) {
        var random = SplitMix64(seed: seed &+ UInt64(process) &* 0x1_0000_0001 &+ UInt64(activation) &* 0x3_0001)
        let count = eventPriorities.count
        let actions = (0..<random.next() % 4).map { _ in action(count, &random) }
        let isThread = processes[process].isThread
        if !isThread && random.next() % 2 == 0 { return (actions, nil) }
        let events = Self.subset(of: count, &random)
        let timeout = random.next() % 2 == 0 ? random.next() % spread : nil
        switch random.next() % 6 {
        case 0 where isThread && !processes[process].sensitivity.isEmpty:
            return (actions, .staticEvents(count: Int(random.next() % 3) + 1))
        case 1 where !events.isEmpty: return (actions, .any(events, timeout: timeout))
        case 2 where !events.isEmpty: return (actions, .all(events, timeout: timeout))
        default: return (actions, .time(random.next() % spread))
        }
    }

    private func action(_ count: Int, _ random: inout SplitMix64) -> Action {
        let event = Int(random.next() % UInt64(count))
        switch random.next() % 8 {
        case 0: return .notifyNow(event)
        case 1, 2: return .notifyDelta(event)
        case 3: return .cancel(event)
        default: return .notify(event, after: random.next() % spread)
        }
    }

    /// Distinct numbers below `count`, in any order; often none.
    private static func subset(of count: Int, _ random: inout SplitMix64) -> [Int] {
        var chosen: [Int] = []
        for _ in 0..<random.next() % 4 {
            let number = Int(random.next() % UInt64(count))
            if !chosen.contains(number) { chosen.append(number) }
        }
        return chosen
    }
}
