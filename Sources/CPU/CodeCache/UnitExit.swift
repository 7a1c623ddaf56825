typealias UnitExitPointer = UnsafeMutablePointer<UnitExit>

/// One way out of a unit to a fixed address. Lives in the code cache's data, where generated code counts in it.
struct UnitExit {
    /// Times that it was taken since the last fold; counted only by exits before the unit's end.
    var executions: UInt64 = 0
    /// Guest address where it goes on.
    var target: UInt64
    /// The unit that it belongs to.
    var owner: BlockPointer
    /// Where the displacement of its jump is written, and the address after it, as executed.
    var patchSite: UnsafeMutableRawPointer
    var patchBase: UInt
    /// Where the jump leads while the exit is not linked.
    var unlinkedTarget: UInt
    /// Where the epoch that the link holds for is written, for targets in pages that the unit does not vouch for.
    var epochSite: UnsafeMutableRawPointer?
    /// Boundary after whose instruction it leaves.
    var boundary: UInt32
    /// The unit that the jump leads to.
    var destination: BlockPointer?
    /// Neighbours in the list of exits that lead to `destination`.
    var next: UnitExitPointer?
    var previous: UnitExitPointer?
}

extension UnitExit {
    /// Makes the jump lead to `unit`.
    static func link(_ exit: UnitExitPointer, to unit: BlockPointer, epoch: UInt64) {
        unlink(exit)
        exit.pointee.destination = unit
        exit.pointee.next = unit.pointee.incoming
        unit.pointee.incoming?.pointee.previous = exit
        unit.pointee.incoming = exit
        exit.pointee.epochSite?.storeBytes(of: UInt32(truncatingIfNeeded: epoch), as: UInt32.self)
        exit.pointee.patch(unit.pointee.entry)
    }

    /// Makes the jump come back to the dispatcher.
    static func unlink(_ exit: UnitExitPointer) {
        guard let unit = exit.pointee.destination else { return }
        if let previous = exit.pointee.previous {
            previous.pointee.next = exit.pointee.next
        } else {
            unit.pointee.incoming = exit.pointee.next
        }
        exit.pointee.next?.pointee.previous = exit.pointee.previous
        exit.pointee.next = nil
        exit.pointee.previous = nil
        exit.pointee.destination = nil
        exit.pointee.patch(exit.pointee.unlinkedTarget)
    }

    private func patch(_ target: UInt) {
        patchSite.storeBytes(of: Int32(truncatingIfNeeded: Int(bitPattern: target &- patchBase)), as: Int32.self)
    }
}

/// Where a computed jump to a guest address goes in generated code.
struct UnitTarget {
    var pc: UInt64
    var mode: UInt32
    /// Distance of the unit's entry from the start of the code.
    var offset: UInt32

    static let none = UnitTarget(pc: 1, mode: 0, offset: 0)
}

/// The computed jumps that generated code finds by itself: direct-mapped by guest address.
struct UnitTargets: ~Copyable {
    static let indexBits = 11
    private static let count = 1 << indexBits

    let entries: UnsafeMutablePointer<UnitTarget>
    private var isClear = true

    init() {
        entries = .allocate(capacity: Self.count)
        entries.initialize(repeating: .none, count: Self.count)
    }

    deinit { entries.deallocate() }

    /// The hash that generated code computes too (`X64Lowering.emitComputedJump`).
    static func index(_ pc: UInt64) -> Int {
        Int(truncatingIfNeeded: ((pc >> 1) ^ (pc >> 11)) & UInt64(count - 1))
    }

    mutating func insert(_ target: UnitTarget) {
        isClear = false
        entries[Self.index(target.pc)] = target
    }

    mutating func clear() {
        guard !isClear else { return }
        isClear = true
        entries.update(repeating: .none, count: Self.count)
    }
}
