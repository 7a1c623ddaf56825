import TandemX64

/// Conversions between floating-point numbers and integers.
extension X64Lowering {
    // MARK: To integers

    /// What is out of range comes from the host as the least integer, with the right flag.
    mutating func lowerToSigned(_ i: IRInstruction, truncates: Bool, control: Int32) {
        let isDouble = i.type == .f64
        let isWord = i.opcode == .floatToInt32
        let width: Width = isWord ? .long : .quad
        let a = floatValue(i.a, i.type)
        let host = Self.conversion(isDouble, truncates)
        rounding(control) { $0.asm.emit(host, width, .rax, a) }
        let (label, resume) = (asm.makeLabel(), asm.makeLabel())
        asm.emit(.cmp, width, .rax, imm: 1)
        asm.jump(if: .overflow, label)
        asm.bind(resume)
        floatStubs.append(
            FloatStub(
                kind: isWord ? .signedWord : .signedDouble, label: label, resume: resume, isDouble: isDouble, a: a,
                b: a))
        if isWord {
            let target = target(i.result, .rax)
            asm.emit(.movsxd, .quad, target, .rax)
            finish(i.result, target)
        } else {
            finish(i.result, .rax)
        }
    }

    private static func conversion(_ isDouble: Bool, _ truncates: Bool) -> VectorOperation {
        switch (isDouble, truncates) {
        case (true, true): .vcvttsd2si
        case (true, false): .vcvtsd2si
        case (false, true): .vcvttss2si
        case (false, false): .vcvtss2si
        }
    }

    /// The host has no unsigned integers: the range is compared before, for the conversion must not raise "inexact" for
    /// what is out of it.
    mutating func lowerToUnsigned(_ i: IRInstruction, truncates: Bool) {
        let isDouble = i.type == .f64
        let isWord = i.opcode == .floatToUInt32
        let compare: VectorOperation = isDouble ? .vucomisd : .vucomiss
        let host = Self.conversion(isDouble, truncates)
        let a = floatValue(i.a, i.type)
        let scratch = takeScratch()
        let (low, high, done) = (asm.makeLabel(), asm.makeLabel(), asm.makeLabel())
        // Truncated, what is above −1 is in range; rounded, from −½ on, which goes to the even 0.
        asm.emit(
            compare, a,
            constant(
                truncates
                    ? (isDouble ? .doubleMinusOne : .singleMinusOne) : (isDouble ? .doubleMinusHalf : .singleMinusHalf))
        )
        asm.jump(if: .parity, high)
        asm.jump(if: truncates ? .belowOrEqual : .below, low)
        if isWord {
            asm.emit(compare, a, constant(wordEnd(isDouble, truncates)))
            asm.jump(if: .aboveOrEqual, high)
            asm.emit(host, .quad, .rax, a)
            asm.jump(done)
        } else {
            let upper = asm.makeLabel()
            asm.emit(compare, a, constant(isDouble ? .doubleHalfRange : .singleHalfRange))
            asm.jump(if: .aboveOrEqual, upper)
            asm.emit(host, .quad, .rax, a)
            asm.jump(done)
            // From 2⁶³ on all numbers are integers.
            asm.bind(upper)
            asm.emit(compare, a, constant(isDouble ? .doubleEnd : .singleEnd))
            asm.jump(if: .aboveOrEqual, high)
            asm.emit(
                isDouble ? .vsubsd : .vsubss, scratch, a, constant(isDouble ? .doubleHalfRange : .singleHalfRange))
            asm.emit(host, .quad, .rax, scratch)
            asm.emit(.btc, .quad, .rax, imm: 63)
            asm.jump(done)
        }
        // A NaN raises "invalid" and nothing else.
        asm.bind(high)
        asm.emit(isDouble ? .vcvttsd2si : .vcvttss2si, .long, .rax, constant(isDouble ? .doubleNaN : .singleNaN))
        asm.emit(.mov, .quad, .rax, imm: -1)
        asm.jump(done)
        asm.bind(low)
        asm.emit(isDouble ? .vcvttsd2si : .vcvttss2si, .long, .rax, constant(isDouble ? .doubleNaN : .singleNaN))
        asm.emit(.xor, .long, .rax, .rax)
        asm.bind(done)
        if isWord { asm.emit(.movsxd, .quad, .rax, .rax) }
        finish(i.result, .rax)
    }

    private func wordEnd(_ isDouble: Bool, _ truncates: Bool) -> X64Constant {
        if !isDouble { return .singleWordEnd }
        return truncates ? .doubleWordEnd : .doubleWordTie
    }

    // MARK: From integers

    mutating func lowerFromInteger(_ i: IRInstruction, _ operation: Int, _ control: Int32) {
        let isDouble = i.type == .f64
        let host: VectorOperation = isDouble ? .vcvtsi2sd : .vcvtsi2ss
        let target = floatTarget(i, i.type, operation)
        let source: Register
        switch i.opcode {
        case .floatFromUInt32:
            source = .rax
            asm.emit(.mov, .long, .rax, value(i.a, .rax))
        case .floatFromUInt64:
            source = .rax
            load(i.a, into: .rax)
        default: source = value(i.a, .rax)
        }
        let width: Width = i.opcode == .floatFromInt32 ? .long : .quad
        rounding(control) { lowering in
            // The rest of the register would be waited for.
            lowering.asm.emit(.vxorps, target, target, target)
            if i.opcode == .floatFromUInt64 {
                lowering.emitFromUnsigned(host, isDouble ? .vaddsd : .vaddss, target)
            } else {
                lowering.asm.emit(host, width, target, target, source)
            }
        }
        finishFloat(i, i.type, target, isRaw: false)
    }

    /// target ← the unsigned integer in rax: what is too large for the host is halved, with a sticky lowest bit, and doubled
    /// after it was rounded.
    private mutating func emitFromUnsigned(_ host: VectorOperation, _ add: VectorOperation, _ target: Vector) {
        let (large, done) = (asm.makeLabel(), asm.makeLabel())
        asm.emit(.test, .quad, .rax, .rax)
        asm.jump(if: .sign, large)
        asm.emit(host, .quad, target, target, .rax)
        asm.jump(done)
        asm.bind(large)
        asm.emit(.mov, .long, .rcx, .rax)
        asm.emit(.and, .long, .rcx, imm: 1)
        asm.emit(.shr, .quad, .rax, imm: 1)
        asm.emit(.or, .quad, .rax, .rcx)
        asm.emit(host, .quad, target, target, .rax)
        asm.emit(add, target, target, target)
        asm.bind(done)
    }
}
