@testable import TandemCPU

/// RISC-V as the unprivileged manual describes it, one instruction at a time, in plain host arithmetic. It shares nothing
/// with the intermediate form but the decoder.
struct ManualModel {
    let xlen: XLEN
    var x = [UInt64](repeating: 0, count: 32)
    var f = [UInt64](repeating: 0, count: 32)
    var flags: FloatFlags = []
    var frm: UInt8 = 0
    var pc: UInt64 = 0
    var memory: [UInt8]
    let memoryStart: UInt64
    var reservation: UInt64?

    /// Executes one instruction that does not concern the privileged architecture.
    mutating func execute(_ i: DecodedInstruction) {
        var next = truncated(pc &+ UInt64(i.length))
        defer { pc = next }
        let (a, b) = (x[Int(i.rs1)], x[Int(i.rs2)])
        let immediate = UInt64(bitPattern: i.immediate)
        switch i.operation {
        case .lui: write(i.rd, immediate)
        case .auipc: write(i.rd, pc &+ immediate)
        case .jal:
            write(i.rd, next)
            next = truncated(pc &+ immediate)
        case .jalr:
            write(i.rd, next)
            next = truncated((a &+ immediate) & ~1)
        case .beq, .bne, .blt, .bge, .bltu, .bgeu:
            if isTaken(i.operation, a, b) { next = truncated(pc &+ immediate) }
        default:
            if let value = integer(i, a, b) {
                write(i.rd, value)
            } else if !executeMemory(i, a, b) {
                executeFloat(i)
            }
        }
    }

    private func truncated(_ address: UInt64) -> UInt64 { xlen.truncate(address) }

    /// Registers of RV32 are kept sign-extended.
    private mutating func write(_ rd: UInt8, _ value: UInt64) {
        guard rd != 0 else { return }
        x[Int(rd)] = xlen == .rv64 ? value : extended(UInt32(truncatingIfNeeded: value))
    }

    private func extended(_ word: UInt32) -> UInt64 { UInt64(bitPattern: Int64(Int32(bitPattern: word))) }

    private func isTaken(_ operation: RISCVOperation, _ a: UInt64, _ b: UInt64) -> Bool {
        switch operation {
        case .beq: a == b
        case .bne: a != b
        case .blt: Int64(bitPattern: a) < Int64(bitPattern: b)
        case .bge: Int64(bitPattern: a) >= Int64(bitPattern: b)
        case .bltu: a < b
        default: a >= b
        }
    }

    // MARK: Integer computation

