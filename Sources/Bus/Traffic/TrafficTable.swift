/// The traffic cells of one initiator socket, by target. Two levels, so that a cell never moves and a socket that talks
/// to three targets holds one block:
///
/// ```
/// blocks[id / 64] ──► [ 64 cells: ordinary traffic │ 64 cells: page walks ]
/// ```
@frozen @usableFromInline struct TrafficTable: ~Copyable {
    // SAFETY: both levels are owned by this value, allocated zeroed, and freed only in `deinit`; the socket that holds
    // the table outlives every grant that points into it (the simulation's directory keeps sockets).
    @usableFromInline let blocks: UnsafeMutablePointer<UnsafeMutablePointer<TrafficCell>?>

    @inlinable static var cellsInBlock: Int { 64 }
    @inlinable static var blockCount: Int { (Int(UInt16.max) + 1) / cellsInBlock }

    init() {
        blocks = .allocate(capacity: Self.blockCount)
        blocks.initialize(repeating: nil, count: Self.blockCount)
    }

    deinit {
        for index in 0..<Self.blockCount { blocks[index]?.deallocate() }
        blocks.deallocate()
    }

    @inlinable func cell(_ target: TargetID, isPageWalk: Bool) -> UnsafeMutablePointer<TrafficCell> {
        let index = Int(target.rawValue)
        let block = blocks[index / Self.cellsInBlock] ?? allocateBlock(index / Self.cellsInBlock)
        return block + (index % Self.cellsInBlock + (isPageWalk ? Self.cellsInBlock : 0))
    }

    @usableFromInline @inline(never) func allocateBlock(_ index: Int) -> UnsafeMutablePointer<TrafficCell> {
        let block = UnsafeMutablePointer<TrafficCell>.allocate(capacity: 2 * Self.cellsInBlock)
        block.initialize(repeating: TrafficCell(), count: 2 * Self.cellsInBlock)
        blocks[index] = block
        return block
    }

    /// The cells that have counted something, by target.
    func counted(pageWalks: Bool) -> [(target: TargetID, cell: TrafficCell)] {
        var counted: [(target: TargetID, cell: TrafficCell)] = []
        for block in 0..<Self.blockCount where blocks[block] != nil {
            for index in block * Self.cellsInBlock..<(block + 1) * Self.cellsInBlock {
                let target = TargetID(rawValue: UInt16(index))
                let cell = cell(target, isPageWalk: pageWalks).pointee
                if !cell.isZero { counted.append((target, cell)) }
            }
        }
        return counted
    }

    /// Sets every counter to zero; the cells stay where they are.
    func clear() {
        for block in 0..<Self.blockCount {
            blocks[block]?.update(repeating: TrafficCell(), count: 2 * Self.cellsInBlock)
        }
    }
}
