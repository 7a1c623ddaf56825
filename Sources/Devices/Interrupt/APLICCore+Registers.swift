public import TandemBus

extension APLICCore: RegisterCore {
    /// - Parameter index: the source less one, the word of 32 sources, or the hart index. What lies beyond the implemented
    ///   ones reads 0.
    public mutating func read(_ register: Register, at index: Int) -> UInt64 {
        if register == .claim { return index < configuration.hartCount ? UInt64(claim(index)) : 0 }
        return UInt64(peek(register, at: index))
    }

    /// What a read gives where it changes nothing; what a claim would give.
    func peek(_ register: Register, at index: Int) -> UInt32 {
        switch register {
        case .domain: 0x8000_0000 | (isEnabled ? 0x100 : 0) | (configuration.sendsMessages ? 4 : 0)
        case .source: sources[index + 1]
        case .machineAddress, .machineAddressHigh, .supervisorAddress, .supervisorAddressHigh:
            addresses[register.rawValue - Register.machineAddress.rawValue]
        case .setPending: pending[index]
        case .clearPending: rectifiedWord(index)
        case .setEnable: enabled[index]
        case .generate: extempore | (isBusy ? 0x1000 : 0)
        case .target: targets[index + 1]
        case .delivery: index < configuration.hartCount && delivery[index] ? 1 : 0
        case .force: index < configuration.hartCount && force[index] ? 1 : 0
        case .threshold: index < configuration.hartCount ? UInt32(threshold[index]) : 0
        case .top, .claim: index < configuration.hartCount ? top(index) : 0
        case .setPendingNumber, .clearPendingNumber, .setEnableNumber, .clearEnable, .clearEnableNumber,
            .setPendingLittle, .setPendingBig:
            0
        }
    }

    private func rectifiedWord(_ word: Int) -> UInt32 {
        var bits: UInt32 = 0
        for bit in 0..<32 where isOffered(word * 32 + bit) && rectified(word * 32 + bit) { bits |= 1 << UInt32(bit) }
        return bits
    }

    /// `topi` (§4.8.1.4).
    private func top(_ hart: Int) -> UInt32 {
        let source = topSource(hart)
        return source == 0 ? 0 : UInt32(source) << 16 | targets[source] & 0xff
    }

