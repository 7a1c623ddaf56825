import TandemX64

/// The code that all units of a CPU share: the way in, the way out, and the way to slow paths.
struct X64Thunks {
    /// `enter(rbp, entry)`: runs units from `entry` on; returns an `X64Outcome`.
    typealias Enter = @convention(c) (UnsafeMutableRawPointer, UInt) -> UInt

    /// The address of `Enter`.
    private(set) var enter: UInt = 0
    /// Jumped to with the outcome in rax.
    private(set) var exit: UInt = 0
    /// Called by the slow paths of units: what each keeps.
    private var slow: (nothing: UInt, flags: UInt, vectors: UInt) = (0, 0, 0)
    /// Called before the slow path of a load, by width.
    private var reads: (UInt, UInt, UInt, UInt) = (0, 0, 0, 0)
    private var readsKeepingVectors: (UInt, UInt, UInt, UInt) = (0, 0, 0, 0)
    /// The address of `X64Constant`s.
    private(set) var constants: UInt = 0

    init(_ asm: inout Assembler) {
        asm.align(to: 64)
        constants = asm.address
        X64Constant.emitAll(&asm)
        enter = asm.address
        emitEnter(&asm)
        exit = asm.address
        emitExit(&asm)
        slow.nothing = asm.address
        emitSlow(&asm, .nothing)
        slow.flags = asm.address
        emitSlow(&asm, .flags)
        slow.vectors = asm.address
        emitSlow(&asm, .vectors)
        reads = emitReads(&asm, keepsVectors: false)
        readsKeepingVectors = emitReads(&asm, keepsVectors: true)
    }

    /// What a slow path keeps of floating point.
    enum FloatState {
        case nothing
        /// The flags that guest code has raised.
        case flags
        /// Those and xmm4…xmm15.
        case vectors
    }

    /// What the slow paths of a unit call.
    func slow(_ kept: FloatState) -> UInt {
        switch kept {
        case .nothing: slow.nothing
        case .flags: slow.flags
        case .vectors: slow.vectors
        }
    }

    /// What tries to read a register directly, by the width of the load in bytes.
    func read(width: Int, keepsVectors: Bool) -> UInt {
        let addresses = keepsVectors ? readsKeepingVectors : reads
        return switch width {
        case 1: addresses.0
        case 2: addresses.1
        case 4: addresses.2
        default: addresses.3
        }
    }

    /// The pieces of code by their addresses, ascending, with the names that a profiler shows.
    var named: [(address: UInt, name: String)] {
        [
            (enter, "tandem_enter_unit"), (exit, "tandem_leave_unit"), (slow.nothing, "tandem_slow_path"),
            (reads.0, "tandem_direct_read"),
        ]
    }

    private static let calleeSaved: [Register] = [.rbx, .rbp, .r12, .r13, .r14, .r15]

    private func emitEnter(_ asm: inout Assembler) {
        for register in Self.calleeSaved { asm.emit(.push, .quad, register) }
        // Six registers and the return address: eight more bytes align the stack.
        asm.emit(.sub, .quad, .rsp, imm: 8)
        asm.emit(.mov, .quad, .rbp, .rdi)
        asm.emit(.mov, .quad, .rax, .rsi)
        loadBudget(&asm)
        asm.emit(.mov, .quad, X64Registers.memoryBase, X64Frame.memoryBase)
        asm.emit(.ldmxcsr, .long, X64Frame.mxcsr)
        for (register, place) in X64Registers.pinned {
            asm.emit(.mov, .quad, register, X64Frame.home(Place(index: place)))
        }
        asm.jump(.rax)
    }

    private func emitExit(_ asm: inout Assembler) {
        for (register, place) in X64Registers.pinned {
            asm.emit(.mov, .quad, X64Frame.home(Place(index: place)), register)
        }
        storeLocalTime(&asm, using: .rcx)
        asm.emit(.stmxcsr, .long, X64Frame.mxcsr)
        asm.emit(.add, .quad, .rsp, imm: 8)
        for register in Self.calleeSaved.reversed() { asm.emit(.pop, .quad, register) }
        asm.ret()
    }

