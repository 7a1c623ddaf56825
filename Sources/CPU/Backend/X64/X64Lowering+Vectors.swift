import TandemX64

/// In which form the vector registers hold their values, one bit for each; known at every point of a unit.
///
/// Forms put off what only an observer can see, so that chains of operations do without it:
///
/// - *single*: the lower half is a single; the place holds it boxed, whatever the upper half of the register is.
/// - *raw*: the result of arithmetic. A NaN in it stands for the canonical one: it may have another sign and payload, but
///   is quiet, so that it raises no flags that the canonical one would not raise.
struct VectorForms: Equatable {
    /// Holds a value that the frame does not have.
    var dirty: UInt16 = 0
    var single: UInt16 = 0
    var raw: UInt16 = 0

    mutating func set(_ vector: Vector, single isSingle: Bool, raw isRaw: Bool) {
        let bit = vector.bit
        if !vector.isScratch { dirty |= bit }
        if isSingle { single |= bit } else { single &= ~bit }
        if isRaw { raw |= bit } else { raw &= ~bit }
    }
}

extension Vector {
    @inline(__always)
    var bit: UInt16 { 1 << UInt16(rawValue) }

    /// Registers that hold guest registers, or temporaries.
    var isScratch: Bool { Int(rawValue) < X64Registers.firstGuestVector }
}

/// Where the floating-point values of a unit are.
///
/// Guest registers that the unit uses often have a vector register throughout the unit, and their home at its borders.
/// Temporaries may be in a scratch register, or in the register of the guest that they came from or are about to go to,
/// until their instruction ends.
struct VectorMap: ~Copyable {
    /// The register that holds a place, or `inMemory`.
    private let registers: UnsafeMutablePointer<UInt8>
    /// The place that a register holds, or `none`.
    private let holders: UnsafeMutablePointer<UInt16>
    /// Temporaries that have a register, and whether they are singles.
    private var temporaries: [(place: Place, isSingle: Bool)] = []
    /// Registers that the operation being lowered uses.
    var busy: UInt16 = 0
    /// Registers that hold guest registers, those whose value is needed at the entry, and those that are written.
    private(set) var mapped: UInt16 = 0
    private(set) var entering: UInt16 = 0
    private(set) var written: UInt16 = 0
    var forms = VectorForms()

    static let inMemory: UInt8 = 0xff
    private static let none: UInt16 = 0xffff

    init() {
        registers = .allocate(capacity: Place.count)
        registers.initialize(repeating: Self.inMemory, count: Place.count)
        holders = .allocate(capacity: 16)
        holders.initialize(repeating: Self.none, count: 16)
    }

    deinit {
        registers.deallocate()
        holders.deallocate()
    }

    @inline(__always)
    subscript(_ place: Place) -> Vector? {
        let number = registers[Int(place.index)]
        return number == Self.inMemory ? nil : Vector(rawValue: number)
    }

    /// The guest register that a register holds.
    func guestPlace(_ vector: Vector) -> Place { Place(index: holders[Int(vector.rawValue)]) }

    // MARK: Guest registers

    /// Gives registers to the places that `ir` uses most.
    mutating func assign(_ ir: borrowing IRBlock, isLoop: Bool) {
        forget()
        for number in 0..<16 where holders[number] != Self.none {
            registers[Int(holders[number])] = Self.inMemory
            holders[number] = Self.none
        }
        (mapped, entering, written, busy) = (0, 0, 0, 0)
        forms = VectorForms()
        var uses = VectorUses()
        for instruction in ir.instructions { uses.note(instruction) }
        // A register that is used once is as well used in memory, unless that is in every iteration.
        let threshold: UInt16 = isLoop ? 1 : 2
        for number in X64Registers.firstGuestVector..<16 {
            guard let place = uses.takeMostUsed(threshold) else { break }
            let bit: UInt16 = 1 << UInt16(number)
            mapped |= bit
            if isLoop || uses.readsFirst(place) { entering |= bit }
            if uses.writes(place) { written |= bit }
            registers[Int(place)] = UInt8(number)
            holders[number] = place
        }
    }

    // MARK: Temporaries

    /// Ends the life of all temporaries.
    @inline(__always)
    mutating func forgetTemporaries() {
        busy = 0
        if !temporaries.isEmpty { forget() }
    }

