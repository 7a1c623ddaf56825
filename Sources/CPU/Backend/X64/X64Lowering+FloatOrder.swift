import TandemX64

/// Floating-point operations that compare, and those that change signs; and the stubs of all.
extension X64Lowering {
    /// Code behind the body for rare operands.
    struct FloatStub {
        enum Kind {
            /// a ← the canonical NaN.
            case canonical
            /// a × b + c, where c is a NaN.
            case fused
            /// c ← the one of a and b that is a number, if one is.
            case extreme
            /// rax ← what the conversion of a to a signed word or doubleword delivers out of range.
            case signedWord, signedDouble
        }
        var kind: Kind
        var label: Label
        var resume: Label
        var isDouble: Bool
        var a: Vector
        var b: Vector
        var c = Vector.xmm0
    }

    // MARK: Comparisons

    /// Quiet: only a signalling NaN is invalid.
    mutating func lowerEqual(_ i: IRInstruction) {
        let operation: VectorOperation = i.type == .f64 ? .vucomisd : .vucomiss
        let a = floatValue(i.a, i.type)
        if let home = floatHome(i.b) {
            asm.emit(operation, a, home)
        } else {
            let b = floatValue(i.b, i.type)
            asm.emit(operation, a, b)
        }
        asm.set(.notParity, .rcx)
        asm.set(.equal, .rax)
        asm.emit(.and, .long, .rax, .rcx)
        finishTruth(i)
    }

    /// a < b or a ≤ b, asked the other way round, so that unordered operands are not `condition`. Any NaN is invalid.
    mutating func lowerOrder(_ i: IRInstruction, _ condition: Condition) {
        let operation: VectorOperation = i.type == .f64 ? .vcomisd : .vcomiss
        let b = floatValue(i.b, i.type)
        if let home = floatHome(i.a) {
            asm.emit(operation, b, home)
        } else {
            let a = floatValue(i.a, i.type)
            asm.emit(operation, b, a)
        }
        asm.set(condition, .rax)
        finishTruth(i)
    }

    private mutating func finishTruth(_ i: IRInstruction) {
        let target = target(i.result, .rax)
        asm.emit(.movzx8, .long, target, .rax)
        finish(i.result, target)
    }

    /// minimumNumber and maximumNumber. Of equal operands the host takes the second; both ways round, `combine` makes the
    /// right zero of two.
    mutating func lowerExtreme(
        _ i: IRInstruction, _ operation: Int, _ host: VectorOperation, _ combine: VectorOperation
    ) {
        let isDouble = i.type == .f64
        let a = floatValue(i.a, i.type)
        let b = floatValue(i.b, i.type)
        let other = takeScratch()
        let target = floatTarget(i, i.type, operation)
        let (label, resume) = (asm.makeLabel(), asm.makeLabel())
        asm.emit(isDouble ? .vucomisd : .vucomiss, a, b)
        asm.jump(if: .parity, label)
        asm.emit(host, other, a, b)
        asm.emit(host, target, b, a)
        asm.emit(combine, target, target, other)
        asm.bind(resume)
        floatStubs.append(
            FloatStub(kind: .extreme, label: label, resume: resume, isDouble: isDouble, a: a, b: b, c: target))
        finishFloat(i, i.type, target, isRaw: false)
    }

    // MARK: Signs

    mutating func lowerSign(_ i: IRInstruction, _ operation: Int) {
        let isDouble = i.type == .f64
        let sign = constant(isDouble ? .doubleSign : .singleSign)
        let magnitude = constant(isDouble ? .doubleMagnitude : .singleMagnitude)
        let a = floatValue(i.a, i.type)
        if i.a == i.b {
            // Move, negation, magnitude. A move may leave a raw value raw.
            if i.opcode != .copySign { settle(a) }
            let isRaw = vectors.forms.raw & a.bit != 0
            let target = floatTarget(i, i.type, operation)
            switch i.opcode {
            case .copySign: if target != a { asm.emit(.vmovaps, target, a) }
            case .copySignNegated: asm.emit(.vxorps, target, a, sign)
            default: asm.emit(.vandps, target, a, magnitude)
            }
            finishFloat(i, i.type, target, isRaw: isRaw)
            return
        }
        let b = floatValue(i.b, i.type)
        settle(a)
        settle(b)
        let scratch = takeScratch()
        let target = floatTarget(i, i.type, operation)
        // scratch ← the sign
        if i.opcode == .copySignNegated {
            asm.emit(.vandnps, scratch, b, sign)
        } else {
            asm.emit(.vandps, scratch, b, sign)
        }
        if i.opcode == .copySignXor {
            asm.emit(.vxorps, target, a, scratch)
        } else {
            asm.emit(.vandps, target, a, magnitude)
            asm.emit(.vorps, target, target, scratch)
        }
        finishFloat(i, i.type, target, isRaw: false)
    }