    /// `claimi` (§4.8.1.5).
    private mutating func claim(_ hart: Int) -> UInt32 {
        let value = top(hart)
        let source = Int(value >> 16)
        if source == 0 { force[hart] = false } else { clearPending(source) }
        claimed = source
        return value
    }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        let value = UInt32(truncatingIfNeeded: value)
        switch register {
        case .domain: isEnabled = value & 0x100 != 0
        case .source: if isOffered(index + 1) { configure(index + 1, value) }
        case .machineAddress, .machineAddressHigh, .supervisorAddress, .supervisorAddressHigh:
            writeAddress(register.rawValue - Register.machineAddress.rawValue, value)
        case .setPending: forEach(of: value, index) { $0.makePending($1) }
        case .setPendingNumber, .setPendingLittle: makePending(number(value))
        case .setPendingBig: makePending(number(value.byteSwapped))
        case .clearPending: forEach(of: value, index) { $0.clearPending($1) }
        case .clearPendingNumber: clearPending(number(value))
        case .setEnable: forEach(of: value, index) { $0.enable($1, true) }
        case .setEnableNumber: enable(number(value), true)
        case .clearEnable: forEach(of: value, index) { $0.enable($1, false) }
        case .clearEnableNumber: enable(number(value), false)
        case .generate:
            guard configuration.sendsMessages, !isBusy else { break }
            extempore = value & 0xfffc_07ff
            isBusy = true
        case .target: if isOffered(index + 1), isActive(index + 1) { targets[index + 1] = legalTarget(value) }
        case .delivery: if hasSignal(index) { delivery[index] = value & 1 != 0 }
        case .force: if hasSignal(index) { force[index] = value & 1 != 0 }
        case .threshold:
            if hasSignal(index) { threshold[index] = UInt8(truncatingIfNeeded: value & priorityMask) }
        case .top, .claim: break
        }
    }

    /// Harts have signals in direct delivery mode only.
    private func hasSignal(_ hart: Int) -> Bool { hart < configuration.hartCount && !configuration.sendsMessages }

    var priorityMask: UInt32 { 1 << UInt32(configuration.priorityBits) - 1 }

    /// A source number that software wrote; 0, which is no source, for any that there is not.
    private func number(_ value: UInt32) -> Int { value <= configuration.sourceCount ? Int(value) : 0 }

    private mutating func forEach(of bits: UInt32, _ word: Int, _ body: (inout APLICCore, Int) -> Void) {
        var bits = bits
        while bits != 0 {
            body(&self, word * 32 + bits.trailingZeroBitCount)
            bits &= bits &- 1
        }
    }

    /// Only the root domain has them, and only until L of `mmsiaddrcfgh` is set (§4.5.3, §4.5.4).
    private mutating func writeAddress(_ index: Int, _ value: UInt32) {
        guard configuration.isRoot, configuration.sendsMessages, addresses[1] >> 31 == 0 else { return }
        let masks: [UInt32] = [.max, 0x9f77_ffff, .max, 0x0070_0fff]
        addresses[index] = value & masks[index]
    }

    /// The memory map for the largest configuration (§4.5).
    public static let registers = RegisterTable<Register>(
        size: 0x8_4000, unassigned: .zero,
        [
            RegisterRow(
                .domain, "domaincfg", offset: 0, width: 4,
                fields: [
                    RegisterField("DM", bit: 2, .readOnly, "Interrupts leave as messages."),
                    RegisterField("IE", bit: 8, .readWrite, "Interrupts are delivered."),
                    RegisterField("MARK", bits: 24...31, .readOnly, reset: 0x80, "By which the byte order is found."),
                ]),
            RegisterRow(
                .source, "sourcecfg", offset: 4, width: 4, count: 1023,
                fields: [
                    RegisterField(
                        "SM", bits: 0...2, .readWrite,
                        "0 inactive, 1 detached, 4 rising and 5 falling edge, 6 high and 7 low level."),
                    RegisterField("D", bit: 10, .readWrite, "Delegated to the child; only in the root."),
                ], "One for each source, from source 1 on."),
            RegisterRow(
                .machineAddress, "mmsiaddrcfg", offset: 0x1bc0, width: 4, .readWrite,
                "Pages of messages to machine level: bits 31 to 0 of the first page's number. Only in the root."),
            RegisterRow(
                .machineAddressHigh, "mmsiaddrcfgh", offset: 0x1bc4, width: 4,
                fields: [
                    RegisterField("PPN", bits: 0...11, .readWrite, "Bits 43 to 32 of that number."),
                    RegisterField("LHXW", bits: 12...15, .readWrite, "Bits of a hart index within its group."),
                    RegisterField("HHXW", bits: 16...18, .readWrite, "Bits of a group's number."),
                    RegisterField("LHXS", bits: 20...22, .readWrite, "Where the index stands in a page's number."),
                    RegisterField("HHXS", bits: 24...28, .readWrite, "Where the group stands there, less 12."),
                    RegisterField("L", bit: 31, .readWrite, "Locks all four registers until reset."),
                ]),
            RegisterRow(
                .supervisorAddress, "smsiaddrcfg", offset: 0x1bc8, width: 4, .readWrite,
                "As mmsiaddrcfg, for supervisor level."),
            RegisterRow(
                .supervisorAddressHigh, "smsiaddrcfgh", offset: 0x1bcc, width: 4,
                fields: [
                    RegisterField("PPN", bits: 0...11, .readWrite, "Bits 43 to 32 of the first page's number."),
                    RegisterField("LHXS", bits: 20...22, .readWrite, "Where the index stands in a page's number."),
                ]),
            RegisterRow(
                .setPending, "setip", offset: 0x1c00, width: 4, count: 32, .readWrite, "Pending bits; ones set."),
            RegisterRow(.setPendingNumber, "setipnum", offset: 0x1cdc, width: 4, .writeOnly, "Sets one pending bit."),
            RegisterRow(
                .clearPending, "in_clrip", offset: 0x1d00, width: 4, count: 32, .readWrite,
                "The inputs as the modes see them; ones clear pending bits."),
            RegisterRow(
                .clearPendingNumber, "clripnum", offset: 0x1ddc, width: 4, .writeOnly, "Clears one pending bit."),
            RegisterRow(
                .setEnable, "setie", offset: 0x1e00, width: 4, count: 32, .readWrite, "Enable bits; ones set."),
            RegisterRow(.setEnableNumber, "setienum", offset: 0x1edc, width: 4, .writeOnly, "Sets one enable bit."),
            RegisterRow(
                .clearEnable, "clrie", offset: 0x1f00, width: 4, count: 32, .writeOnly, "Ones clear enable bits."),
            RegisterRow(
                .clearEnableNumber, "clrienum", offset: 0x1fdc, width: 4, .writeOnly, "Clears one enable bit."),
            RegisterRow(
                .setPendingLittle, "setipnum_le", offset: 0x2000, width: 4, .writeOnly,
                "Sets one pending bit: for messages of devices."),
            RegisterRow(.setPendingBig, "setipnum_be", offset: 0x2004, width: 4, .writeOnly, "The same, big-endian."),
            RegisterRow(
                .generate, "genmsi", offset: 0x3000, width: 4,
                fields: [
                    RegisterField("EIID", bits: 0...10, .readWrite, "The identity that is sent."),
                    RegisterField("BUSY", bit: 12, .readOnly, "It is not sent yet; writes are ignored."),
                    RegisterField("HART", bits: 18...31, .readWrite, "The index of the hart."),
                ], "Sends a message; zero where the domain sends none."),
            RegisterRow(
                .target, "target", offset: 0x3004, width: 4, count: 1023,
                fields: [
                    RegisterField("NUMBER", bits: 0...10, .readWrite, "The priority, or the identity that is sent."),
                    RegisterField("HART", bits: 18...31, .readWrite, "The index of the hart."),
                ], "One for each source, from source 1 on; zero while it is inactive."),
            RegisterRow(
                .delivery, "idelivery", offset: 0x4000, width: 4, count: 16_384, stride: 32,
                fields: [RegisterField("ENABLE", bit: 0, .readWrite, "The hart is signalled.")]),
            RegisterRow(
                .force, "iforce", offset: 0x4004, width: 4, count: 16_384, stride: 32,
                fields: [RegisterField("FORCE", bit: 0, .readWrite, "Signals the hart until a claim gives nothing.")]),
            RegisterRow(
                .threshold, "ithreshold", offset: 0x4008, width: 4, count: 16_384, stride: 32,
                fields: [
                    RegisterField("THRESHOLD", bits: 0...7, .readWrite, "Only lower numbers are signalled; 0 for all.")
                ]),
            RegisterRow(
                .top, "topi", offset: 0x4018, width: 4, count: 16_384, stride: 32, .readOnly,
                "The source in bits 25 to 16 and its priority in bits 7 to 0; zero for none."),
            RegisterRow(
                .claim, "claimi", offset: 0x401c, width: 4, count: 16_384, stride: 32, .readOnly,
                "The same; a read clears the pending bit."),
        ])
}