    private mutating func forget() {
        for (place, _) in temporaries { release(place) }
        temporaries.removeAll(keepingCapacity: true)
    }

    private func release(_ place: Place) {
        let number = Int(registers[Int(place.index)])
        if number < X64Registers.firstGuestVector { holders[number] = Self.none }
        registers[Int(place.index)] = Self.inMemory
    }

    /// Lets a register hold a temporary.
    mutating func hold(_ temporary: Place, in vector: Vector, isSingle: Bool) {
        drop(temporary)
        registers[Int(temporary.index)] = vector.rawValue
        if vector.isScratch { holders[Int(vector.rawValue)] = temporary.index }
        temporaries.append((temporary, isSingle))
    }

    /// A temporary is somewhere else from now on.
    mutating func drop(_ temporary: Place) {
        guard let index = temporaries.firstIndex(where: { $0.place == temporary }) else { return }
        release(temporary)
        temporaries.remove(at: index)
    }

    func isSingle(_ temporary: Place) -> Bool {
        temporaries.contains { $0.place == temporary && $0.isSingle }
    }

    /// A scratch register that holds nothing.
    func free() -> Vector? {
        for number in 0..<X64Registers.firstGuestVector
        where holders[number] == Self.none && busy >> UInt16(number) & 1 == 0 {
            return Vector(rawValue: UInt8(number))
        }
        return nil
    }

    /// A temporary in a scratch register that the operation being lowered does not use.
    func victim(_ isAny: Bool = false) -> Place? {
        temporaries.first { temporary in
            let number = registers[Int(temporary.place.index)]
            return number < X64Registers.firstGuestVector && (isAny || busy >> UInt16(number) & 1 == 0)
        }?.place
    }
}

/// How often, and how first, a unit uses the places that may have vector registers.
private struct VectorUses {
    private typealias Counts = InlineArray<32, UInt16>
    private var counts = Counts(repeating: 0)
    private var read: UInt32 = 0
    private var written: UInt32 = 0

    mutating func note(_ i: IRInstruction) {
        noteRead(i.a)
        noteRead(i.b)
        noteRead(i.c)
        guard let result = i.result, let index = Self.index(result) else { return }
        counts[index] &+= 1
        written |= 1 << UInt32(index)
    }

    private mutating func noteRead(_ operand: IROperand) {
        guard case .place(let place) = operand, let index = Self.index(place) else { return }
        counts[index] &+= 1
        if written >> UInt32(index) & 1 == 0 { read |= 1 << UInt32(index) }
    }

    private static func index(_ place: Place) -> Int? {
        X64Registers.vectorPlaces.contains(place.index)
            ? Int(place.index - X64Registers.vectorPlaces.lowerBound) : nil
    }

    mutating func takeMostUsed(_ threshold: UInt16) -> UInt16? {
        var best = 0
        for index in 1..<32 where counts[index] > counts[best] { best = index }
        guard counts[best] >= threshold else { return nil }
        counts[best] = 0
        return X64Registers.vectorPlaces.lowerBound + UInt16(best)
    }

    func readsFirst(_ place: UInt16) -> Bool { read >> UInt32(place - X64Registers.vectorPlaces.lowerBound) & 1 != 0 }
    func writes(_ place: UInt16) -> Bool { written >> UInt32(place - X64Registers.vectorPlaces.lowerBound) & 1 != 0 }
}

/// Vector registers at the borders of a unit, and their forms.
extension X64Lowering {
    @inline(__always)
    func constant(_ constant: X64Constant) -> Memory { .at(thunks.constants + UInt(constant.rawValue) * 16) }

    // MARK: Borders

    mutating func assignVectors() {
        let isLoop = ir.isLoop
        vectors.assign(ir, isLoop: isLoop)
        // What an iteration writes has not been stored when the next one begins.
        if isLoop { vectors.forms.dirty = vectors.written }
        vectors.forms.single = entryForms.single
        vectors.forms.raw = entryForms.raw
        loopForms = VectorForms()
    }

    mutating func loadVectors() {
        forEach(vectors.entering) { lowering, vector in
            lowering.asm.emit(.vmovsd, vector, X64Frame.home(lowering.vectors.guestPlace(vector)))
        }
    }

