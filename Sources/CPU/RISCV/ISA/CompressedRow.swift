/// One 16-bit encoding and the base instruction that it stands for.
///
/// **Encoding**: 16 characters from bit 15 down to bit 0. Registers: `d` rd, `s` rs1, `t` rs2, `x` both rd and rs1; three
/// letters name x8...x15 (or f8...f15), five any register. `i` is a bit of a signed immediate, `n` of an unsigned one.
///
/// **Scramble**: which bits of the immediate the letters hold, from left to right, as the manual writes it:
/// `"5:4|9:6|2|3"`.
///
/// **Syntax**: as in `EncodingRow`; `x` a register that is read and written, `P` the stack pointer, `k` the immediate
/// shifted right by 12, `b` a branch target.
///
/// Where two rows match, the earlier whose conditions hold is meant.
public struct CompressedRow: Sendable {
    /// What must hold beside the fixed bits; otherwise the encoding is reserved or another row's.
    struct Conditions: OptionSet, Sendable {
        let rawValue: UInt8

        static let destinationIsNotZero = Conditions(rawValue: 1)
        static let firstSourceIsNotZero = Conditions(rawValue: 2)
        static let secondSourceIsNotZero = Conditions(rawValue: 4)
        static let immediateIsNotZero = Conditions(rawValue: 8)
        static let destinationIsNotSP = Conditions(rawValue: 16)

        @inline(__always)
        func hold(for operands: InstructionOperands) -> Bool {
            if isEmpty { return true }
            if contains(.destinationIsNotZero), operands.rd == 0 { return false }
            if contains(.firstSourceIsNotZero), operands.rs1 == 0 { return false }
            if contains(.secondSourceIsNotZero), operands.rs2 == 0 { return false }
            if contains(.immediateIsNotZero), operands.immediate == 0 { return false }
            if contains(.destinationIsNotSP), operands.rd == 2 { return false }
            return true
        }
    }

    /// Where a register number comes from: a field of five bits, a field of three bits that starts at register 8, or none.
    enum Register: Sendable, Hashable {
        case fixed(UInt8)
        case full(shift: UInt8)
        case short(shift: UInt8)

        @inline(__always)
        func extract(_ word: UInt32) -> UInt8 {
            switch self {
            case .fixed(let number): number
            case .full(let shift): UInt8(truncatingIfNeeded: word >> UInt32(shift) & 31)
            case .short(let shift): UInt8(truncatingIfNeeded: word >> UInt32(shift) & 7) + 8
            }
        }

        /// The bits for a register, or nil where this place cannot name it.
        func insert(_ number: UInt8) -> UInt32? {
            switch self {
            case .fixed(let fixed): number == fixed ? 0 : nil
            case .full(let shift): UInt32(number & 31) << UInt32(shift)
            case .short(let shift): (8...15).contains(number) ? UInt32(number - 8) << UInt32(shift) : nil
            }
        }
    }

    /// `count` bits of an immediate: from `valueShift` in the value, at `wordShift` in the word.
    struct BitMove: Sendable {
        var wordShift: UInt8
        var valueShift: UInt8
        var count: UInt8

        var mask: UInt32 { (1 << UInt32(count)) - 1 }
    }

    /// The mnemonic, with its `c.`.
    public let mnemonic: StaticString
    /// The bit string.
    public let encoding: StaticString
    /// The operands as written.
    public let syntax: StaticString
    /// The base instruction that is executed.
    public let expansion: RISCVOperation
    /// The extensions that must all be present.
    public let requires: ExtensionSet
    /// The register widths on which the encoding exists.
    public let xlen: XLENAvailability

    /// The fixed bits.
    public let mask: UInt16
    /// The values of the fixed bits.
    public let match: UInt16
    let conditions: Conditions
    let rd: Register
    let rs1: Register
    let rs2: Register
    let moves: [BitMove]
    /// The position of the sign bit, or 0 for an unsigned immediate.
    let signBit: UInt8

    init(
        _ mnemonic: StaticString, _ encoding: StaticString, _ scramble: StaticString, _ syntax: StaticString,
        _ expansion: RISCVOperation, rd: UInt8 = 0, rs1: UInt8 = 0, rs2: UInt8 = 0, where conditions: Conditions = [],
        _ requires: ExtensionSet = .c, _ xlen: XLENAvailability = .any
    ) {
        self.mnemonic = mnemonic
        self.encoding = encoding
        self.syntax = syntax
        self.expansion = expansion
        self.requires = requires
        self.xlen = xlen
        self.conditions = conditions
        var shape = EncodingShape(encoding)
        precondition(shape.count == 16, "the encoding of \(mnemonic) does not have 16 bits")
        self.mask = shape.mask
        self.match = shape.match
        self.rd = shape.register("d") ?? shape.register("x") ?? .fixed(rd)
        self.rs1 = shape.register("s") ?? shape.register("x") ?? .fixed(rs1)
        self.rs2 = shape.register("t") ?? .fixed(rs2)
        self.moves = shape.moves(scramble)
        self.signBit = shape.isSigned ? shape.highestValueBit : 0
    }

    /// The immediate in `word`.
    func immediate(of word: UInt32) -> Int64 {
        var value: UInt32 = 0
        for move in moves { value |= (word >> UInt32(move.wordShift) & move.mask) << UInt32(move.valueShift) }
        return Self.signExtend(value, from: signBit)
    }

    @inline(__always)
    static func signExtend(_ value: UInt32, from signBit: UInt8) -> Int64 {
        guard signBit != 0 else { return Int64(value) }
        let shift = 31 - UInt32(signBit)
        return Int64(Int32(bitPattern: value << shift) >> Int32(shift))
    }

