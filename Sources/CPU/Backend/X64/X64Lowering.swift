import TandemX64

/// Turns a unit of the intermediate form into x86-64 code.
///
/// ```
/// entry:  [epoch of the other pages] · vector registers ← guest registers
/// start:  budget −= cost; refuse if negative · count
/// body:   one operation after another; what is rare jumps to a stub
///         back edge to the start of a loop, or the last exit
/// stubs:  side exits · slow paths of memory · the way to slow paths · refusal
/// ```
///
/// The storage of its arrays is reused from unit to unit.
struct X64Lowering: ~Copyable {
    var asm: Assembler
    let thunks: X64Thunks

    /// What the unit being lowered relies on.
    var unit: UnsafeMutablePointer<TranslatedBlock>
    var ir = IRBlock()
    var settings = Settings()
    var exits: [Exit] = []
    var stubs: [Stub] = []
    var floatStubs: [FloatStub] = []
    var leaveWays: [LeaveWay] = []
    var covers = X64Covers()
    /// Where floating-point values are.
    var vectors = VectorMap()
    /// The forms of vector registers at the start of a loop, and those that its body leaves at its end.
    var entryForms = VectorForms()
    var loopForms = VectorForms()
    /// What stands behind the body is being emitted.
    var isCold = false
    /// What all slow paths of the unit call.
    var wayToSlowPaths: Label

    /// The register that holds a place, or `inMemory`.
    private let registers: UnsafeMutablePointer<UInt8>
    static let inMemory: UInt8 = 0xff

    /// Facts about the guest's memory and mode that code may be specialised to.
    struct Settings {
        /// Picoseconds of one instruction.
        var instructionCost: Int64 = 1000
        /// Guest code may use floating point: slow paths keep its state.
        var keepsFloat = false
        /// Data accesses are not translated, and this range is plain memory at the base register.
        var plainStart: UInt64 = 0
        var plainSize: UInt64 = 0
        /// One check may cover several loads.
        var usesCovers = true
        /// Slow paths of loads look for registers that can be read directly first.
        var readsDirectly = false
        /// Accesses count beside their entries of the soft-TLB (`TLBCounts`). Goes with addresses that are translated.
        var countsPages = false
        /// The unit notes that it is executed for the first time since its executions were last folded.
        var listsUnits = false
        /// The key of the mode, for computed jumps.
        var mode: UInt32 = 0
        /// Code in other pages than these needs the epoch of the link to be compared.
        var pages: [UInt64] = []
    }

    /// A way out to a fixed address, to become a `UnitExit`.
    struct Exit {
        var label: Label
        var target: UInt64
        var boundary: Int
        /// Whether it is taken before the end of the unit.
        var isEarly: Bool
        var forms: VectorForms
    }

    /// Code that stands behind the body.
    struct Stub {
        enum Kind {
            case load, store, atomic, loadReserved, storeConditional
            /// A predicted computed jump went elsewhere.
            case mispredicted
        }
        var kind: Kind
        /// It is left behind the access, because others rely on its check (`X64Covers`).
        var isCover: Bool
        var label: Label
        var resume: Label
        /// Index of the operation in the unit.
        var operation: Int
        var boundary: Int
        /// The forms of vector registers before the operation, and after it.
        var forms: VectorForms
        var after: VectorForms
    }

    /// A way out at an instruction, for slow paths.
    struct LeaveWay {
        var forms: VectorForms
        var label: Label
    }

    init(_ assembler: consuming Assembler, unit: UnsafeMutablePointer<TranslatedBlock>) {
        var asm = assembler
        thunks = X64Thunks(&asm)
        wayToSlowPaths = asm.makeLabel()
        self.asm = asm
        self.unit = unit
        registers = .allocate(capacity: Place.count)
        registers.initialize(repeating: Self.inMemory, count: Place.count)
        for (register, place) in X64Registers.pinned { registers[Int(place)] = register.rawValue }
    }

    deinit { registers.deallocate() }

