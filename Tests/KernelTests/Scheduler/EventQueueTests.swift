import Testing

@testable import TandemKernel

/// The same order from a sorted array: slow and plainly right.
private struct ModelQueue {
    struct Entry {
        var time: UInt64
        var priority: Int32
        var sequence: UInt64
        var node: Int
    }
    var entries: [Entry] = []
    var sequence: UInt64 = 0

    mutating func push(_ node: Int, time: UInt64, priority: Int32) {
        sequence += 1
        let entry = Entry(time: time, priority: priority, sequence: sequence, node: node)
        let key = (time, priority, sequence)
        let index = entries.firstIndex { ($0.time, $0.priority, $0.sequence) > key } ?? entries.endIndex
        entries.insert(entry, at: index)
    }

    mutating func cancel(_ node: Int) { entries.removeAll { $0.node == node } }
}

@Suite struct EventQueueTests {
    /// Spreads of delays: dense ties, a wide mix, single far jumps.
    static let spreads: [UInt64] = [4, 100, 1_000_000, 1 << 40, 1 << 62]

    @Test("random pushes, pops and cancels come out in the order of a sorted array", arguments: spreads)
    func againstModel(spread: UInt64) {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        let count = 200
        let nodes = NodePointer.allocate(capacity: count)
        defer { nodes.deallocate() }
        for index in 0..<count { (nodes + index).initialize(to: QueueNode(priority: 0, owner: .event, generation: 0)) }
        var queue = EventQueue()
        var model = ModelQueue()
        var now: UInt64 = 0
        for step in 0..<20_000 {
            let node = Int(random.next() % UInt64(count))
            switch random.next() % 8 {
            case 0..<4 where nodes[node].state == .idle:
                let (time, overflow) = now.addingReportingOverflow(random.next() % spread)
                if overflow || time == .max { continue }
                nodes[node].time = time
                nodes[node].priority = random.next() % 4 == 0 ? Int32(truncatingIfNeeded: random.next() % 5) - 2 : 0
                queue.push(nodes + node)
                model.push(node, time: time, priority: nodes[node].priority)
            case 4 where nodes[node].state == .timed:
                queue.cancel(nodes + node)
                model.cancel(node)
            case 5..<8 where !model.entries.isEmpty:
                let expected = model.entries.removeFirst()
                expectEarliest(&queue, expected.time, "seed \(seed) step \(step)")
                if queue.needsRefill { queue.refill() }
                let popped = queue.popFirst()
                guard popped == nodes + expected.node else {
                    Issue.record("seed \(seed) step \(step): \(popped - nodes) instead of \(expected.node)")
                    return
                }
                now = expected.time
                #expect(popped.pointee.state == .idle)
                // All of one instant leave together, as in the scheduler: later ones of this time cannot be pushed.
                while let next = queue.popSameTime() {
                    let tie = model.entries.removeFirst()
                    guard next == nodes + tie.node, tie.time == now else {
                        Issue.record("seed \(seed) step \(step): tie broken wrongly")
                        return
                    }
                }
                #expect(model.entries.first.map { $0.time > now } ?? true, "seed \(seed) step \(step)")
                now += spread == 4 ? 0 : 1
            default: break
            }
            expectEarliest(&queue, model.entries.first?.time ?? .max, "seed \(seed) step \(step)")
        }
        queue.removeAll()
        let isEmpty = queue.isEmpty
        #expect(isEmpty)
        #expect((0..<count).allSatisfy { nodes[$0].state == .idle })
    }

    @Test("looking at the earliest time moves nothing: an earlier push stays legal")
    func peeking() {
        let nodes = NodePointer.allocate(capacity: 3)
        defer { nodes.deallocate() }
        for index in 0..<3 { (nodes + index).initialize(to: QueueNode(priority: 0, owner: .event, generation: 0)) }
        var queue = EventQueue()
        (nodes[0].time, nodes[1].time, nodes[2].time) = (1 << 30, (1 << 30) + 1, 5)
        queue.push(nodes)
        queue.push(nodes + 1)
        expectEarliest(&queue, 1 << 30)
        queue.push(nodes + 2)
        expectEarliest(&queue, 5)
        queue.cancel(nodes + 2)
        queue.cancel(nodes)
        expectEarliest(&queue, (1 << 30) + 1)
    }
}

/// `#expect` cannot look into a value that cannot be copied.
private func expectEarliest(
    _ queue: inout EventQueue, _ time: UInt64, _ comment: String = "", at place: SourceLocation = #_sourceLocation
) {
    let earliest = queue.earliestTime()
    #expect(earliest == time, "\(comment)", sourceLocation: place)
}