    /// Brings what the frame does not have to its home. May change the flags of integer code.
    mutating func storeVectors(_ forms: VectorForms) {
        forEach(forms.dirty & vectors.mapped) { lowering, vector in
            if forms.raw & vector.bit != 0 {
                lowering.emitSettling(vector, isSingle: forms.single & vector.bit != 0)
            }
            if forms.single & vector.bit != 0 {
                lowering.asm.emit(.vorps, vector, vector, lowering.constant(.box))
            }
            lowering.asm.emit(.vmovsd, X64Frame.home(lowering.vectors.guestPlace(vector)), vector)
        }
    }

    /// Brings all registers into the forms that they have at the start of a loop.
    mutating func prepareIteration() {
        loopForms.raw = vectors.forms.raw & vectors.written
        loopForms.single |= vectors.forms.single & vectors.written
        let boxed = vectors.forms.single & vectors.mapped & ~entryForms.single
        forEach(vectors.forms.raw & vectors.mapped & (boxed | ~entryForms.raw)) { $0.settle($1) }
        forEach(boxed) { $0.box($1) }
    }

    // MARK: Loops

    /// Lets a loop that has been lowered start with the forms that it ends with, so that the next lowering need not bring
    /// registers into other forms in every iteration. False: there is nothing to gain.
    ///
    /// A second lowering ends with these forms too, or with exact values, which are of every form.
    mutating func adoptLoopForms() -> Bool {
        guard loopForms.single | loopForms.raw != 0 else { return false }
        entryForms = loopForms
        return true
    }

    /// A register that is a single throughout the loop was read before it was written: it starts as one.
    mutating func noteSingle(_ vector: Vector) {
        if !isCold, vectors.written & vector.bit == 0, ir.isLoop { loopForms.single |= vector.bit }
    }

    /// Jumps to `declined` unless the guest's registers have the forms that the loop starts with: boxed singles, and no NaN
    /// but the canonical one.
    mutating func checkEntry(_ declined: Label) {
        forEach(entryForms.single | entryForms.raw) { lowering, vector in
            let isSingle = lowering.entryForms.single & vector.bit != 0
            lowering.asm.emit(.vmovq, .quad, .rax, vector)
            if isSingle {
                lowering.asm.emit(.rorx, .quad, .rcx, .rax, imm: 32)
                lowering.asm.emit(.cmp, .long, .rcx, imm: -1)
                lowering.asm.jump(if: .notEqual, declined)
            }
            if lowering.entryForms.raw & vector.bit != 0 { lowering.checkNumber(isSingle, declined) }
        }
    }

    /// Jumps to `declined` if rax holds a NaN that is not canonical. No vector comparison: it would raise flags.
    private mutating func checkNumber(_ isSingle: Bool, _ declined: Label) {
        let width: Width = isSingle ? .long : .quad
        let number = asm.makeLabel()
        asm.emit(.lea, width, .rdx, Memory(.rax, index: .rax))
        asm.move(.rcx, isSingle ? 0xff00_0000 : 0xffe0_0000_0000_0000)
        asm.emit(.cmp, width, .rdx, .rcx)
        asm.jump(if: .belowOrEqual, number)
        asm.move(.rcx, isSingle ? 0x7fc0_0000 : 0x7ff8_0000_0000_0000)
        asm.emit(.cmp, width, .rax, .rcx)
        asm.jump(if: .notEqual, declined)
        asm.bind(number)
    }

    private mutating func forEach(_ mask: UInt16, _ body: (inout X64Lowering, Vector) -> Void) {
        var left = mask
        while left != 0 {
            if let vector = Vector(rawValue: UInt8(left.trailingZeroBitCount)) { body(&self, vector) }
            left &= left - 1
        }
    }

    // MARK: Forms

    /// Makes a raw value canonical. May change the flags of integer code.
    mutating func settle(_ vector: Vector) {
        guard vectors.forms.raw & vector.bit != 0 else { return }
        let isSingle = vectors.forms.single & vector.bit != 0
        vectors.forms.raw &= ~vector.bit
        if isCold {
            emitSettling(vector, isSingle: isSingle)
            return
        }
        let (label, resume) = (asm.makeLabel(), asm.makeLabel())
        asm.emit(isSingle ? .vucomiss : .vucomisd, vector, vector)
        asm.jump(if: .parity, label)
        asm.bind(resume)
        floatStubs.append(
            FloatStub(kind: .canonical, label: label, resume: resume, isDouble: !isSingle, a: vector, b: vector))
    }