    // MARK: Stubs

    mutating func emit(_ stub: FloatStub) {
        let isDouble = stub.isDouble
        let compare: VectorOperation = isDouble ? .vucomisd : .vucomiss
        let load: VectorOperation = isDouble ? .vmovsd : .vmovss
        let nan = constant(isDouble ? .doubleNaN : .singleNaN)
        asm.bind(stub.label)
        switch stub.kind {
        case .canonical: asm.emit(load, stub.a, nan)
        case .fused: emitFusedCheck(stub)
        case .extreme:
            let (second, done) = (asm.makeLabel(), asm.makeLabel())
            asm.emit(compare, stub.a, stub.a)
            asm.jump(if: .parity, second)
            if stub.c != stub.a { asm.emit(.vmovaps, stub.c, stub.a) }
            asm.jump(stub.resume)
            asm.bind(second)
            asm.emit(compare, stub.b, stub.b)
            if stub.c != stub.b { asm.emit(.vmovaps, stub.c, stub.b) }
            asm.jump(if: .notParity, done)
            asm.emit(load, stub.c, nan)
            asm.bind(done)
        case .signedWord, .signedDouble: emitSaturation(stub)
        }
        asm.jump(stub.resume)
    }

    /// Raises "invalid" if a × b is infinity times zero.
    private mutating func emitFusedCheck(_ stub: FloatStub) {
        let width: Width = stub.isDouble ? .quad : .long
        let move: VectorOperation = stub.isDouble ? .vmovq : .vmovd
        let (zero, raise) = (asm.makeLabel(), asm.makeLabel())
        asm.emit(move, width, .rax, stub.a)
        asm.emit(move, width, .rcx, stub.b)
        // Without their signs.
        asm.emit(.add, width, .rax, .rax)
        asm.emit(.add, width, .rcx, .rcx)
        asm.move(.rdx, stub.isDouble ? 0xffe0_0000_0000_0000 : 0xff00_0000)
        asm.emit(.test, width, .rax, .rax)
        asm.jump(if: .equal, zero)
        asm.emit(.test, width, .rcx, .rcx)
        asm.jump(if: .notEqual, stub.resume)
        asm.emit(.cmp, width, .rax, .rdx)
        asm.jump(if: .notEqual, stub.resume)
        asm.jump(raise)
        asm.bind(zero)
        asm.emit(.cmp, width, .rcx, .rdx)
        asm.jump(if: .notEqual, stub.resume)
        asm.bind(raise)
        // This comparison does not take a NaN.
        asm.emit(stub.isDouble ? .vcomisd : .vcomiss, stub.c, stub.c)
    }

    /// rax holds the least integer, which the host delivers for whatever is out of range, and for itself.
    private mutating func emitSaturation(_ stub: FloatStub) {
        let greatest = asm.makeLabel()
        asm.emit(stub.isDouble ? .vucomisd : .vucomiss, stub.a, stub.a)
        asm.jump(if: .parity, greatest)
        asm.emit(stub.isDouble ? .vmovmskpd : .vmovmskps, .long, .rcx, stub.a)
        asm.emit(.and, .long, .rcx, imm: 1)
        asm.jump(if: .notEqual, stub.resume)
        asm.bind(greatest)
        if stub.kind == .signedWord {
            asm.move(.rax, 0x7fff_ffff)
        } else {
            asm.move(.rax, .max >> 1)
        }
    }
}