    private func integer(_ i: DecodedInstruction, _ a: UInt64, _ b: UInt64) -> UInt64? {
        if let word = wordOperation(i, UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b)) {
            return extended(word)
        }
        if let value = wideOnly(i, a, b) { return value }
        if xlen == .rv64 {
            return natural(i, a, b, Int64.self).map { UInt64(bitPattern: Int64(truncatingIfNeeded: $0)) }
        }
        return natural(i, UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b), Int32.self)
            .map { UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: $0))) }
    }

    /// Instructions with a W, and what they mean on 32 bits.
    private func wordOperation(_ i: DecodedInstruction, _ a: UInt32, _ b: UInt32) -> UInt32? {
        let immediate = UInt32(truncatingIfNeeded: i.immediate)
        let (s, t) = (Int32(bitPattern: a), Int32(bitPattern: b))
        switch i.operation {
        case .addiw: return a &+ immediate
        case .slliw: return a << (immediate & 31)
        case .srliw: return a >> (immediate & 31)
        case .sraiw: return UInt32(bitPattern: s >> Int32(immediate & 31))
        case .addw: return a &+ b
        case .subw: return a &- b
        case .sllw: return a << (b & 31)
        case .srlw: return a >> (b & 31)
        case .sraw: return UInt32(bitPattern: s >> Int32(b & 31))
        case .mulw: return a &* b
        case .divw: return b == 0 ? .max : s == .min && t == -1 ? a : UInt32(bitPattern: s / t)
        case .divuw: return b == 0 ? .max : a / b
        case .remw: return b == 0 ? a : s == .min && t == -1 ? 0 : UInt32(bitPattern: s % t)
        case .remuw: return b == 0 ? a : a % b
        case .clzw: return UInt32(a.leadingZeroBitCount)
        case .ctzw: return UInt32(a.trailingZeroBitCount)
        case .cpopw: return UInt32(a.nonzeroBitCount)
        case .rolw: return b & 31 == 0 ? a : a << (b & 31) | a >> (32 - b & 31)
        case .rorw: return b & 31 == 0 ? a : a >> (b & 31) | a << (32 - b & 31)
        case .roriw: return immediate & 31 == 0 ? a : a >> (immediate & 31) | a << (32 - immediate & 31)
        default: return nil
        }
    }

    /// Instructions of RV64 that read words unsigned.
    private func wideOnly(_ i: DecodedInstruction, _ a: UInt64, _ b: UInt64) -> UInt64? {
        let word = a & 0xffff_ffff
        switch i.operation {
        case .add_uw: return b &+ word
        case .sh1add_uw: return b &+ word &* 2
        case .sh2add_uw: return b &+ word &* 4
        case .sh3add_uw: return b &+ word &* 8
        case .slli_uw: return word << UInt64(i.immediate)
        default: return nil
        }
    }

    /// What is as wide as a register.
    private func natural<Signed: FixedWidthInteger & SignedInteger>(
        _ i: DecodedInstruction, _ a: Signed.Magnitude, _ b: Signed.Magnitude, _: Signed.Type
    ) -> Signed.Magnitude? where Signed.Magnitude: FixedWidthInteger & UnsignedInteger {
        typealias Bits = Signed.Magnitude
        let immediate = Bits(truncatingIfNeeded: i.immediate)
        let (s, t) = (Signed(truncatingIfNeeded: a), Signed(truncatingIfNeeded: b))
        let width = Bits(Bits.bitWidth)
        let (count, fixed) = (b % width, immediate % width)
        func bits(_ value: Signed) -> Bits { Bits(truncatingIfNeeded: value) }
        func rotatedRight(_ amount: Bits) -> Bits { amount == 0 ? a : a >> amount | a << (width - amount) }
        switch i.operation {
        case .addi: return a &+ immediate
        case .slti: return s < Signed(truncatingIfNeeded: i.immediate) ? 1 : 0
        case .sltiu: return a < immediate ? 1 : 0
        case .xori: return a ^ immediate
        case .ori: return a | immediate
        case .andi: return a & immediate
        case .slli: return a << fixed
        case .srli: return a >> fixed
        case .srai: return bits(s >> Signed(fixed))
        case .add: return a &+ b
        case .sub: return a &- b
        case .sll: return a << count
        case .slt: return s < t ? 1 : 0
        case .sltu: return a < b ? 1 : 0
        case .xor: return a ^ b
        case .srl: return a >> count
        case .sra: return bits(s >> Signed(count))
        case .or: return a | b
        case .and: return a & b
        case .mul: return a &* b
        case .mulh: return bits(s.multipliedFullWidth(by: t).high)
        case .mulhu: return a.multipliedFullWidth(by: b).high
        case .mulhsu: return Bits(truncatingIfNeeded: (Int128(s) * Int128(b)) >> Int128(Bits.bitWidth))
        case .div: return b == 0 ? .max : s == .min && t == -1 ? a : bits(s / t)
        case .divu: return b == 0 ? .max : a / b
        case .rem: return b == 0 ? a : s == .min && t == -1 ? 0 : bits(s % t)
        case .remu: return b == 0 ? a : a % b
        case .sh1add: return b &+ a &* 2
        case .sh2add: return b &+ a &* 4
        case .sh3add: return b &+ a &* 8
        case .andn: return a & ~b
        case .orn: return a | ~b
        case .xnor: return ~(a ^ b)
        case .clz: return Bits(a.leadingZeroBitCount)
        case .ctz: return Bits(a.trailingZeroBitCount)
        case .cpop: return Bits(a.nonzeroBitCount)
        case .max: return bits(Swift.max(s, t))
        case .maxu: return Swift.max(a, b)
        case .min: return bits(Swift.min(s, t))
        case .minu: return Swift.min(a, b)
        case .sext_b: return bits(Signed(Int8(truncatingIfNeeded: a)))
        case .sext_h: return bits(Signed(Int16(truncatingIfNeeded: a)))
        case .zext_h: return a & 0xffff
        case .rol: return rotatedRight((width - count) % width)
        case .ror: return rotatedRight(count)
        case .rori: return rotatedRight(fixed)
        case .orc_b:
            return (0..<Bits.bitWidth / 8).reduce(0) { $0 | (a >> Bits(8 * $1) & 0xff == 0 ? 0 : 0xff << Bits(8 * $1)) }
        case .rev8: return a.byteSwapped
        case .bclr: return a & ~(1 << count)
        case .bclri: return a & ~(1 << fixed)
        case .bext: return a >> count & 1
        case .bexti: return a >> fixed & 1
        case .binv: return a ^ 1 << count
        case .binvi: return a ^ 1 << fixed
        case .bset: return a | 1 << count
        case .bseti: return a | 1 << fixed
        default: return nil
        }
    }

    // MARK: Memory

    private func read(_ address: UInt64, _ width: Int) -> UInt64 {
        let start = Int(truncated(address) - memoryStart)
        return (0..<width).reversed().reduce(0) { $0 << 8 | UInt64(memory[start + $1]) }
    }

    private mutating func store(_ address: UInt64, _ value: UInt64, _ width: Int) {
        let start = Int(truncated(address) - memoryStart)
        for byte in 0..<width { memory[start + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte)) }
    }

    /// Returns false if the instruction does not access memory.
    private mutating func executeMemory(_ i: DecodedInstruction, _ a: UInt64, _ b: UInt64) -> Bool {
        let address = a &+ UInt64(bitPattern: i.immediate)
        switch i.operation {
        case .lb: write(i.rd, UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: read(address, 1)))))
        case .lh: write(i.rd, UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: read(address, 2)))))
        case .lw: write(i.rd, extended(UInt32(read(address, 4))))
        case .ld: write(i.rd, read(address, 8))
        case .lbu: write(i.rd, read(address, 1))
        case .lhu: write(i.rd, read(address, 2))
        case .lwu: write(i.rd, read(address, 4))
        case .sb: store(address, b, 1)
        case .sh: store(address, b, 2)
        case .sw: store(address, b, 4)
        case .sd: store(address, b, 8)
        case .flw: f[Int(i.rd)] = read(address, 4) | 0xffff_ffff << 32
        case .fld: f[Int(i.rd)] = read(address, 8)
        case .fsw: store(address, f[Int(i.rs2)], 4)
        case .fsd: store(address, f[Int(i.rs2)], 8)
        case .lr_w, .lr_d:
            reservation = a
            write(i.rd, i.operation == .lr_w ? extended(UInt32(read(a, 4))) : read(a, 8))
        case .sc_w, .sc_d:
            if reservation == a { store(a, b, i.operation == .sc_w ? 4 : 8) }
            write(i.rd, reservation == a ? 0 : 1)
            reservation = nil
        default: return executeAtomic(i, a, b)
        }
        return true
    }

    private mutating func executeAtomic(_ i: DecodedInstruction, _ address: UInt64, _ b: UInt64) -> Bool {
        if let operation = Self.words[i.operation] {
            let old = UInt32(read(address, 4))
            let new = operation(Int64(Int32(bitPattern: old)), Int64(Int32(truncatingIfNeeded: b)))
            store(address, UInt64(bitPattern: new), 4)
            write(i.rd, extended(old))
            return true
        }
        guard let operation = Self.doubles[i.operation] else { return false }
        let old = read(address, 8)
        store(address, UInt64(bitPattern: operation(Int64(bitPattern: old), Int64(bitPattern: b))), 8)
        write(i.rd, old)
        return true
    }

    private typealias Combination = @Sendable (Int64, Int64) -> Int64

    private static func unsigned(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) }
    private static func word(_ value: Int64) -> UInt32 { UInt32(truncatingIfNeeded: value) }

    private static let words: [RISCVOperation: Combination] = [
        .amoswap_w: { $1 }, .amoadd_w: { $0 &+ $1 }, .amoxor_w: { $0 ^ $1 }, .amoand_w: { $0 & $1 },
        .amoor_w: { $0 | $1 }, .amomin_w: { Swift.min($0, $1) }, .amomax_w: { Swift.max($0, $1) },
        .amominu_w: { word($0) < word($1) ? $0 : $1 }, .amomaxu_w: { word($0) > word($1) ? $0 : $1 },
    ]

    private static let doubles: [RISCVOperation: Combination] = [
        .amoswap_d: { $1 }, .amoadd_d: { $0 &+ $1 }, .amoxor_d: { $0 ^ $1 }, .amoand_d: { $0 & $1 },
        .amoor_d: { $0 | $1 }, .amomin_d: { Swift.min($0, $1) }, .amomax_d: { Swift.max($0, $1) },
        .amominu_d: { unsigned($0) < unsigned($1) ? $0 : $1 },
        .amomaxu_d: { unsigned($0) > unsigned($1) ? $0 : $1 },
    ]
}
