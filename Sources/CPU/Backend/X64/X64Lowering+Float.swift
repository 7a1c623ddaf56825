import TandemX64

/// Floating-point operations.
///
/// The control register says: round to nearest, no exception traps; its flags are the guest's, and accumulate. Results are
/// raw (`VectorForms`).
extension X64Lowering {
    /// False: the operation has no code of its own.
    mutating func lowerFloat(_ i: IRInstruction, operation: Int) -> Bool {
        vectors.busy = 0
        let isDouble = i.type == .f64
        switch i.opcode {
        case .boxFloat32:
            lowerBox(i)
            return true
        case .unboxFloat32:
            lowerUnbox(i)
            return true
        case .floatMin: lowerExtreme(i, operation, isDouble ? .vminsd : .vminss, isDouble ? .vorpd : .vorps)
        case .floatMax: lowerExtreme(i, operation, isDouble ? .vmaxsd : .vmaxss, isDouble ? .vandpd : .vandps)
        case .floatEqual: lowerEqual(i)
        case .floatLess: lowerOrder(i, .above)
        case .floatLessEqual: lowerOrder(i, .aboveOrEqual)
        case .copySign, .copySignNegated, .copySignXor: lowerSign(i, operation)
        case .floatClassify: return false
        default: return lowerRounded(i, operation)
        }
        return true
    }

    /// Operations with a rounding mode.
    private mutating func lowerRounded(_ i: IRInstruction, _ operation: Int) -> Bool {
        guard let rounding = RoundingMode(rawValue: UInt8(truncatingIfNeeded: i.immediate)),
            let control = Self.control(rounding)
        else { return false }
        let isDouble = i.type == .f64
        switch i.opcode {
        case .floatToUInt32, .floatToUInt64:
            guard rounding == .nearestEven || rounding == .towardZero else { return false }
            lowerToUnsigned(i, truncates: rounding == .towardZero)
            return true
        case .floatToInt32, .floatToInt64:
            if rounding == .nearestEven || rounding == .towardZero {
                lowerToSigned(i, truncates: rounding == .towardZero, control: 0)
            } else {
                lowerToSigned(i, truncates: false, control: control)
            }
            return true
        default: break
        }
        switch i.opcode {
        case .floatAdd: lowerArithmetic(i, operation, isDouble ? .vaddsd : .vaddss, control)
        case .floatSub: lowerArithmetic(i, operation, isDouble ? .vsubsd : .vsubss, control)
        case .floatMul: lowerArithmetic(i, operation, isDouble ? .vmulsd : .vmulss, control)
        case .floatDiv: lowerArithmetic(i, operation, isDouble ? .vdivsd : .vdivss, control)
        case .floatSqrt: lowerUnary(i, operation, isDouble ? .vsqrtsd : .vsqrtss, result: i.type, control)
        case .floatToFloat32: lowerUnary(i, operation, .vcvtsd2ss, result: .f32, control)
        // Always exact.
        case .floatToFloat64: lowerUnary(i, operation, .vcvtss2sd, result: .f64, 0)
        case .floatMulAdd:
            lowerFused(
                i, operation, isDouble ? .vfmadd231sd : .vfmadd231ss, isDouble ? .vfmadd213sd : .vfmadd213ss, control)
        case .floatMulSub:
            lowerFused(
                i, operation, isDouble ? .vfmsub231sd : .vfmsub231ss, isDouble ? .vfmsub213sd : .vfmsub213ss, control)
        case .floatNegMulSub:
            lowerFused(
                i, operation, isDouble ? .vfnmadd231sd : .vfnmadd231ss, isDouble ? .vfnmadd213sd : .vfnmadd213ss,
                control)
        case .floatNegMulAdd:
            lowerFused(
                i, operation, isDouble ? .vfnmsub231sd : .vfnmsub231ss, isDouble ? .vfnmsub213sd : .vfnmsub213ss,
                control)
        case .floatFromInt32, .floatFromUInt32, .floatFromInt64, .floatFromUInt64:
            lowerFromInteger(i, operation, control)
        default: return false
        }
        return true
    }

    // MARK: Rounding

    /// The rounding field of the control register (AMD64 Architecture Programmer's Manual 1, §4.2.2); nil: it has none.
    private static func control(_ rounding: RoundingMode) -> Int32? {
        switch rounding {
        case .nearestEven: 0
        case .down: 1 << 13
        case .up: 2 << 13
        case .towardZero: 3 << 13
        case .nearestMaxMagnitude: nil
        }
    }

