/// Reads back what the ``Assembler`` writes: for logs, for `-d`, and to prove the encodings.
///
/// It knows ``EncodingTable`` and nothing else; other instructions have no meaning to it.
public enum Disassembler {
    /// The instruction at the start of `bytes`, which is executed at `address`; nil if it is none of ours or cut short.
    public static func instruction(_ bytes: UnsafeRawBufferPointer, at address: UInt) -> Instruction? {
        var decoder = InstructionDecoder(bytes: bytes, address: address)
        return decoder.decode()
    }

    /// `bytes` as text, one line for each instruction; bytes that have no meaning as `.byte 0x06`.
    public static func listing(_ bytes: UnsafeRawBufferPointer, at address: UInt) -> [String] {
        var lines: [String] = []
        var offset = 0
        while offset < bytes.count {
            let here = address &+ UInt(offset)
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            if let instruction = instruction(rest, at: here) {
                lines.append("\(String(here, radix: 16)): \(instruction)")
                offset += instruction.byteCount
            } else {
                lines.append("\(String(here, radix: 16)): .byte 0x\(String(bytes[offset], radix: 16))")
                offset += 1
            }
        }
        return lines
    }
}

/// The state of decoding one instruction.
private struct InstructionDecoder {
    let bytes: UnsafeRawBufferPointer
    let address: UInt

    private var offset = 0
    /// Whether a byte was asked for that is not there, or an operand is one that we never write.
    private var isForeign = false

    // What the prefixes say. Bit 3 of each register number is in place.
    private var hasOperandPrefix = false
    private var mandatory = Encoding.Prefix.none
    private var hasREX = false
    private var isVEX = false
    private var isWide = false
    private var reg: UInt8 = 0
    private var index: UInt8 = 0
    private var base: UInt8 = 0
    private var vvvv: UInt8 = 0
    private var map = 0

    init(bytes: UnsafeRawBufferPointer, address: UInt) {
        self.bytes = bytes
        self.address = address
    }

    private mutating func byte() -> UInt8 {
        guard offset < bytes.count else {
            isForeign = true
            return 0
        }
        offset += 1
        return bytes[offset - 1]
    }

    /// A signed number of `byteCount` bytes.
    private mutating func number(_ byteCount: Int) -> Int64 {
        var value: UInt64 = 0
        for place in 0..<byteCount { value |= UInt64(byte()) << UInt64(place * 8) }
        let unused = UInt64(64 - byteCount * 8)
        return Int64(bitPattern: value << unused) >> Int64(unused)
    }

    mutating func decode() -> Instruction? {
        let opcode = readPrefixes()
        let modRM = offset < bytes.count ? bytes[offset] : nil
        guard !isForeign, let row = row(opcode, modRM) else { return nil }
        let width = width(row.encoding, opcode)
        let condition = row.encoding.has(.condition) ? Condition(rawValue: opcode & 15) : nil
        let operands = operands(row, width, opcode)
        guard !isForeign else { return nil }
        return Instruction(mnemonic: row.mnemonic, condition: condition, operands: operands, byteCount: offset)
    }

    /// Reads up to the opcode, and returns it.
    private mutating func readPrefixes() -> UInt8 {
        var next = byte()
        if next == 0xc4 || next == 0xc5 { return readVEX(isLong: next == 0xc4) }
        if next == 0x66 {
            hasOperandPrefix = true
            next = byte()
        }
        if next == 0xf2 || next == 0xf3 {
            mandatory = next == 0xf2 ? .xF2 : .xF3
            next = byte()
        }
        if next & 0xf0 == 0x40 {
            hasREX = true
            isWide = next & 8 != 0
            reg = next << 1 & 8
            index = next << 2 & 8
            base = next << 3 & 8
            next = byte()
        }
        guard next == 0x0f else { return next }
        map = 1
        next = byte()
        guard next == 0x38 || next == 0x3a else { return next }
        map = next == 0x38 ? 2 : 3
        return byte()
    }

    private mutating func readVEX(isLong: Bool) -> UInt8 {
        isVEX = true
        let first = byte()
        var last = first
        reg = ~first >> 4 & 8
        map = 1
        if isLong {
            index = ~first >> 3 & 8
            base = ~first >> 2 & 8
            map = Int(first & 31)
            last = byte()
            isWide = last & 0x80 != 0
        }
        vvvv = ~last >> 3 & 15
        mandatory = Encoding.Prefix(rawValue: UInt32(last & 3)) ?? .none
        return byte()
    }

    // MARK: Which row