    /// A unit has saved rsi and noted its block, and comes with a packed word in eax (`SlowCall`), an address in rcx and
    /// a value in rdx. Returns the result in rax, and flags that compare `exitRequest` with `ExitRequest.trap`.
    private func emitSlow(_ asm: inout Assembler, _ kept: FloatState) {
        for index in 1..<X64Registers.volatile.count {
            asm.emit(.mov, .quad, X64Frame.saved(index), X64Registers.volatile[index])
        }
        storeLocalTime(&asm, using: .rdi)
        if kept != .nothing { asm.emit(.stmxcsr, .long, X64Frame.mxcsr) }
        if kept == .vectors { saveVectors(&asm) }
        asm.emit(.mov, .quad, .rdi, X64Frame.context)
        asm.emit(.mov, .quad, .rsi, .rcx)
        asm.emit(.mov, .quad, .rcx, .rdx)
        asm.emit(.mov, .long, .rdx, .rax)
        asm.emit(.shr, .long, .rax, imm: Int32(SlowCall.functionShift))
        asm.emit(.sub, .quad, .rsp, imm: 8)
        asm.call(Memory(.rbp, index: .rax, scale: 3, X64Frame.functions.displacement))
        asm.emit(.add, .quad, .rsp, imm: 8)
        loadBudget(&asm)
        asm.emit(.mov, .quad, X64Registers.memoryBase, X64Frame.memoryBase)
        for index in 0..<X64Registers.volatile.count {
            asm.emit(.mov, .quad, X64Registers.volatile[index], X64Frame.saved(index))
        }
        if kept == .vectors { restoreVectors(&asm) }
        // Without floating point, too: what the host computed meanwhile has left its flags.
        asm.emit(.ldmxcsr, .long, X64Frame.mxcsr)
        asm.emit(.cmp, .quad, X64Frame.exitRequest, imm: Int32(ExitRequest.trap))
        asm.ret()
    }

    func saveVectors(_ asm: inout Assembler) {
        for index in 0..<X64Registers.guestVectorCount {
            asm.emit(.vmovsd, X64Frame.savedVector(index), Self.vector(index))
        }
    }

    func restoreVectors(_ asm: inout Assembler) {
        for index in 0..<X64Registers.guestVectorCount {
            asm.emit(.vmovsd, Self.vector(index), X64Frame.savedVector(index))
        }
    }

    private static func vector(_ index: Int) -> Vector {
        // SAFETY: 4…15 are vector registers.
        Vector(rawValue: UInt8(X64Registers.firstGuestVector + index)).unsafelyUnwrapped
    }

    private func loadBudget(_ asm: inout Assembler) {
        asm.emit(.mov, .quad, X64Registers.budget, X64Frame.limit)
        asm.emit(.sub, .quad, X64Registers.budget, X64Frame.localTime)
        asm.emit(.add, .quad, X64Registers.budget, X64Frame.budgetBias)
    }

    private func storeLocalTime(_ asm: inout Assembler, using scratch: Register) {
        asm.emit(.mov, .quad, scratch, X64Frame.limit)
        asm.emit(.add, .quad, scratch, X64Frame.budgetBias)
        asm.emit(.sub, .quad, scratch, X64Registers.budget)
        asm.emit(.mov, .quad, X64Frame.localTime, scratch)
    }
}

/// Why generated code came back. The low three bits say what the rest is.
struct X64Outcome {
    let word: UInt

    enum Kind: UInt {
        /// The address of the `UnitExit` that is not linked.
        case unlinked = 0
        /// The address of the unit that does not fit into the limit, or whose mapping must be looked at.
        case refused = 1
        /// A computed jump whose target is not known; the program counter is set.
        case indirect = 2
        /// A slow path asked to leave at its own instruction.
        case left = 3
        /// The unit in `CPUState.block` has come to its guest exit.
        case guestExit = 4
        /// The address of the unit that cannot be entered with the floating-point registers as they are.
        case declined = 5
    }

    var kind: Kind {
        // Generated code returns nothing else.
        Kind(rawValue: word & 7).unsafelyUnwrapped
    }

    var address: UInt { word & ~7 }
}

/// The word with which a unit calls a slow path.
///
/// | bits | meaning |
/// |---|---|
/// | 15…0 | boundary of the instruction |
/// | 19…16 | width of the access in bytes |
/// | 20 | big-endian |
/// | 27…21 | opcode |
/// | 31…28 | `Function` |
struct SlowCall {
    let packed: UInt32

    enum Function: UInt32 {
        case load, store, atomic, loadReserved, storeConditional, guestCall, operation

        static let count = 7
    }

    static let functionShift = 28

    init(packed: UInt32) { self.packed = packed }

    init(_ function: Function, index: Int, width: Int = 0, order: ByteOrder = .little, opcode: IROpcode = .move) {
        packed =
            UInt32(index) | UInt32(width) << 16 | UInt32(order.rawValue) << 20 | UInt32(opcode.rawValue) << 21
            | function.rawValue << UInt32(Self.functionShift)
    }

    var index: Int { Int(packed & 0xffff) }
    var width: Int { Int(packed >> 16 & 15) }
    var order: ByteOrder { packed >> 20 & 1 == 0 ? .little : .big }
    /// Safe: `init` put a valid raw value there.
    var opcode: IROpcode { unsafeBitCast(UInt8(truncatingIfNeeded: packed >> 21 & 0x7f), to: IROpcode.self) }
}