    /// Emits `body` with another rounding than to nearest. Keeps all registers but the flags of integer code.
    mutating func rounding(_ control: Int32, _ body: (inout X64Lowering) -> Void) {
        guard control != 0 else {
            body(&self)
            return
        }
        asm.emit(.stmxcsr, .long, X64Frame.mxcsr)
        asm.emit(.or, .long, X64Frame.mxcsr, imm: control)
        asm.emit(.ldmxcsr, .long, X64Frame.mxcsr)
        body(&self)
        asm.emit(.stmxcsr, .long, X64Frame.mxcsr)
        asm.emit(.and, .long, X64Frame.mxcsr, imm: ~(3 << 13))
        asm.emit(.ldmxcsr, .long, X64Frame.mxcsr)
    }

    // MARK: Operands

    /// The operand in a vector register, in a form that an operation of `type` may read.
    mutating func floatValue(_ operand: IROperand, _ type: IRType) -> Vector {
        let isDouble = type == .f64
        switch operand {
        case .place(let place):
            if let vector = vectors[place] {
                prepare(vector, isDouble: isDouble)
                vectors.busy |= vector.bit
                return vector
            }
            let scratch = takeScratch(type)
            if let register = register(of: place) {
                asm.emit(isDouble ? .vmovq : .vmovd, isDouble ? .quad : .long, scratch, register)
            } else {
                asm.emit(isDouble ? .vmovsd : .vmovss, scratch, X64Frame.home(place))
            }
            return scratch
        case .constant(let bits) where bits != 0:
            let scratch = takeScratch(type)
            asm.move(.rax, bits)
            asm.emit(isDouble ? .vmovq : .vmovd, isDouble ? .quad : .long, scratch, .rax)
            return scratch
        default:
            let scratch = takeScratch(type)
            asm.emit(.vxorps, scratch, scratch, scratch)
            return scratch
        }
    }

    /// Where an operand stands in memory, if it does: operations can read it there.
    func floatHome(_ operand: IROperand) -> Memory? {
        guard case .place(let place) = operand, isInMemory(place) else { return nil }
        return X64Frame.home(place)
    }

    private mutating func prepare(_ vector: Vector, isDouble: Bool) {
        let isSingle = vectors.forms.single & vector.bit != 0
        if isSingle != isDouble { return }
        // A value of one format that is read as the other is what the guest would see.
        settle(vector)
        if isDouble { box(vector) }
    }

    // MARK: Results

    /// Where a result is to be computed: the register that it ends up in, or a scratch register.
    mutating func floatTarget(_ i: IRInstruction, _ type: IRType, _ operation: Int) -> Vector {
        guard let result = i.result else { return takeScratch() }
        if !result.isTemporary {
            if type == .f64, let vector = vectors[result] { return vector }
        } else if type == .f32, operation + 1 < ir.instructions.count {
            // A single goes through a temporary to where it is boxed.
            let next = ir.instructions[operation + 1]
            if next.opcode == .boxFloat32, next.a == .place(result), let place = next.result, !place.isTemporary,
                let vector = vectors[place]
            {
                return vector
            }
        }
        return takeScratch()
    }

    /// Brings a result from where `floatTarget` wanted it to its place.
    mutating func finishFloat(_ i: IRInstruction, _ type: IRType, _ vector: Vector, isRaw: Bool) {
        guard let result = i.result else { return }
        vectors.forms.set(vector, single: type == .f32, raw: isRaw)
        if result.isTemporary {
            vectors.hold(result, in: vector, isSingle: type == .f32)
        } else if vectors[result] != vector {
            settle(vector)
            if type == .f64, isInMemory(result) {
                asm.emit(.vmovsd, X64Frame.home(result), vector)
            } else {
                asm.emit(type == .f64 ? .vmovq : .vmovd, type == .f64 ? .quad : .long, .rax, vector)
                finish(result, .rax)
            }
        }
    }

    // MARK: Arithmetic

    private mutating func lowerArithmetic(
        _ i: IRInstruction, _ operation: Int, _ host: VectorOperation, _ control: Int32
    ) {
        let a = floatValue(i.a, i.type)
        if let home = floatHome(i.b) {
            let target = floatTarget(i, i.type, operation)
            rounding(control) { $0.asm.emit(host, target, a, home) }
            finishFloat(i, i.type, target, isRaw: true)
        } else {
            let b = floatValue(i.b, i.type)
            let target = floatTarget(i, i.type, operation)
            rounding(control) { $0.asm.emit(host, target, a, b) }
            finishFloat(i, i.type, target, isRaw: true)
        }
    }

    private mutating func lowerUnary(
        _ i: IRInstruction, _ operation: Int, _ host: VectorOperation, result: IRType, _ control: Int32
    ) {
        let a = floatValue(i.a, i.type)
        let target = floatTarget(i, result, operation)
        rounding(control) { $0.asm.emit(host, target, a, a) }
        finishFloat(i, result, target, isRaw: true)
    }

