import TandemKernel

/// Makes random instruction sequences. The same seed gives the same sequences on every machine.
///
/// What a sequence keeps to: x2 and x8 point into its memory window and are not written; addresses stay in the window;
/// it jumps forward only, to the start of an item; a store never stands between LR and SC, because QEMU's SC compares
/// values where the specification has a reservation; and it asks nothing that QEMU 7.2 is known to answer wrongly.
struct SequenceGenerator {
    typealias Item = InstructionSequence.Item

    var random: SplitMix64
    /// Registers that this sequence prefers, so that results are used again.
    private var favourites: [UInt32] = []
    var inLoop = false
    /// Registers that are never written, by number: the two that point into the window.
    var kept: UInt32 = 1 << 2 | 1 << 8

    let width: GuestWidth
    let table: InstructionTable

    init(seed: UInt64, width: GuestWidth) {
        random = SplitMix64(seed: seed)
        self.width = width
        table = InstructionTable.of(width)
    }

    static func make(seed: UInt64, width: GuestWidth = .bits64) -> InstructionSequence {
        var generator = SequenceGenerator(seed: seed, width: width)
        return generator.makeSequence(seed: seed)
    }

    private mutating func makeSequence(seed: UInt64) -> InstructionSequence {
        chooseFavourites()
        var integers = (0..<32).map { _ in width.truncate(interestingInteger()) }
        integers[0] = width.truncate(random.next())
        integers[2] = SequenceBatch.window
        integers[8] = SequenceBatch.window + 256
        let floats = (0..<32).map { _ in interestingFloat() }
        // A rounding mode that exists, and any flags.
        let control = UInt64(below(5)) << 5 | UInt64(below(32))
        let items = makeItems(count: 8 + Int(below(32)))
        return InstructionSequence(
            seed: seed, floatControl: control, integers: integers, floats: floats, items: items)
    }

    private mutating func makeItems(count: Int) -> [Item] {
        (0..<count).map { _ in makeItem() }
    }

    private mutating func makeItem() -> Item {
        switch below(100) {
        case 0..<26: plain(table.integer)
        case 26..<50: plain(table.float)
        case 50..<62: plain(table.memory)
        case 62..<67: atomic()
        case 67..<70: reservation()
        case 70..<84: compressed()
        case 84..<91: forward()
        case 91..<95: control()
        case 95..<97: loop()
        default: plain(table.integer)
        }
    }

    // MARK: Choices

    mutating func chooseFavourites() { favourites = (0..<8).map { _ in below(32) } }

