import TandemOS
import TandemX64

/// The x86-64 back-end of one CPU: its code memory, its common code, and the lowering of units.
final class X64Backend {
    /// The most that one unit may take.
    private static let unitRoom = 128 << 10

    private let memory: ExecutableMemory
    private(set) var lowering: X64Lowering
    private let thunks: X64Thunks
    private var optimizer = Optimizer(
        verifier: .riscvTraces, residents: X64Registers.pinned.map { Place(index: $0.place) })
    /// The code of the unit that was compiled last, and where it is executed.
    private(set) var lastCode: (bytes: UnsafeRawBufferPointer, address: UInt) = (
        UnsafeRawBufferPointer(start: nil, count: 0), 0
    )
    /// Bytes of code in use, and how many of them are common.
    private var used: Int
    private let common: Int

    /// Where blocks and exits are kept.
    var data: UnsafeMutableRawPointer { memory.data }
    var codeBase: UInt { memory.executable }

    /// - Parameter memory: for code and for the data that it reaches.
    init(_ memory: consuming ExecutableMemory) {
        precondition(memory.codeByteCount >= 2 * Self.unitRoom, "there is room for a unit besides the common code")
        let assembler = Assembler(
            writingAt: memory.code, executingAt: memory.executable, capacity: Self.unitRoom)
        lowering = X64Lowering(assembler, unit: memory.data.assumingMemoryBound(to: TranslatedBlock.self))
        self.memory = memory
        thunks = lowering.thunks
        common = (lowering.asm.position + 63) & ~63
        used = common
    }

    var isFull: Bool { memory.codeByteCount - used < Self.unitRoom }

    /// The intermediate form of the unit to be compiled.
    var ir: IRBlock {
        _read { yield lowering.ir }
        _modify { yield &lowering.ir }
    }

    /// Makes `ir` cheaper. It may become shorter.
    func optimize() { optimizer.optimize(&lowering.ir) }

    /// Compiles `ir` into `unit`, whose exits have room for all that the unit has. False: it is too large.
    func compile(into unit: BlockPointer, _ settings: X64Lowering.Settings) -> Bool {
        lowering.asm.restart(
            writingAt: memory.code + used, executingAt: memory.executable + UInt(used), capacity: Self.unitRoom)
        lowering.unit = unit
        lowering.settings = settings
        lowering.entryForms = VectorForms()
        guard lowering.lower() else { return false }
        if lowering.adoptLoopForms() {
            lowering.asm.restart(
                writingAt: memory.code + used, executingAt: memory.executable + UInt(used), capacity: Self.unitRoom)
            guard lowering.lower() else { return false }
        }
        lastCode = (
            UnsafeRawBufferPointer(start: memory.code + used, count: lowering.asm.position),
            memory.executable + UInt(used)
        )
        used += (lowering.asm.position + 15) & ~15
        return true
    }

    /// Runs units from `entry` on.
    @inline(__always)
    func run(_ frame: UnsafeMutablePointer<UInt64>, _ entry: UInt) -> X64Outcome {
        let enter = unsafeBitCast(thunks.enter, to: X64Thunks.Enter.self)
        return X64Outcome(word: enter(UnsafeMutableRawPointer(frame) + X64Frame.bias, entry))
    }

    /// What lets computed jumps find a unit.
    func target(of unit: BlockPointer) -> UnitTarget {
        UnitTarget(
            pc: unit.pointee.pc, mode: unit.pointee.mode, offset: UInt32(unit.pointee.entry - memory.executable))
    }

    /// Tells a profiler where the common code stands.
    func nameThunks(in map: any PerfMap) {
        let ends = thunks.named.dropFirst().map(\.address) + [codeBase + UInt(common)]
        for (thunk, end) in zip(thunks.named, ends) {
            map.add(address: thunk.address, byteCount: Int(end - thunk.address), name: thunk.name)
        }
    }

    /// Forgets all units. Nothing may lead to them any longer.
    func removeAll() { used = common }
}