    /// The rows by what they begin with: `(VEX, map, opcode)`. Each in the order of the table.
    private static let rowsByOpcode: [[EncodingTable.Row]] = {
        var result = [[EncodingTable.Row]](repeating: [], count: 2 * 4 * 256)
        for row in EncodingTable.rows {
            let encoding = row.encoding
            let key = (encoding.has(.vex) ? 1024 : 0) + Int(encoding.mapBits) * 256
            var opcodes: [UInt8] = [encoding.opcode]
            if encoding.has(.condition) {
                opcodes = (0..<16).map { encoding.opcode + $0 }
            } else if row.form == .o || row.form == .oi {
                opcodes = (0..<8).map { encoding.opcode + $0 }
            } else if encoding.has(Encoding.Widths.byte) {
                opcodes.append(encoding.opcode & ~1)
            }
            for opcode in opcodes { result[key + Int(opcode)].append(row) }
        }
        return result
    }()

    private func row(_ opcode: UInt8, _ modRM: UInt8?) -> EncodingTable.Row? {
        guard map < 4 else { return nil }
        let candidates = Self.rowsByOpcode[(isVEX ? 1024 : 0) + map * 256 + Int(opcode)]
        return candidates.first { row in
            let encoding = row.encoding
            var prefix = mandatory
            if !isVEX && hasOperandPrefix && !encoding.has(Encoding.Widths.word) {
                guard prefix == .none else { return false }
                prefix = .x66
            }
            guard encoding.prefixBits == UInt8(prefix.rawValue) else { return false }
            if encoding.has(.wide) != isWide && !(isWide && encoding.has(Encoding.Widths.quad)) { return false }
            // A row without a long form is meant only with the bit W.
            if !isWide && encoding.isSized && !encoding.has(Encoding.Widths.long) && !hasOperandPrefix { return false }
            if encoding.hasDigit && modRM.map({ $0 >> 3 & 7 }) != encoding.digit { return false }
            let isRegister = (modRM ?? 0) >> 6 == 3
            if encoding.has(.memoryOnly) && isRegister { return false }
            return !(encoding.has(.registerOnly) && !isRegister)
        }
    }

    private func width(_ encoding: Encoding, _ opcode: UInt8) -> Width {
        if encoding.has(Encoding.Widths.byte) && !encoding.has(.condition) && opcode & 1 == 0
            && encoding.opcode != opcode
        {
            return .byte
        }
        if isWide { return .quad }
        return hasOperandPrefix && encoding.has(Encoding.Widths.word) ? .word : .long
    }

    // MARK: Operands

    private mutating func operands(_ row: EncodingTable.Row, _ width: Width, _ opcode: UInt8) -> [Instruction.Operand] {
        let isVector = if case .vector = row.mnemonic { true } else { false }
        let encoding = row.encoding
        let full = min(width.byteCount, 4)
        // A count or the number of a bit has no sign; an immediate that exists in a longer form too has one.
        let isCount = isVector || [.shl, .shr, .sar, .rol, .ror, .rorx, .bt, .bts, .btr, .btc].contains(row.operation)

        switch row.form {
        case .zo: return []
        case .o: return [general(base | opcode & 7, encoding.extent == .quad ? .quad : width)]
        case .oi:
            let value = number(width.byteCount)
            // The upper half of a 64-bit register becomes zero.
            return [general(base | opcode & 7, width), .immediate(width == .long ? value & 0xffff_ffff : value)]
        case .d8: return [target(1)]
        case .d32: return [target(4)]
        case .rm:
            let m = modRM(encoding, width, isVector: isVector, trailing: 0)
            return [r(width, isVector), m]
        case .mr:
            let m = modRM(encoding, width, isVector: isVector, trailing: 0)
            return [m, r(width, isVector)]
        case .m:
            let m = modRM(encoding, width, isVector: false, trailing: 0)
            return encoding.has(.byCL) ? [m, .general(.rcx, .byte)] : [m]
        case .mi: return [modRM(encoding, width, isVector: false, trailing: full), immediate(full, isCount: false)]
        case .mi8: return [modRM(encoding, width, isVector: false, trailing: 1), immediate(1, isCount: isCount)]
        case .rmi, .rmi8:
            let byteCount = row.form == .rmi && !isVector ? full : 1
            let m = modRM(encoding, width, isVector: isVector, trailing: byteCount)
            return [r(width, isVector), m, immediate(byteCount, isCount: isCount)]
        case .rvm:
            let m = modRM(encoding, width, isVector: isVector, trailing: 0)
            return [r(width, isVector), v(width, isVector), m]
        case .rmv:
            let m = modRM(encoding, width, isVector: isVector, trailing: 0)
            return [r(width, isVector), m, v(width, isVector)]
        case .vm: return [v(width, isVector), modRM(encoding, width, isVector: isVector, trailing: 0)]
        case .vmi: return [v(width, isVector), modRM(encoding, width, isVector: true, trailing: 1), immediate(1)]
        case .rvmi:
            let m = modRM(encoding, width, isVector: true, trailing: 1)
            return [r(width, true), v(width, true), m, immediate(1)]
        case .rvmr:
            let m = modRM(encoding, width, isVector: true, trailing: 1)
            return [r(width, true), v(width, true), m, vector(byte() >> 4)]
        case .rmFromGeneral:
            let m = modRM(encoding, width, isVector: false, trailing: 0)
            return [r(width, true), m]
        case .mrToGeneral:
            let m = modRM(encoding, width, isVector: false, trailing: 0)
            return [m, r(width, true)]
        case .rvmGeneral:
            let m = modRM(encoding, width, isVector: false, trailing: 0)
            return [r(width, true), v(width, true), m]
        case .rvmiGeneral:
            let m = modRM(encoding, width, isVector: false, trailing: 1)
            return [r(width, true), v(width, true), m, immediate(1)]
        case .rmToGeneral:
            let m = modRM(encoding, width, isVector: true, trailing: 0)
            return [r(width, false), m]
        }
    }