    // MARK: Operands

    /// The register that always holds a place, if one does.
    @inline(__always)
    func register(of place: Place) -> Register? {
        let number = registers[Int(place.index)]
        return number == Self.inMemory ? nil : Register(rawValue: number)
    }

    @inline(__always)
    func register(of operand: IROperand) -> Register? {
        guard case .place(let place) = operand else { return nil }
        return register(of: place)
    }

    /// Whether a place is in its home.
    @inline(__always)
    func isInMemory(_ place: Place) -> Bool {
        registers[Int(place.index)] == Self.inMemory && vectors[place] == nil
    }

    /// The operand in a register: its own, or `scratch` with its value.
    mutating func value(_ operand: IROperand, _ scratch: Register) -> Register {
        switch operand {
        case .place(let place):
            if let register = register(of: place) { return register }
            if let vector = vectors[place] {
                load(place, from: vector, into: scratch)
            } else {
                asm.emit(.mov, .quad, scratch, X64Frame.home(place))
            }
        case .constant(let value): asm.move(scratch, value)
        case .none: asm.move(scratch, 0)
        }
        return scratch
    }

    /// Puts the operand into a certain register.
    mutating func load(_ operand: IROperand, into register: Register) {
        let source = value(operand, register)
        if source != register { asm.emit(.mov, .quad, register, source) }
    }

    /// Where a result is to be computed: its own register, or `scratch`.
    func target(_ result: Place?, _ scratch: Register) -> Register {
        guard let result else { return scratch }
        return register(of: result) ?? scratch
    }

    /// Brings a computed result to its place. Keeps the flags.
    mutating func finish(_ result: Place?, _ from: Register) {
        guard let result else { return }
        if let register = register(of: result) {
            if register != from { asm.emit(.mov, .quad, register, from) }
        } else if !result.isTemporary, let vector = vectors[result] {
            asm.emit(.vmovq, .quad, vector, from)
            vectors.forms.set(vector, single: false, raw: false)
        } else {
            if result.isTemporary { vectors.drop(result) }
            asm.emit(.mov, .quad, X64Frame.home(result), from)
        }
    }

    /// d ← d op operand, with the operand where it stands.
    mutating func apply(_ operation: Operation, _ width: Width, _ d: Register, _ operand: IROperand, scratch: Register)
    {
        switch operand {
        case .place(let place):
            if let register = register(of: place) {
                asm.emit(operation, width, d, register)
            } else if vectors[place] != nil {
                asm.emit(operation, width, d, value(operand, scratch))
            } else {
                asm.emit(operation, width, d, X64Frame.home(place))
            }
        case .constant(let value):
            if let small = Self.immediate(value, width) {
                asm.emit(operation, width, d, imm: small)
            } else {
                asm.move(scratch, value)
                asm.emit(operation, width, d, scratch)
            }
        case .none: break
        }
    }

    /// A constant as the sign-extended 32-bit immediate of an operation.
    static func immediate(_ value: UInt64, _ width: Width) -> Int32? {
        if width == .long { return Int32(truncatingIfNeeded: value) }
        return Int32(exactly: Int64(bitPattern: value))
    }

    // MARK: The unit