    mutating func below(_ bound: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: ((random.next() >> 32) &* UInt64(bound)) >> 32)
    }

    mutating func oneIn(_ chance: UInt32) -> Bool { below(chance) == 0 }

    mutating func source() -> UInt32 { oneIn(3) ? below(32) : favourites[Int(below(8))] }

    mutating func destination() -> UInt32 {
        while true {
            let register = source()
            if kept >> register & 1 == 0 && !(inLoop && register == 9) { return register }
        }
    }

    /// x8 to x15 as the compressed instructions number them.
    mutating func compressedDestination() -> UInt32 { inLoop ? 2 + below(6) : 1 + below(7) }

    private func register(_ number: UInt32) -> String { "x\(number)" }

    // MARK: Items

    mutating func plain(_ rows: [InstructionRow]) -> Item {
        let row = rows[Int(below(UInt32(rows.count)))]
        if row.name == "ctzw" { return countTrailingZeros(row) }
        let (bits, text) = fill(row)
        return .straight(InstructionSequence.halves(bits), text)
    }

    /// QEMU 7.2 counts on into the upper half of the register when the word is zero, where the specification gives 32;
    /// so one bit of the word is set first.
    private mutating func countTrailingZeros(_ row: InstructionRow) -> Item {
        let rd = destination()
        let rs1 = source()
        let bit = below(11)
        let set = 1 << (20 + bit) | rs1 << 15 | 0x6013 | rd << 7
        return .straight(
            InstructionSequence.halves(set) + InstructionSequence.halves(row.bits | rd << 7 | rd << 15),
            "ori x\(rd), x\(rs1), \(1 << bit); \(row.name) x\(rd), x\(rd)")
    }

    private mutating func fill(_ row: InstructionRow) -> (UInt32, String) {
        let rd = destination()
        let rs1 = source()
        let rs2 = source()
        let fd = source()
        let fs3 = source()
        var bits = row.bits
        var rounding = ""
        if row.rounds {
            // One in 400 has a rounding mode that does not exist, and traps.
            let mode = oneIn(400) ? 5 + below(2) : oneIn(2) ? 7 : below(5)
            bits |= mode << 12
            rounding = ", rm \(mode)"
        }
        switch row.operands {
        case .register:
            return (bits | rd << 7 | rs1 << 15 | rs2 << 20, "\(row.name) x\(rd), x\(rs1), x\(rs2)")
        case .unary:
            return (bits | rd << 7 | rs1 << 15, "\(row.name) x\(rd), x\(rs1)")
        case .immediate:
            let value = oneIn(2) ? below(4096) : (below(32) &- 16) & 0xFFF
            return (bits | rd << 7 | rs1 << 15 | value << 20, "\(row.name) x\(rd), x\(rs1), \(signed(value, 12))")
        case .shift(let bound):
            var amount = below(bound)
            // RV32: an amount with bit 5 does not exist, and traps.
            if width == .bits32, oneIn(400) { amount += 32 }
            return (bits | rd << 7 | rs1 << 15 | amount << 20, "\(row.name) x\(rd), x\(rs1), \(amount)")
        case .upper:
            let value = below(1 << 20)
            return (bits | rd << 7 | value << 12, "\(row.name) x\(rd), 0x\(String(value, radix: 16))")
        case .load(let size):
            let offset = offset(size)
            return (bits | rd << 7 | 8 << 15 | offset << 20, "\(row.name) x\(rd), \(signed(offset, 12))(x8)")
        case .floatLoad(let size):
            let offset = offset(size)
            return (bits | fd << 7 | 8 << 15 | offset << 20, "\(row.name) f\(fd), \(signed(offset, 12))(x8)")
        case .store(let size), .floatStore(let size):
            let offset = offset(size)
            let kind = if case .store = row.operands { "x" } else { "f" }
            bits |= rs2 << 20 | 8 << 15 | (offset >> 5 & 0x7F) << 25 | (offset & 0x1F) << 7
            return (bits, "\(row.name) \(kind)\(rs2), \(signed(offset, 12))(x8)")
        case .atomic:
            return (bits | rd << 7 | rs1 << 15 | rs2 << 20 | below(4) << 25, "\(row.name) x\(rd), x\(rs2), (x\(rs1))")
        case .float1:
            return (bits | fd << 7 | rs1 << 15, "\(row.name) f\(fd), f\(rs1)\(rounding)")
        case .float2:
            return (bits | fd << 7 | rs1 << 15 | rs2 << 20, "\(row.name) f\(fd), f\(rs1), f\(rs2)\(rounding)")
        case .float3:
            bits |= fd << 7 | rs1 << 15 | rs2 << 20 | fs3 << 27
            return (bits, "\(row.name) f\(fd), f\(rs1), f\(rs2), f\(fs3)\(rounding)")
        case .integerOfFloat1:
            return (bits | rd << 7 | rs1 << 15, "\(row.name) x\(rd), f\(rs1)\(rounding)")
        case .integerOfFloat2:
            return (bits | rd << 7 | rs1 << 15 | rs2 << 20, "\(row.name) x\(rd), f\(rs1), f\(rs2)")
        case .floatOfInteger:
            return (bits | fd << 7 | rs1 << 15, "\(row.name) f\(fd), x\(rs1)\(rounding)")
        }
    }

    /// An offset from x8 that stays in the window; one in twelve is off its natural boundary.
    private mutating func offset(_ size: Int) -> UInt32 {
        let size = UInt32(size)
        let places = (512 - size) / size + 1
        let aligned = below(places) * size
        let offset = size > 1 && oneIn(12) ? min(aligned + below(size), 512 - size) : aligned
        return (offset &- 256) & 0xFFF
    }

    private func signed(_ value: UInt32, _ bits: UInt32) -> Int32 {
        Int32(bitPattern: value << (32 - bits)) >> Int32(32 - bits)
    }

    /// A register that is written with an address of the window, on a boundary of `size` bytes; the code, the text.
    private mutating func address(size: UInt32) -> (register: UInt32, code: UInt32, text: String) {
        let register = max(1, destination())
        let offset = (below(512 / size) * size &- 256) & 0xFFF
        return (register, offset << 20 | 8 << 15 | register << 7 | 0x13, "addi x\(register), x8, \(signed(offset, 12))")
    }

    mutating func atomic() -> Item {
        let row = table.atomic[Int(below(UInt32(table.atomic.count)))]
        guard case .atomic(let size) = row.operands else { return plain([row]) }
        let place = address(size: UInt32(size))
        let rd = destination()
        let rs2 = source()
        let bits = row.bits | rd << 7 | place.register << 15 | rs2 << 20 | below(4) << 25
        return .straight(
            InstructionSequence.halves(place.code) + InstructionSequence.halves(bits),
            "\(place.text); \(row.name) x\(rd), x\(rs2), (x\(place.register))")
    }

    /// LR, up to three instructions that touch no memory, and an SC to the same place; or an SC alone, which fails.
    mutating func reservation() -> Item {
        let size: UInt32 = width == .bits32 || oneIn(2) ? 4 : 8
        let width: UInt32 = size == 4 ? 0x202F : 0x302F
        let suffix = size == 4 ? "w" : "d"
        let place = address(size: size)
        var code = InstructionSequence.halves(place.code)
        var text = place.text
        if !oneIn(4) {
            var rd = destination()
            if rd == place.register { rd = 0 }
            code += InstructionSequence.halves(0x1000_0000 | width | rd << 7 | place.register << 15 | below(4) << 25)
            text += "; lr.\(suffix) x\(rd), (x\(place.register))"
            for _ in 0..<below(4) {
                let row = table.integer[Int(below(UInt32(table.integer.count)))]
                let (bits, line) = fill(row)
                if row.name == "ctzw" || bits >> 7 & 31 == place.register { continue }
                code += InstructionSequence.halves(bits)
                text += "; \(line)"
            }
        }
        let rd = destination()
        let rs2 = source()
        code += InstructionSequence.halves(
            0x1800_0000 | width | rd << 7 | place.register << 15 | rs2 << 20 | below(4) << 25)
        return .straight(code, text + "; sc.\(suffix) x\(rd), x\(rs2), (x\(place.register))")
    }

    mutating func forward() -> Item {
        let skip = 1 + Int(below(4))
        let rs1 = source()
        let rs2 = source()
        switch below(10) {
        case 0:
            let rd = destination()
            return .forward(size: 4, reach: 4000, skip: skip, text: "jal x\(rd)") { distance in
                let offset = UInt32(distance)
                let fields = (offset >> 1 & 0x3FF) << 21 | (offset >> 11 & 1) << 20 | (offset >> 12 & 0xFF) << 12
                return InstructionSequence.halves(fields | rd << 7 | 0x6F)
            }
        case 1:
            let register = max(1, destination())
            let rd = destination()
            return .forward(size: 8, reach: 2000, skip: skip, text: "auipc x\(register), 0; jalr x\(rd), x\(register)")
            {
                InstructionSequence.halves(register << 7 | 0x17)
                    + InstructionSequence.halves(UInt32($0) << 20 | register << 15 | rd << 7 | 0x67)
            }
        case 2:
            let links = width == .bits32 && oneIn(2)
            return .forward(size: 2, reach: 2000, skip: skip, text: links ? "c.jal" : "c.j") { distance in
                let d = UInt16(distance)
                let fields: [(UInt16, UInt16, UInt16)] = [
                    (11, 1, 12), (4, 1, 11), (8, 3, 9), (10, 1, 8), (6, 1, 7), (7, 1, 6), (1, 7, 3), (5, 1, 2),
                ]
                return [fields.reduce(links ? 0x2001 : 0xA001) { $0 | (d >> $1.0 & $1.1) << $1.2 }]
            }
        case 3, 4:
            let register = below(8)
            let isZero = oneIn(2)
            let text = "\(isZero ? "c.beqz" : "c.bnez") x\(8 + register)"
            return .forward(size: 2, reach: 250, skip: skip, text: text) { distance in
                let d = UInt16(distance)
                let fields: [(UInt16, UInt16, UInt16)] = [(8, 1, 12), (3, 3, 10), (6, 3, 5), (1, 3, 3), (5, 1, 2)]
                return [
                    fields.reduce((isZero ? 0xC001 : 0xE001) | UInt16(register) << 7) {
                        $0 | (d >> $1.0 & $1.1) << $1.2
                    }
                ]
            }
        default:
            let kinds: [(String, UInt32)] = [("beq", 0), ("bne", 1), ("blt", 4), ("bge", 5), ("bltu", 6), ("bgeu", 7)]
            let (name, funct3) = kinds[Int(below(6))]
            return .forward(size: 4, reach: 4000, skip: skip, text: "\(name) x\(rs1), x\(rs2)") {
                InstructionSequence.halves(
                    InstructionSequence.branchBits(funct3 << 12 | rs1 << 15 | rs2 << 20 | 0x63, distance: $0))
            }
        }
    }

    /// Reads and writes of fflags, frm and fcsr that leave a rounding mode which exists, nearly always.
    mutating func control() -> Item {
        let rd = destination()
        let rs1 = source()
        switch below(5) {
        case 0:
            let mode = oneIn(50) ? 5 + below(3) : below(5)
            return .straight(
                InstructionSequence.halves(0x0020_5073 | mode << 15 | rd << 7), "csrrwi x\(rd), frm, \(mode)")
        case 1:
            let flags = below(32)
            return .straight(
                InstructionSequence.halves(0x0030_5073 | flags << 15 | rd << 7), "csrrwi x\(rd), fcsr, \(flags)")
        case 2:
            let number = 1 + below(3)
            return .straight(InstructionSequence.halves(number << 20 | 0x2073 | rd << 7), "csrr x\(rd), \(number)")
        default:
            let kinds: [(String, UInt32)] = [
                ("csrrw", 1), ("csrrs", 2), ("csrrc", 3), ("csrrwi", 5), ("csrrsi", 6), ("csrrci", 7),
            ]
            let (name, funct3) = kinds[Int(below(6))]
            return .straight(
                InstructionSequence.halves(0x0010_0073 | funct3 << 12 | rs1 << 15 | rd << 7),
                "\(name) x\(rd), fflags, \(rs1)")
        }
    }

    private mutating func loop() -> Item {
        if inLoop { return plain(table.integer) }
        inLoop = true
        defer { inLoop = false }
        return .loop(times: 2 + Int(below(39)), makeItems(count: 1 + Int(below(8))))
    }
}
