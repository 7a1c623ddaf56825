/// A pass that goes through the operations of a block once, in order, and learns of places on its way.
protocol TrackingPass: ~Copyable {
    /// Tells how long what was learnt holds.
    var clock: WriteClock { get set }

    /// Improves one operation. It notes its writes and clobbers in the clock, which stands at the operation.
    mutating func visit(_ instruction: inout IRInstruction)
}

extension TrackingPass where Self: ~Copyable {
    /// Visits all operations, as a run of its own.
    @inline(__always)
    mutating func visitOperations(of block: inout IRBlock) {
        clock.begin()
        visit(&block.instructions, block.boundaries)
    }

    // The boundaries come beside the operations, which are being changed: a copy of either would be counted.
    @inline(__always)
    private mutating func visit(_ instructions: inout [IRInstruction], _ boundaries: [IRBoundary]) {
        var cursor = BoundaryCursor()
        var operations = instructions.mutableSpan
        for index in operations.indices {
            if cursor.advance(to: index, in: boundaries) { clock.beginInstruction() }
            clock.tick()
            visit(&operations[index])
        }
    }
}
