/// An instruction that the generator may emit: its fixed bits, and what goes into the others.
///
/// This table is written from the specification for these tests alone. It shares nothing with the tables of the
/// simulator, so that an error in one does not hide in the other.
struct InstructionRow {
    enum Operands {
        /// Integer registers: rd, rs1, rs2.
        case register
        /// Integer registers: rd, rs1.
        case unary
        /// rd, rs1, and a signed immediate of 12 bits.
        case immediate
        /// rd, rs1, and a shift amount below the number given.
        case shift(below: UInt32)
        /// rd and an immediate of 20 bits.
        case upper
        /// A load or store of this many bytes, to or from an integer register.
        case load(Int), store(Int)
        /// The same with a floating-point register.
        case floatLoad(Int), floatStore(Int)
        /// rd, rs2, and an address in rs1.
        case atomic(Int)
        /// Floating-point registers only: rd, rs1, rs2, rs3 as many as named.
        case float1, float2, float3
        /// An integer result of one or two floating-point registers.
        case integerOfFloat1, integerOfFloat2
        /// A floating-point result of an integer register.
        case floatOfInteger
    }

    let name: String
    let bits: UInt32
    let operands: Operands
    /// Whether bits 14-12 hold a rounding mode.
    var rounds = false
    /// The only width that has this encoding, or nil where both do.
    var only: GuestWidth?
}

/// The instructions of one width.
struct InstructionTable {
    let integer, memory, atomic, float: [InstructionRow]

    private static let narrow = InstructionTable(.bits32)
    private static let wide = InstructionTable(.bits64)

    static func of(_ width: GuestWidth) -> InstructionTable { width == .bits64 ? wide : narrow }

    private init(_ width: GuestWidth) {
        func existing(_ rows: [InstructionRow]) -> [InstructionRow] { rows.filter { $0.only ?? width == width } }
        // Shifts of a whole register go by less than its bits.
        integer = existing(InstructionRow.integer).map { row in
            guard case .shift(let bound) = row.operands else { return row }
            return InstructionRow(
                name: row.name, bits: row.bits, operands: .shift(below: min(bound, UInt32(width.rawValue))))
        }
        memory = existing(InstructionRow.memory)
        atomic = existing(InstructionRow.atomic)
        float = existing(InstructionRow.float)
    }
}