    private mutating func general(_ number: UInt8, _ width: Width) -> Instruction.Operand {
        // Without a REX prefix these numbers are ah to bh.
        if width == .byte && !hasREX && !isVEX && number & 12 == 4 { isForeign = true }
        return .general(Register(rawValue: number & 15) ?? .rax, width)
    }

    private func vector(_ number: UInt8) -> Instruction.Operand { .vector(Vector(rawValue: number & 15) ?? .xmm0) }

    private mutating func r(_ width: Width, _ isVector: Bool) -> Instruction.Operand {
        isVector ? vector(reg) : general(reg, width)
    }

    private mutating func v(_ width: Width, _ isVector: Bool) -> Instruction.Operand {
        isVector ? vector(vvvv) : general(vvvv, width)
    }

    private mutating func immediate(_ byteCount: Int, isCount: Bool = true) -> Instruction.Operand {
        let value = number(byteCount)
        return .immediate(isCount ? value & 0xff : value)
    }

    private mutating func target(_ byteCount: Int) -> Instruction.Operand {
        let distance = number(byteCount)
        return .target(address &+ UInt(offset) &+ UInt(bitPattern: Int(distance)))
    }

    /// Reads ModRM and what belongs to it; the operand M. The field `reg` goes to ``reg``.
    private mutating func modRM(
        _ encoding: Encoding, _ width: Width, isVector: Bool, trailing: Int
    ) -> Instruction.Operand {
        let modRM = byte()
        reg |= modRM >> 3 & 7
        let mod = modRM >> 6
        let size: Int =
            switch encoding.extent {
            case .width: width.byteCount
            case .byte: 1
            case .word: 2
            case .long: 4
            case .quad: 8
            case .vector: 16
            case .none: 0
            }
        if mod == 3 {
            let number = base | modRM & 7
            let part = Width(rawValue: UInt8(size.trailingZeroBitCount & 3)) ?? width
            return isVector ? vector(number) : general(number, part)
        }
        if mod == 0 && modRM & 7 == 5 {
            let distance = number(4)
            let end = address &+ UInt(offset + trailing)
            return .memory(.at(end &+ UInt(bitPattern: Int(distance))), byteCount: size)
        }
        var baseCode = base | modRM & 7
        var indexCode = Memory.none
        var scale: UInt8 = 0
        if modRM & 7 == 4 {
            let sib = byte()
            let code = index | sib >> 3 & 7
            if code != 4 {
                indexCode = code
                scale = sib >> 6
            }
            baseCode = base | sib & 7
            if sib & 7 == 5 && mod == 0 { baseCode = Memory.none }
        }
        let displacement = number(mod == 1 ? 1 : mod == 2 || baseCode == Memory.none ? 4 : 0)
        let memory = Memory(offset: Int(displacement), baseCode: baseCode, indexCode: indexCode, scale: scale)
        return .memory(memory, byteCount: size)
    }
}

extension EncodingTable.Row {
    /// The integer instruction that the row encodes; `nop` for a vector instruction.
    fileprivate var operation: Operation {
        if case .integer(let operation) = mnemonic { operation } else { .nop }
    }
}
