/// Loads of a unit that one check of the plain range covers: they have the same base, which nothing changes between them.
///
/// The first one checks the range and the alignment for all. Where it fails, the load is made the slow way, and the unit is
/// left behind it, for the others have no check of their own; the hart then compiles the unit anew without covers.
struct X64Covers: ~Copyable {
    struct Cover {
        let base: Place
        /// Index of the operation that checks.
        let leader: Int
        /// An offset from the base at which the widest access is aligned, and that width.
        var reference: Int64
        var width: Int
        /// The span of all accesses, as offsets from the base.
        var low: Int64
        var high: Int64
        var count = 1
    }

    private(set) var covers: [Cover] = []
    /// By operation: the number of its cover + 1, or 0.
    private var numbers: [UInt16] = []
    /// By place: the number + 1 of the cover that is open for more, or 0.
    private let open: UnsafeMutablePointer<UInt16>

    /// Further apart, and near the ends of the range checks would fail that need not.
    private static let span: Int64 = 8192

    init() {
        open = .allocate(capacity: Place.count)
        open.initialize(repeating: 0, count: Place.count)
    }

    deinit { open.deallocate() }

    /// Finds the covers of a unit; none if `isWanted` is false.
    mutating func find(_ ir: borrowing IRBlock, isWanted: Bool) {
        for cover in covers { open[Int(cover.base.index)] = 0 }
        covers.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        guard isWanted else { return }
        for index in ir.instructions.indices {
            numbers.append(0)
            let i = ir.instructions[index]
            if i.order == .little, i.opcode != .loadReserved, IROpcodeTable[i.opcode].effect == .load {
                note(i, index)
            }
            if let result = i.result { open[Int(result.index)] = 0 }
        }
    }

    /// The cover of an operation, if it has one with others.
    func cover(of operation: Int) -> Cover? {
        guard operation < numbers.count, numbers[operation] != 0 else { return nil }
        let cover = covers[Int(numbers[operation]) - 1]
        return cover.count > 1 ? cover : nil
    }

    private mutating func note(_ i: IRInstruction, _ index: Int) {
        guard case .place(let base) = i.a, !base.isTemporary, i.immediate.magnitude < 1 << 20,
            covers.count < Int(UInt16.max) - 1
        else { return }
        let width = IROpcodeTable[i.opcode].accessWidth(i.type)
        let number = open[Int(base.index)]
        if number != 0, join(Int(number) - 1, i.immediate, width) {
            numbers[index] = number
            return
        }
        covers.append(
            Cover(
                base: base, leader: index, reference: i.immediate, width: width, low: i.immediate,
                high: i.immediate + Int64(width)))
        numbers[index] = UInt16(covers.count)
        open[Int(base.index)] = UInt16(covers.count)
    }

    /// Takes an access into a cover, if it is near and alignment of the widest access implies that of all.
    private mutating func join(_ number: Int, _ offset: Int64, _ width: Int) -> Bool {
        var cover = covers[number]
        let distance = offset - cover.reference
        guard distance % Int64(min(width, cover.width)) == 0 else { return false }
        cover.low = min(cover.low, offset)
        cover.high = max(cover.high, offset + Int64(width))
        guard cover.high - cover.low <= Self.span else { return false }
        if width > cover.width {
            cover.width = width
            cover.reference = offset
        }
        cover.count += 1
        covers[number] = cover
        return true
    }
}