extension InstructionRow {
    /// RV32I and RV64I, M, Zba, Zbb and Zbs: everything that computes with integer registers (Unpriv. spec, ch. 35 and the
    /// chapters of the extensions).
    static let integer: [InstructionRow] = {
        /// OP-32 and OP-IMM-32 are RV64's.
        func wide(_ opcode: UInt32) -> GuestWidth? { opcode & 8 != 0 ? .bits64 : nil }
        func register(_ name: String, _ funct7: UInt32, _ funct3: UInt32, _ opcode: UInt32 = 0x33) -> InstructionRow {
            InstructionRow(
                name: name, bits: funct7 << 25 | funct3 << 12 | opcode, operands: .register, only: wide(opcode))
        }
        func word(_ name: String, _ funct7: UInt32, _ funct3: UInt32) -> InstructionRow {
            register(name, funct7, funct3, 0x3B)
        }
        func immediate(_ name: String, _ funct3: UInt32, _ opcode: UInt32 = 0x13) -> InstructionRow {
            InstructionRow(name: name, bits: funct3 << 12 | opcode, operands: .immediate, only: wide(opcode))
        }
        func shift(
            _ name: String, _ funct6: UInt32, _ funct3: UInt32, _ opcode: UInt32 = 0x13, below: UInt32 = 64
        ) -> InstructionRow {
            InstructionRow(
                name: name, bits: funct6 << 26 | funct3 << 12 | opcode, operands: .shift(below: below),
                only: wide(opcode))
        }
        func unary(
            _ name: String, _ funct12: UInt32, _ funct3: UInt32, _ opcode: UInt32 = 0x13, only: GuestWidth? = nil
        ) -> InstructionRow {
            InstructionRow(
                name: name, bits: funct12 << 20 | funct3 << 12 | opcode, operands: .unary, only: only ?? wide(opcode))
        }
        let computing: [InstructionRow] = [
            register("add", 0, 0), register("sub", 0x20, 0), register("sll", 0, 1), register("slt", 0, 2),
            register("sltu", 0, 3), register("xor", 0, 4), register("srl", 0, 5), register("sra", 0x20, 5),
            register("or", 0, 6), register("and", 0, 7),
            word("addw", 0, 0), word("subw", 0x20, 0), word("sllw", 0, 1), word("srlw", 0, 5), word("sraw", 0x20, 5),
            immediate("addi", 0), immediate("slti", 2), immediate("sltiu", 3), immediate("xori", 4),
            immediate("ori", 6), immediate("andi", 7), immediate("addiw", 0, 0x1B),
            shift("slli", 0, 1), shift("srli", 0, 5), shift("srai", 0x10, 5),
            shift("slliw", 0, 1, 0x1B, below: 32), shift("srliw", 0, 5, 0x1B, below: 32),
            shift("sraiw", 0x10, 5, 0x1B, below: 32),
            InstructionRow(name: "lui", bits: 0x37, operands: .upper),
            InstructionRow(name: "auipc", bits: 0x17, operands: .upper),
        ]
        let multiplying: [InstructionRow] = [
            register("mul", 1, 0), register("mulh", 1, 1), register("mulhsu", 1, 2), register("mulhu", 1, 3),
            register("div", 1, 4), register("divu", 1, 5), register("rem", 1, 6), register("remu", 1, 7),
            word("mulw", 1, 0), word("divw", 1, 4), word("divuw", 1, 5), word("remw", 1, 6), word("remuw", 1, 7),
        ]
        let bitManipulation: [InstructionRow] = [
            register("sh1add", 0x10, 2), register("sh2add", 0x10, 4), register("sh3add", 0x10, 6),
            word("add.uw", 4, 0), word("sh1add.uw", 0x10, 2), word("sh2add.uw", 0x10, 4), word("sh3add.uw", 0x10, 6),
            shift("slli.uw", 0x02, 1, 0x1B),
            register("andn", 0x20, 7), register("orn", 0x20, 6), register("xnor", 0x20, 4),
            register("min", 5, 4), register("minu", 5, 5), register("max", 5, 6), register("maxu", 5, 7),
            register("rol", 0x30, 1), register("ror", 0x30, 5), word("rolw", 0x30, 1), word("rorw", 0x30, 5),
            shift("rori", 0x18, 5), shift("roriw", 0x18, 5, 0x1B, below: 32),
            unary("clz", 0x600, 1), unary("ctz", 0x601, 1), unary("cpop", 0x602, 1), unary("clzw", 0x600, 1, 0x1B),
            unary("ctzw", 0x601, 1, 0x1B), unary("cpopw", 0x602, 1, 0x1B), unary("sext.b", 0x604, 1),
            unary("sext.h", 0x605, 1), unary("zext.h", 0x080, 4, 0x3B),
            unary("zext.h", 0x080, 4, 0x33, only: .bits32), unary("orc.b", 0x287, 5),
            unary("rev8", 0x6B8, 5, only: .bits64), unary("rev8", 0x698, 5, only: .bits32),
            register("bclr", 0x24, 1), register("bext", 0x24, 5), register("binv", 0x34, 1), register("bset", 0x14, 1),
            shift("bclri", 0x12, 1), shift("bexti", 0x12, 5), shift("binvi", 0x1A, 1), shift("bseti", 0x0A, 1),
        ]
        return computing + multiplying + bitManipulation
    }()

    /// Loads and stores of integer and floating-point registers.
    static let memory: [InstructionRow] = [
        InstructionRow(name: "lb", bits: 0x0003, operands: .load(1)),
        InstructionRow(name: "lh", bits: 0x1003, operands: .load(2)),
        InstructionRow(name: "lw", bits: 0x2003, operands: .load(4)),
        InstructionRow(name: "ld", bits: 0x3003, operands: .load(8), only: .bits64),
        InstructionRow(name: "lbu", bits: 0x4003, operands: .load(1)),
        InstructionRow(name: "lhu", bits: 0x5003, operands: .load(2)),
        InstructionRow(name: "lwu", bits: 0x6003, operands: .load(4), only: .bits64),
        InstructionRow(name: "flw", bits: 0x2007, operands: .floatLoad(4)),
        InstructionRow(name: "fld", bits: 0x3007, operands: .floatLoad(8)),
        InstructionRow(name: "sb", bits: 0x0023, operands: .store(1)),
        InstructionRow(name: "sh", bits: 0x1023, operands: .store(2)),
        InstructionRow(name: "sw", bits: 0x2023, operands: .store(4)),
        InstructionRow(name: "sd", bits: 0x3023, operands: .store(8), only: .bits64),
        InstructionRow(name: "fsw", bits: 0x2027, operands: .floatStore(4)),
        InstructionRow(name: "fsd", bits: 0x3027, operands: .floatStore(8)),
    ]

