/// Writes x86-64 machine code straight to the place where it will be executed.
///
/// The code is written through one mapping and executed through another (`ExecutableMemory` in TandemOS), so there are two
/// addresses for each byte. Writing takes no lock and allocates nothing, except when more labels are made than ever before.
///
/// When the place is full, instructions are dropped and ``hasOverflowed`` says so: what was written until then is not
/// usable, and the caller starts again elsewhere.
///
/// Instructions come from ``EncodingTable``. A form that the table lacks (`bswap` of memory, say) is a caller's bug, and so
/// is a width that the form does not have; the latter is only noticed in debug builds.
public struct Assembler: ~Copyable {
    /// The longest instruction that a processor takes (SDM volume 2, §2.3.11).
    static let longestInstruction = 15

    private var start: UnsafeMutableRawPointer
    private var end: UnsafeMutableRawPointer
    var next: UnsafeMutableRawPointer
    /// What is added to a written address to give the address that the byte is executed at.
    private(set) var executionBias: Int
    var labels = LabelTable()
    /// How many jumps to labels wait for their label to be bound.
    var openUses = 0

    let integer = EncodingTable.integerEncodings
    let vector = EncodingTable.vectorEncodings

    /// Whether an instruction was dropped for want of room.
    public private(set) var hasOverflowed = false

    /// An assembler that writes `capacity` bytes at most.
    ///
    /// - Parameters:
    ///   - writingAt: where the first byte is stored. The memory must outlive the use of the assembler.
    ///   - executingAt: the address that the first byte will be executed at.
    ///   - capacity: the room in bytes; the last 15 are only used when they hold whole instructions.
    public init(writingAt place: UnsafeMutableRawPointer, executingAt address: UInt, capacity: Int) {
        precondition(capacity >= 0 && capacity <= Int(Int32.max), "positions are 31 bits")
        start = place
        next = place
        end = place + capacity
        executionBias = Int(bitPattern: address) &- Int(bitPattern: place)
    }

    /// Begins anew at another place, without labels. Keeps the storage that it has.
    public mutating func restart(writingAt place: UnsafeMutableRawPointer, executingAt address: UInt, capacity: Int) {
        precondition(capacity >= 0 && capacity <= Int(Int32.max), "positions are 31 bits")
        start = place
        next = place
        end = place + capacity
        executionBias = Int(bitPattern: address) &- Int(bitPattern: place)
        hasOverflowed = false
        openUses = 0
        labels.clear()
    }

    /// How many bytes were written.
    public var position: Int { next - start }

    /// The address that the next byte will be executed at.
    public var address: UInt { UInt(bitPattern: Int(bitPattern: next) &+ executionBias) }

    /// Where the next byte is stored.
    public var writingAddress: UnsafeMutableRawPointer { next }

    /// How many bytes are left.
    public var room: Int { end - next }

    /// Whether every label that a jump names is bound.
    public var isComplete: Bool { openUses == 0 }

    /// The stored byte at `position`.
    @inline(__always)
    func pointer(at position: Int) -> UnsafeMutableRawPointer { start + position }

    /// Whether `byteCount` more bytes can be written; notes an overflow if not.
    @inline(__always)
    mutating func hasRoom(_ byteCount: Int = longestInstruction) -> Bool {
        if _fastPath(end - next >= byteCount) { return true }
        hasOverflowed = true
        return false
    }

    /// A pen at the place of the next instruction.
    @inline(__always)
    var encoder: Encoder { Encoder(next: next, executionBias: executionBias) }

    @inline(__always)
    func encoding(_ operation: Operation, _ form: Form) -> Encoding {
        integer[Int(operation.rawValue) &* EncodingTable.formStride &+ Int(form.rawValue)]
    }

    @inline(__always)
    func encoding(_ operation: VectorOperation, _ form: Form) -> Encoding {
        vector[Int(operation.rawValue) &* EncodingTable.formStride &+ Int(form.rawValue)]
    }

    /// Writes an instruction whose operands are registers, without its immediate.
    @inline(__always)
    mutating func write(
        _ encoding: Encoding, _ width: Width, added: UInt8 = 0, reg: UInt8, rm: UInt8, vvvv: UInt8 = 0,
        _ finish: (inout Encoder) -> Void = { _ in }
    ) {
        check(encoding, width)
        precondition(!encoding.has(.memoryOnly), "the instruction takes memory, not a register")
        guard hasRoom() else { return }
        // A digit in place of a register needs no REX prefix, whatever it is.
        let isByteReg = width == .byte && !encoding.hasDigit && encoding.has(Encoding.Widths.byte)
        let isByteRM = encoding.readsByte || (width == .byte && encoding.has(Encoding.Widths.byte))
        var encoder = encoder
        encoder.opcode(
            encoding, width, added: added, reg: reg, index: 0, rm: rm, vvvv: vvvv,
            forcesREX: (isByteReg && reg >= 4) || (isByteRM && rm >= 4))
        encoder.modRM(reg: reg, rm: rm)
        finish(&encoder)
        next = encoder.next
    }

    /// Writes an instruction with a memory operand, without its immediate of `trailing` bytes.
    @inline(__always)
    mutating func write(
        _ encoding: Encoding, _ width: Width, added: UInt8 = 0, reg: UInt8, _ memory: Memory, vvvv: UInt8 = 0,
        trailing: Int = 0, _ finish: (inout Encoder) -> Void = { _ in }
    ) {
        check(encoding, width)
        precondition(!encoding.has(.registerOnly), "the instruction takes a register, not memory")
        guard hasRoom() else { return }
        let isByteReg = width == .byte && !encoding.hasDigit && encoding.has(Encoding.Widths.byte)
        // The codes that stand for no register have bit 3 set.
        let index = memory.indexCode < 16 ? memory.indexCode : 0
        let base = memory.baseCode < 16 ? memory.baseCode : 0
        var encoder = encoder
        encoder.opcode(
            encoding, width, added: added, reg: reg, index: index, rm: base, vvvv: vvvv,
            forcesREX: isByteReg && reg >= 4)
        encoder.modRM(reg: reg, memory, trailing: trailing)
        finish(&encoder)
        next = encoder.next
    }

    @inline(__always)
    private func check(_ encoding: Encoding, _ width: Width) {
        precondition(encoding.isPresent, "the instruction has no form for these operands")
        assert(!encoding.isSized || encoding.allows(width), "the instruction does not have this width")
    }
}
