internal import TandemOS

/// The traffic cells of one initiator socket, by target: a table of pointers, one for every possible target and again one
/// for page walks, in memory that costs nothing until it is touched. A cell is made when its target is first met, and
/// never moves.
@usableFromInline struct TrafficTable: ~Copyable {
    // SAFETY: memory of `pages`, zeroed, which reads as nil. The cells are owned by this value and freed only in `deinit`;
    // the socket that holds the table outlives every grant that points to one (the simulation's directory keeps sockets).
    @usableFromInline let cells: UnsafeMutablePointer<UnsafeMutablePointer<TrafficCell>?>
    private let pages: HostPages

    @inlinable static var targetCount: Int { Int(UInt16.max) + 1 }

    init() {
        pages = Self.pages(capacity: 2 * Self.targetCount)
        cells = pages.base.bindMemory(to: UnsafeMutablePointer<TrafficCell>?.self, capacity: 2 * Self.targetCount)
    }

    /// Memory for so many pointers, all nil.
    static func pages(capacity: Int) -> HostPages {
        do throws(OSError) {
            return try HostPages(size: capacity * MemoryLayout<UnsafeMutableRawPointer?>.stride)
        } catch {
            preconditionFailure("There is no address space for the traffic of one more initiator: \(error)")
        }
    }

    deinit {
        forEach { _, _, cell in cell.deallocate() }
    }

    @inlinable @inline(__always) func cell(
        _ target: TargetID, isPageWalk: Bool
    ) -> UnsafeMutablePointer<TrafficCell> {
        let index = Int(target.rawValue) &+ (isPageWalk ? Self.targetCount : 0)
        return cells[index] ?? addCell(index)
    }

    @usableFromInline @inline(never) func addCell(_ index: Int) -> UnsafeMutablePointer<TrafficCell> {
        // A line of its own.
        let cell = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<TrafficCell>.stride, alignment: 64)
            .bindMemory(to: TrafficCell.self, capacity: 1)
        cell.initialize(to: TrafficCell())
        cells[index] = cell
        return cell
    }

    /// The cells that have counted something, by target.
    func counted(pageWalks: Bool) -> [(target: TargetID, cell: TrafficCell)] {
        var counted: [(target: TargetID, cell: TrafficCell)] = []
        forEach { target, isPageWalk, cell in
            if isPageWalk == pageWalks, !cell.pointee.isZero { counted.append((target, cell.pointee)) }
        }
        return counted
    }

    /// Sets every counter to zero; the cells stay where they are.
    func clear() { forEach { _, _, cell in cell.pointee = TrafficCell() } }

    /// Every cell that was made, ordinary traffic first, by target.
    private func forEach(_ body: (TargetID, Bool, UnsafeMutablePointer<TrafficCell>) -> Void) {
        let pointersInPage = Int(WriteWatch.pageSize) / MemoryLayout<UnsafeMutablePointer<TrafficCell>?>.stride
        pages.forEachTouchedPage { page in
            for index in page * pointersInPage..<(page + 1) * pointersInPage {
                guard let cell = cells[index] else { continue }
                body(TargetID(rawValue: UInt16(index % Self.targetCount)), index >= Self.targetCount, cell)
            }
        }
    }
}