    /// Infinity times zero is invalid even if a quiet NaN is added (Unpriv. spec "Single-Precision Floating-Point
    /// Computational Instructions"); the host then says nothing.
    private mutating func lowerFused(
        _ i: IRInstruction, _ operation: Int, _ add231: VectorOperation, _ add213: VectorOperation, _ control: Int32
    ) {
        let isDouble = i.type == .f64
        let a = floatValue(i.a, i.type)
        let b = floatValue(i.b, i.type)
        let c = floatValue(i.c, i.type)
        let target = floatTarget(i, i.type, operation)
        let (label, resume) = (asm.makeLabel(), asm.makeLabel())
        asm.emit(isDouble ? .vucomisd : .vucomiss, c, c)
        asm.jump(if: .parity, label)
        asm.bind(resume)
        floatStubs.append(
            FloatStub(kind: .fused, label: label, resume: resume, isDouble: isDouble, a: a, b: b, c: c))
        rounding(control) { lowering in
            if target == c {
                lowering.asm.emit(add231, target, a, b)
            } else if target == b {
                lowering.asm.emit(add213, target, a, c)
            } else {
                if target != a { lowering.asm.emit(.vmovaps, target, a) }
                lowering.asm.emit(add213, target, b, c)
            }
        }
        finishFloat(i, i.type, target, isRaw: true)
    }

    // MARK: Boxes

    /// place ← operand with an upper half of ones.
    private mutating func lowerBox(_ i: IRInstruction) {
        guard let result = i.result else { return }
        guard !result.isTemporary, let target = vectors[result] else {
            let vector = singleValue(i.a)
            let scratch = takeScratch()
            asm.emit(.vorps, scratch, vector, constant(.box))
            if isInMemory(result) {
                asm.emit(.vmovsd, X64Frame.home(result), scratch)
            } else {
                asm.emit(.vmovq, .quad, .rax, scratch)
                finish(result, .rax)
            }
            return
        }
        let isRaw: Bool
        if case .place(let place) = i.a, let vector = vectors[place] {
            // A raw double is no single: its bits are what counts.
            if vectors.forms.single & vector.bit == 0 { settle(vector) }
            isRaw = vectors.forms.raw & vector.bit != 0
            if vector != target { asm.emit(.vmovaps, target, vector) }
        } else if case .place(let place) = i.a, isInMemory(place) {
            isRaw = false
            asm.emit(.vmovss, target, X64Frame.home(place))
        } else {
            isRaw = false
            asm.emit(.vmovd, .long, target, value(i.a, .rax))
        }
        vectors.forms.set(target, single: true, raw: isRaw)
    }

    /// The lower half of an operand, canonical, with zeros above it or in a register of its own form.
    private mutating func singleValue(_ operand: IROperand) -> Vector {
        let scratch = takeScratch()
        if case .place(let place) = operand, isInMemory(place) {
            asm.emit(.vmovss, scratch, X64Frame.home(place))
            return scratch
        }
        if case .place(let place) = operand, let vector = vectors[place] {
            settle(vector)
            // Zeros above: the box is added by "or".
            asm.emit(.vmovd, .long, .rax, vector)
            asm.emit(.vmovd, .long, scratch, .rax)
            return scratch
        }
        asm.emit(.vmovd, .long, scratch, value(operand, .rax))
        return scratch
    }

    /// temporary ← the single in a box, or the canonical NaN if the box is none.
    private mutating func lowerUnbox(_ i: IRInstruction) {
        guard let result = i.result else { return }
        if result.isTemporary, case .place(let place) = i.a, let vector = vectors[place],
            vectors.forms.single & vector.bit != 0
        {
            vectors.hold(result, in: vector, isSingle: true)
            return
        }
        let target: Vector
        if case .place(let place) = i.a, isInMemory(place) {
            target = takeScratch()
            asm.emit(.vmovss, target, X64Frame.home(place))
            asm.emit(.cmp, .long, X64Frame.home(place).advanced(by: 4), imm: -1)
        } else {
            target = takeScratch()
            if case .place(let place) = i.a, let vector = vectors[place] { noteSingle(vector) }
            let bits = value(i.a, .rax)
            asm.emit(.vmovd, .long, target, bits)
            asm.emit(.rorx, .quad, .rcx, bits, imm: 32)
            asm.emit(.cmp, .long, .rcx, imm: -1)
        }
        let (label, resume) = (asm.makeLabel(), asm.makeLabel())
        asm.jump(if: .notEqual, label)
        asm.bind(resume)
        floatStubs.append(
            FloatStub(kind: .canonical, label: label, resume: resume, isDouble: false, a: target, b: target))
        finishFloat(i, .f32, target, isRaw: false)
    }
}