    /// Emits all of `ir`. False: there is not enough room.
    mutating func lower() -> Bool {
        exits.removeAll(keepingCapacity: true)
        stubs.removeAll(keepingCapacity: true)
        floatStubs.removeAll(keepingCapacity: true)
        leaveWays.removeAll(keepingCapacity: true)
        isCold = false
        assignVectors()
        covers.find(ir, isWanted: settings.usesCovers && isCoverable)
        wayToSlowPaths = asm.makeLabel()
        let refuse = asm.makeLabel()
        asm.align(to: 16)
        let entry = asm.address
        if settings.pages.count > 1 {
            asm.emit(.cmp, .long, X64Frame.fetchEpoch, imm: Int32.max)
            unit.pointee.epochSite = asm.writingAddress - 4
            asm.jump(if: .notEqual, refuse)
        }
        loadVectors()
        let declined = asm.makeLabel()
        checkEntry(declined)
        let startForms = vectors.forms
        let start = asm.makeLabel()
        asm.bind(start)
        let cost = Int32(settings.instructionCost * Int64(ir.boundaries.count))
        asm.emit(.sub, .quad, X64Registers.budget, imm: cost)
        let overdrawn = asm.makeLabel()
        asm.jump(if: .sign, overdrawn)
        count(at: UInt(bitPattern: unit) + UInt(Self.executionsOffset))
        let first = asm.makeLabel()
        let listed = asm.makeLabel()
        if settings.listsUnits { asm.jump(if: .equal, first) }
        asm.bind(listed)

        for index in ir.boundaries.indices {
            let end =
                index + 1 < ir.boundaries.count ? ir.boundaries[index + 1].firstOperation : ir.instructions.count
            var operation = ir.boundaries[index].firstOperation
            while operation < end {
                lower(operation, boundary: index)
                operation += 1
            }
            vectors.forgetTemporaries()
        }
        lowerTerminal(start)

        isCold = true
        for stub in stubs { emit(stub) }
        for stub in floatStubs { emit(stub) }
        emitExits()
        emitLeaveWays()
        asm.bind(overdrawn)
        storeVectors(startForms)
        asm.emit(.add, .quad, X64Registers.budget, imm: cost)
        asm.bind(refuse)
        asm.emit(.lea, .quad, .rax, .at(UInt(bitPattern: unit) + X64Outcome.Kind.refused.rawValue))
        asm.jump(to: thunks.exit)
        asm.bind(declined)
        asm.emit(.lea, .quad, .rax, .at(UInt(bitPattern: unit) + X64Outcome.Kind.declined.rawValue))
        asm.jump(to: thunks.exit)
        emitWayToSlowPaths()
        asm.bind(first)
        if settings.listsUnits { emitListing(resume: listed) }
        unit.pointee.entry = entry
        unit.pointee.isLoop = ir.isLoop
        unit.pointee.codeSize = UInt32(asm.address - entry)
        return !asm.hasOverflowed
    }

    /// Whether the plain range is one that checks for accesses of all widths can have.
    private var isCoverable: Bool { settings.plainSize >= 1 << 14 && settings.plainSize <= UInt64(Int32.max) }

    /// Emits what adds one to a counter of executions.
    ///
    /// A build with TANDEM_UNCOUNTED leaves it out, and its reports count wrongly: it exists to measure what counting
    /// costs (`Scripts/bench-counting`).
    mutating func count(at address: UInt) {
        #if !TANDEM_UNCOUNTED
            asm.emit(.inc, .quad, .at(address))
        #endif
    }

    private static let executionsOffset =
        MemoryLayout<TranslatedBlock>.offset(of: \TranslatedBlock.executions).unsafelyUnwrapped

    /// Notes that the unit is executed.
    private mutating func emitListing(resume: Label) {
        asm.emit(.mov, .quad, .rax, X64Frame.listed)
        asm.emit(.lea, .quad, .rcx, .at(UInt(bitPattern: unit)))
        asm.emit(.mov, .quad, Memory(.rax), .rcx)
        asm.emit(.add, .quad, X64Frame.listed, imm: Int32(MemoryLayout<BlockPointer>.stride))
        asm.jump(resume)
    }

    /// What all slow paths of a unit share: which unit it is.
    private mutating func emitWayToSlowPaths() {
        asm.bind(wayToSlowPaths)
        asm.emit(.mov, .quad, X64Frame.saved(0), X64Registers.volatile[0])
        asm.emit(.lea, .quad, X64Registers.volatile[0], .at(UInt(bitPattern: unit)))
        asm.emit(.mov, .quad, X64Frame.block, X64Registers.volatile[0])
        asm.jump(to: thunks.slow(vectors.mapped != 0 ? .vectors : settings.keepsFloat ? .flags : .nothing))
    }
}
