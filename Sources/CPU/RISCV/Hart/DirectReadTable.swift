import TandemBus

/// The registers that a hart reads without transactions: a few slots for each width, direct-mapped by guest address.
/// Generated code looks here before it takes the slow path of a load, and counts its reads in the slot.
///
/// A slot holds for one translation of its address: `target` is compared with the word of that name in the TLB entry of
/// the page, so that neither a flush nor another address space needs to look here. Slots go with the routes that they
/// were made from.
struct DirectReadTable: ~Copyable {
    static let slotsPerWidth = 32
    private static let count = 4 * slotsPerWidth

    // SAFETY: allocated in `init`, freed only in `deinit`.
    let slots: UnsafeMutablePointer<DirectReadSlot>

    init() {
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: Self.count * MemoryLayout<DirectReadSlot>.stride, alignment: 64)
        slots = bytes.bindMemory(to: DirectReadSlot.self, capacity: Self.count)
        slots.initialize(repeating: DirectReadSlot(), count: Self.count)
    }

    deinit { slots.deallocate() }

    /// The slot of an address for reads of 1, 2, 4 or 8 bytes.
    @inline(__always)
    func slot(_ address: UInt64, width: Int) -> UnsafeMutablePointer<DirectReadSlot> {
        let shift = width.trailingZeroBitCount
        let index = Int(truncatingIfNeeded: address &>> UInt64(shift)) & (Self.slotsPerWidth &- 1)
        return slots + (shift &* Self.slotsPerWidth &+ index)
    }

    /// Calls `body` with each slot and the width of its reads.
    func forEach(_ body: (UnsafeMutablePointer<DirectReadSlot>, Int) -> Void) {
        for index in 0..<Self.count { body(slots + index, 1 << (index / Self.slotsPerWidth)) }
    }
}

/// One register, as one guest address leads to it. Generated code reads it at these offsets: 64 bytes, a cache line.
struct DirectReadSlot {
    /// The guest's address.
    var address: UInt64 = 0
    /// `TLBEntry.target` of the page while the register may be read directly; `none` if it may not.
    var target = DirectReadSlot.none
    var function: DirectRead.Function?
    var context: UnsafeMutableRawPointer?
    var argument: UInt64 = 0
    /// Reads that are not in the traffic yet.
    var reads: UInt64 = 0
    /// Where they belong.
    var cell: UnsafeMutablePointer<TrafficCell>?
    /// The translation for which the target was asked, whatever the answer.
    var askedTarget = DirectReadSlot.none

    /// No entry has such a target word: it would name a grant, and devices have none.
    static let none = UInt64.max
}

extension Hart {
    /// Asks whether the register at an address of a device may be read directly from now on.
    @inline(__always)
    func prepareDirectRead(_ address: UInt64, _ entry: UnsafeMutablePointer<TLBEntry>, width: Int) {
        guard backend != nil else { return }
        let slot = directReads.slot(address, width: width)
        guard slot.pointee.address != address || slot.pointee.askedTarget != entry.pointee.target else { return }
        askForDirectRead(address, entry, width, slot)
    }

    @inline(never)
    private func askForDirectRead(
        _ address: UInt64, _ entry: UnsafeMutablePointer<TLBEntry>, _ width: Int,
        _ slot: UnsafeMutablePointer<DirectReadSlot>
    ) {
        fold(slot, width: width)
        slot.pointee = DirectReadSlot()
        slot.pointee.address = address
        slot.pointee.askedTarget = entry.pointee.target
        let physical = entry.pointee.physicalPage | address & 0xfff
        guard let route = entry.pointee.route, let read = bus.directRead(of: physical, count: width, along: route)
        else { return }
        slot.pointee.function = read.function
        slot.pointee.context = read.context
        slot.pointee.argument = read.argument
        slot.pointee.cell = route.pointee.cell
        slot.pointee.target = entry.pointee.target
    }

    /// Adds the reads of a slot to the traffic. The static tallies have counted them as reads of the home RAM.
    private func fold(_ slot: UnsafeMutablePointer<DirectReadSlot>, width: Int) {
        let reads = slot.pointee.reads
        guard reads != 0, let cell = slot.pointee.cell else { return }
        slot.pointee.reads = 0
        bus.count(directReads: reads, of: width, in: cell)
        homeCell.pointee.reads &-= reads
        homeCell.pointee.readBytes &-= reads &* UInt64(width)
        access.pointee.homeLink?.pointee.add(.read, size: width, times: -Int64(reads))
    }

    /// Adds all reads to the traffic.
    func foldDirectReads() { directReads.forEach { fold($0, width: $1) } }

    /// The routes go.
    func forgetDirectReads() {
        foldDirectReads()
        directReads.forEach { slot, _ in slot.pointee = DirectReadSlot() }
    }
}