    /// The read-modify-write instructions of the A extension; LR and SC come as pairs (`SequenceGenerator`).
    static let atomic: [InstructionRow] = {
        let functions: [(String, UInt32)] = [
            ("amoadd", 0x00), ("amoswap", 0x01), ("amoxor", 0x04), ("amoor", 0x08), ("amoand", 0x0C),
            ("amomin", 0x10), ("amomax", 0x14), ("amominu", 0x18), ("amomaxu", 0x1C),
        ]
        return functions.flatMap { name, funct5 in
            [
                InstructionRow(name: name + ".w", bits: funct5 << 27 | 0x202F, operands: .atomic(4)),
                InstructionRow(name: name + ".d", bits: funct5 << 27 | 0x302F, operands: .atomic(8), only: .bits64),
            ]
        }
    }()

    /// F and D (Unpriv. spec, "F" and "D" chapters): `format` is 0 for single and 1 for double precision.
    static let float: [InstructionRow] = [("s", UInt32(0)), ("d", 1)].flatMap { suffix, format -> [InstructionRow] in
        func row(
            _ name: String, _ funct7: UInt32, _ operands: Operands, rs2: UInt32 = 0, rm: UInt32? = nil,
            only: GuestWidth? = nil
        ) -> InstructionRow {
            InstructionRow(
                name: "\(name).\(suffix)", bits: (funct7 | format) << 25 | rs2 << 20 | (rm ?? 0) << 12 | 0x53,
                operands: operands, rounds: rm == nil, only: only)
        }
        func fused(_ name: String, _ opcode: UInt32) -> InstructionRow {
            InstructionRow(
                name: "\(name).\(suffix)", bits: format << 25 | opcode, operands: .float3, rounds: true)
        }
        var rows = [
            row("fadd", 0x00, .float2), row("fsub", 0x04, .float2), row("fmul", 0x08, .float2),
            row("fdiv", 0x0C, .float2), row("fsqrt", 0x2C, .float1),
            fused("fmadd", 0x43), fused("fmsub", 0x47), fused("fnmsub", 0x4B), fused("fnmadd", 0x4F),
            row("fsgnj", 0x10, .float2, rm: 0), row("fsgnjn", 0x10, .float2, rm: 1),
            row("fsgnjx", 0x10, .float2, rm: 2),
            row("fmin", 0x14, .float2, rm: 0), row("fmax", 0x14, .float2, rm: 1),
            row("fle", 0x50, .integerOfFloat2, rm: 0), row("flt", 0x50, .integerOfFloat2, rm: 1),
            row("feq", 0x50, .integerOfFloat2, rm: 2), row("fclass", 0x70, .integerOfFloat1, rm: 1),
            row("fmv.x", 0x70, .integerOfFloat1, rm: 0, only: format == 0 ? nil : .bits64),
            row("fmv.to", 0x78, .floatOfInteger, rm: 0, only: format == 0 ? nil : .bits64),
            row(format == 0 ? "fcvt.from.d" : "fcvt.from.s", 0x20, .float1, rs2: 1 - format),
        ]
        for (code, name) in ["w", "wu", "l", "lu"].enumerated() {
            let only: GuestWidth? = code < 2 ? nil : .bits64
            rows.append(row("fcvt.\(name)", 0x60, .integerOfFloat1, rs2: UInt32(code), only: only))
            rows.append(row("fcvt.from.\(name)", 0x68, .floatOfInteger, rs2: UInt32(code), only: only))
        }
        return rows
    }
}