    private mutating func emitSettling(_ vector: Vector, isSingle: Bool) {
        let ordered = asm.makeLabel()
        asm.emit(isSingle ? .vucomiss : .vucomisd, vector, vector)
        asm.jump(if: .notParity, ordered)
        asm.emit(isSingle ? .vmovss : .vmovsd, vector, constant(isSingle ? .singleNaN : .doubleNaN))
        asm.bind(ordered)
    }

    /// Completes the upper half of a single in the register of a guest register.
    mutating func box(_ vector: Vector) {
        guard vectors.forms.single & vector.bit != 0 else { return }
        vectors.forms.single &= ~vector.bit
        asm.emit(.vorps, vector, vector, constant(.box))
    }

    // MARK: As integers

    /// register ← the bits of a place that a vector register holds. May change the flags of integer code.
    mutating func load(_ place: Place, from vector: Vector, into register: Register) {
        settle(vector)
        if place.isTemporary, vectors.isSingle(place) {
            asm.emit(.vmovd, .long, register, vector)
            return
        }
        box(vector)
        asm.emit(.vmovq, .quad, register, vector)
    }

    /// Puts an operand's bits into the vector register of a guest register. Keeps the flags.
    mutating func move(_ vector: Vector, _ operand: IROperand) {
        switch operand {
        case .place(let place):
            if let source = vectors[place], !place.isTemporary {
                if source != vector { asm.emit(.vmovapd, vector, source) }
                let forms = vectors.forms
                vectors.forms.set(
                    vector, single: forms.single & source.bit != 0, raw: forms.raw & source.bit != 0)
                return
            }
            if vectors[place] == nil, register(of: place) == nil {
                asm.emit(.vmovsd, vector, X64Frame.home(place))
            } else {
                asm.emit(.vmovq, .quad, vector, value(operand, .rax))
            }
        case .constant(let value) where value != 0:
            asm.move(.rax, value, keepingFlags: true)
            asm.emit(.vmovq, .quad, vector, .rax)
        default: asm.emit(.vxorps, vector, vector, vector)
        }
        vectors.forms.set(vector, single: false, raw: false)
    }

    // MARK: Scratch registers

    /// A scratch register for the operation being lowered, to hold an exact value of `type`.
    mutating func takeScratch(_ type: IRType = .f64) -> Vector {
        if vectors.free() == nil, let victim = vectors.victim() { spill(victim) }
        // An operation uses four registers at most.
        let vector = vectors.free() ?? .xmm3
        vectors.busy |= vector.bit
        vectors.forms.set(vector, single: type == .f32, raw: false)
        return vector
    }

    /// Brings a temporary to its home. May change the flags of integer code.
    private mutating func spill(_ temporary: Place) {
        guard let vector = vectors[temporary] else { return }
        settle(vector)
        if vectors.isSingle(temporary) {
            asm.emit(.vmovd, .long, .rax, vector)
            asm.emit(.mov, .quad, X64Frame.home(temporary), .rax)
        } else {
            asm.emit(.vmovsd, X64Frame.home(temporary), vector)
        }
        vectors.drop(temporary)
    }

    /// Brings all temporaries to where calls keep them.
    mutating func spillTemporaries() {
        while let temporary = vectors.victim(true) { spill(temporary) }
    }

    // MARK: Leaving at an instruction

    /// Where slow paths go that leave the unit with the vector registers in these forms.
    mutating func wayToLeave(_ forms: VectorForms) -> Label {
        var forms = forms
        forms.dirty &= vectors.mapped
        forms.single &= forms.dirty
        forms.raw &= forms.dirty
        for way in leaveWays where way.forms == forms { return way.label }
        let label = asm.makeLabel()
        leaveWays.append(LeaveWay(forms: forms, label: label))
        return label
    }

    mutating func emitLeaveWays() {
        for way in leaveWays {
            asm.bind(way.label)
            storeVectors(way.forms)
            leave(X64Outcome.Kind.left)
        }
    }
}