    /// The 16 bits for these operands, or nil where they have no such encoding: a register out of reach, an immediate that
    /// does not fit, or a value that the encoding reserves.
    public func encode(_ operands: InstructionOperands) -> UInt16? {
        guard let rd = rd.insert(operands.rd), let rs1 = rs1.insert(operands.rs1), let rs2 = rs2.insert(operands.rs2)
        else {
            return nil
        }
        var word = UInt32(match) | rd | rs1 | rs2
        let value = UInt32(truncatingIfNeeded: operands.immediate)
        for move in moves { word |= (value >> UInt32(move.valueShift) & move.mask) << UInt32(move.wordShift) }
        guard immediate(of: word) == operands.immediate, conditions.hold(for: operands) else { return nil }
        return UInt16(truncatingIfNeeded: word)
    }

    /// The operands that the encoding fixes: those of the expansion that are not written.
    public var impliedOperands: InstructionOperands {
        var operands = InstructionOperands()
        if case .fixed(let number) = rd { operands.rd = number }
        if case .fixed(let number) = rs1 { operands.rs1 = number }
        if case .fixed(let number) = rs2 { operands.rs2 = number }
        return operands
    }

    /// The operands in a word that this row matches, in the expansion's terms.
    func operands(of word: UInt32) -> InstructionOperands {
        var operands = InstructionOperands()
        operands.rd = rd.extract(word)
        operands.rs1 = rs1.extract(word)
        operands.rs2 = rs2.extract(word)
        operands.immediate = immediate(of: word)
        return operands
    }
}

/// What can be read off a 16-bit encoding string while the table is made.
private struct EncodingShape {
    var mask: UInt16 = 0
    var match: UInt16 = 0
    var count = 0
    var isSigned = false
    var highestValueBit: UInt8 = 0
    /// Position of the lowest bit and number of bits of the register letters d, s, t, x.
    private var registers: (d: (Int, Int), s: (Int, Int), t: (Int, Int), x: (Int, Int)) = (
        (0, 0), (0, 0), (0, 0), (0, 0)
    )
    /// One bit for each place that holds a bit of the immediate.
    private var immediatePlaces: UInt16 = 0

    init(_ encoding: StaticString) {
        // SAFETY: a StaticString literal with more than one ASCII character has a pointer that lives for ever.
        for character in UnsafeBufferPointer(start: encoding.utf8Start, count: encoding.utf8CodeUnitCount) {
            if character == UInt8(ascii: " ") { continue }
            let place = 15 - count
            count += 1
            switch character {
            case UInt8(ascii: "0"): mask |= 1 << place
            case UInt8(ascii: "1"):
                mask |= 1 << place
                match |= 1 << place
            case UInt8(ascii: "d"): registers.d = (place, registers.d.1 + 1)
            case UInt8(ascii: "s"): registers.s = (place, registers.s.1 + 1)
            case UInt8(ascii: "t"): registers.t = (place, registers.t.1 + 1)
            case UInt8(ascii: "x"): registers.x = (place, registers.x.1 + 1)
            case UInt8(ascii: "i"):
                isSigned = true
                immediatePlaces |= 1 << place
            case UInt8(ascii: "n"): immediatePlaces |= 1 << place
            default: preconditionFailure("unknown letter in a compressed encoding")
            }
        }
    }

    func register(_ letter: Unicode.Scalar) -> CompressedRow.Register? {
        let (shift, bits) =
            switch letter {
            case "d": registers.d
            case "s": registers.s
            case "t": registers.t
            default: registers.x
            }
        switch bits {
        case 3: return .short(shift: UInt8(shift))
        case 5: return .full(shift: UInt8(shift))
        default: return nil
        }
    }

    /// Pairs the places of the immediate, highest first, with the bits that the scramble lists. Neighbours become one move.
    mutating func moves(_ scramble: StaticString) -> [CompressedRow.BitMove] {
        var moves: [CompressedRow.BitMove] = []
        var place = 16
        func take(from high: UInt8, downTo low: UInt8) {
            var bit = Int(high)
            while bit >= Int(low) {
                repeat { place -= 1 } while place >= 0 && immediatePlaces >> place & 1 == 0
                precondition(place >= 0, "a scramble is longer than its immediate")
                if let last = moves.last, Int(last.wordShift) == place + 1, Int(last.valueShift) == bit + 1 {
                    moves[moves.count - 1] = .init(
                        wordShift: UInt8(place), valueShift: UInt8(bit), count: last.count + 1)
                } else {
                    moves.append(.init(wordShift: UInt8(place), valueShift: UInt8(bit), count: 1))
                }
                bit -= 1
            }
            highestValueBit = max(highestValueBit, high)
        }
        var number: UInt8 = 0
        var high: UInt8?
        for index in 0..<scramble.utf8CodeUnitCount {
            switch scramble.utf8Start[index] {
            case UInt8(ascii: ":"):
                high = number
                number = 0
            case UInt8(ascii: "|"):
                take(from: high ?? number, downTo: number)
                high = nil
                number = 0
            case let digit: number = number * 10 + digit - UInt8(ascii: "0")
            }
        }
        if scramble.utf8CodeUnitCount > 0 { take(from: high ?? number, downTo: number) }
        let covered = moves.reduce(0) { $0 + Int($1.count) }
        precondition(covered == immediatePlaces.nonzeroBitCount, "a scramble is shorter than its immediate")
        return moves
    }
}
