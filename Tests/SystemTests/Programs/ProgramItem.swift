/// A piece of a program that stays whole when a program is cut down.
indirect enum ProgramItem {
    /// Instructions in a row, as halfwords, and as text.
    case straight([UInt16], String)
    /// A branch or jump over the next `skip` items; `encode` gets the distance in bytes from its own address.
    case forward(size: Int, reach: Int, skip: Int, text: String, encode: @Sendable (Int) -> [UInt16])
    /// Items that are run several times, counted down in a register. It goes on while the count is positive, so that a
    /// jump into it ends too.
    case loop(register: UInt32, times: Int, [ProgramItem])
    /// A direct call of a function. Where its code cannot be fetched, the program goes on behind it.
    case call(function: Int)
    /// `addi`, whose immediate differs in the second version of its page.
    case marker(register: UInt32, value: UInt32)

    init(_ item: InstructionSequence.Item) {
        switch item {
        case .straight(let code, let text): self = .straight(code, text)
        case .forward(let size, let reach, let skip, let text, let encode):
            self = .forward(size: size, reach: reach, skip: skip, text: text, encode: encode)
        case .loop(let times, let body): self = .loop(register: 9, times: times, body.map { ProgramItem($0) })
        }
    }

    /// Bytes of code.
    var size: Int {
        switch self {
        case .straight(let code, _): 2 * code.count
        case .forward(let size, _, _, _, _): size
        case .loop(_, _, let body): 12 + body.reduce(0) { $0 + $1.size }
        case .call: 20
        case .marker: 4
        }
    }

    /// How many items there are that could be left out.
    var count: Int {
        if case .loop(_, _, let body) = self { return body.reduce(1) { $0 + $1.count } }
        return 1
    }

    /// The item without its part number `index`, counted in depth first; nothing if that is the item itself.
    func removing(_ index: Int) -> ProgramItem? {
        guard index > 0, case .loop(let register, let times, let body) = self else { return nil }
        return .loop(register: register, times: times, Self.removing(index - 1, from: body))
    }

    /// Items without the one of a number, counted in depth first.
    static func removing(_ index: Int, from items: [ProgramItem]) -> [ProgramItem] {
        var left = index
        var result: [ProgramItem] = []
        for item in items {
            if left >= 0 && left < item.count {
                if let rest = item.removing(left) { result.append(rest) }
            } else {
                result.append(item)
            }
            left -= item.count
        }
        return result
    }
}

/// Encodings that the generator of programs builds from (Unpriv. spec, ch. 35).
enum Code {
    static func immediate(
        _ funct3: UInt32, _ rd: UInt32, _ rs1: UInt32, _ value: Int, opcode: UInt32 = 0x13
    ) -> UInt32 {
        UInt32(truncatingIfNeeded: value & 0xFFF) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode
    }
    static func addi(_ rd: UInt32, _ rs1: UInt32, _ value: Int) -> UInt32 { immediate(0, rd, rs1, value) }
    static func slli(_ rd: UInt32, _ rs1: UInt32, _ amount: Int) -> UInt32 { immediate(1, rd, rs1, amount) }
    static func srli(_ rd: UInt32, _ rs1: UInt32, _ amount: Int) -> UInt32 { immediate(5, rd, rs1, amount) }
    static func load(_ funct3: UInt32, _ rd: UInt32, _ offset: Int, _ rs1: UInt32) -> UInt32 {
        immediate(funct3, rd, rs1, offset, opcode: 0x03)
    }
    static func store(_ funct3: UInt32, _ rs2: UInt32, _ offset: Int, _ rs1: UInt32, opcode: UInt32 = 0x23) -> UInt32 {
        let field = UInt32(truncatingIfNeeded: offset & 0xFFF)
        return (field >> 5) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (field & 31) << 7 | opcode
    }
    static func register(
        _ funct7: UInt32, _ funct3: UInt32, _ rd: UInt32, _ rs1: UInt32, _ rs2: UInt32, opcode: UInt32 = 0x33
    ) -> UInt32 {
        funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode
    }
    static func add(_ rd: UInt32, _ rs1: UInt32, _ rs2: UInt32) -> UInt32 { register(0, 0, rd, rs1, rs2) }
    static func lui(_ rd: UInt32, _ upper: UInt32) -> UInt32 { upper << 12 | rd << 7 | 0x37 }
    static func auipc(_ rd: UInt32) -> UInt32 { rd << 7 | 0x17 }
    static func jalr(_ rd: UInt32, _ rs1: UInt32, _ offset: Int) -> UInt32 {
        immediate(0, rd, rs1, offset, opcode: 0x67)
    }
    static func jal(_ rd: UInt32, _ distance: Int) -> UInt32 {
        let d = UInt32(bitPattern: Int32(distance))
        let low = (d >> 1 & 0x3FF) << 21 | (d >> 11 & 1) << 20
        return (d >> 20 & 1) << 31 | low | (d >> 12 & 0xFF) << 12 | rd << 7 | 0x6F
    }
    static func csr(_ funct3: UInt32, _ rd: UInt32, _ number: UInt32, _ rs1: UInt32) -> UInt32 {
        number << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x73
    }
    static let ecall: UInt32 = 0x0000_0073
    static let fenceInstructions: UInt32 = 0x0000_100F
    static let nop: UInt32 = 0x0000_0013

    /// rd ← a constant of 32 bits, sign-extended: lui and addiw, or addi where registers have 32 bits; always both.
    static func constant(_ rd: UInt32, _ value: UInt32, _ width: GuestWidth) -> [UInt32] {
        let low = Int(Int32(bitPattern: value << 20) >> 20)
        let upper = (value &- UInt32(bitPattern: Int32(low))) >> 12
        return [lui(rd, upper), immediate(0, rd, rd, low, opcode: width == .bits64 ? 0x1B : 0x13)]
    }

    /// funct3 of a load or store of a whole register: ld and sd, or lw and sw.
    static func whole(_ width: GuestWidth) -> UInt32 { width == .bits64 ? 3 : 2 }

    static func halves(_ words: [UInt32]) -> [UInt16] { words.flatMap { InstructionSequence.halves($0) } }
}
