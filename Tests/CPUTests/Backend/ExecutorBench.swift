import Glibc

@testable import TandemCPU

/// A guest without a guest: flat memory behind the slow paths, and a record of what was asked.
final class FakeRuntime: GuestRuntime {
    static let start: UInt64 = 0x10000
    static let size = 0x4000

    struct Call: Equatable {
        var function: UInt16
        var argument: UInt32
        var a: UInt64 = 0
        var b: UInt64 = 0
        var index: Int
    }

    let state: UnsafeMutablePointer<CPUState>
    // SAFETY: allocated in `init`, freed only in `deinit`.
    let memory: UnsafeMutablePointer<UInt8> = .allocate(capacity: size)
    /// What an access to this address asks of the block.
    var requests: [UInt64: UInt64] = [:]
    /// What every call of a function asks, and what it returns.
    var callRequest = ExitRequest.none
    var callResult: UInt64 = 0
    var calls: [Call] = []
    var exits: [Call] = []
    var slowAccesses = 0
    var reservation: UInt64?

    init(_ state: UnsafeMutablePointer<CPUState>) {
        self.state = state
        memory.initialize(repeating: 0, count: Self.size)
    }

    deinit { memory.deallocate() }

    var contents: [UInt8] { Array(UnsafeBufferPointer(start: memory, count: Self.size)) }

    /// What lets the fast way of an executor reach a page.
    func entry(_ address: UInt64, readable: Bool, writable: Bool) -> TLBEntry {
        let page = address & TLBEntry.pageMask
        let host = UInt64(UInt(bitPattern: memory + Int(page - Self.start)))
        return TLBEntry(
            readTag: readable ? page : TLBEntry.invalid, writeTag: writable ? page : TLBEntry.invalid,
            addend: host &- page, target: TLBEntry.target(page: page, grant: 0))
    }

    func fill(using generator: inout SampleGenerator) {
        for index in stride(from: 0, to: Self.size, by: 8) {
            UnsafeMutableRawPointer(memory + index).storeBytes(of: generator.next(), as: UInt64.self)
        }
    }

    /// The first place at which memory differs from `other`.
    func difference(from other: [UInt8]) -> Int? {
        if memcmp(memory, other, Self.size) == 0 { return nil }
        return (0..<Self.size).first { memory[$0] != other[$0] }
    }

    private func note(_ address: UInt64) -> Bool {
        slowAccesses += 1
        state.pointee.exitRequest = requests[address] ?? ExitRequest.none
        return state.pointee.exitRequest != ExitRequest.trap
    }

    func bytes(_ address: UInt64, _ width: Int) -> [UInt8] {
        (0..<width).map { memory[Int(address - Self.start) + $0] }
    }

    func loadSlowly(_ address: UInt64, width: Int, index: Int) -> UInt64 {
        guard note(address) else { return 0xbad }
        return bytes(address, width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    func storeSlowly(_ address: UInt64, _ value: UInt64, width: Int, index: Int) {
        guard note(address) else { return }
        for byte in 0..<width {
            memory[Int(address - Self.start) + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
        }
    }

    private func swap(_ value: UInt64, _ width: Int, _ order: ByteOrder) -> UInt64 {
        order == .little ? value : value.byteSwapped >> UInt64(64 - 8 * width)
    }

    func atomicSlowly(
        _ operation: IROpcode, _ address: UInt64, _ value: UInt64, width: Int, order: ByteOrder, index: Int
    ) -> UInt64 {
        let old = swap(loadSlowly(address, width: width, index: index), width, order)
        guard state.pointee.exitRequest != ExitRequest.trap else { return old }
        let new = AtomicOperation.combine(operation, old, value, width: width)
        storeSlowly(address, swap(new, width, order), width: width, index: index)
        return old
    }

    func loadReserved(_ address: UInt64, width: Int, order: ByteOrder, index: Int) -> UInt64 {
        reservation = address
        return swap(loadSlowly(address, width: width, index: index), width, order)
    }

    func storeConditional(_ address: UInt64, _ value: UInt64, width: Int, order: ByteOrder, index: Int) -> UInt64 {
        defer { reservation = nil }
        guard reservation == address else { return 1 }
        storeSlowly(address, swap(value, width, order), width: width, index: index)
        return 0
    }

    func call(function: UInt16, argument: UInt32, _ a: UInt64, _ b: UInt64, index: Int) -> UInt64 {
        calls.append(Call(function: function, argument: argument, a: a, b: b, index: index))
        state.pointee.exitRequest = callRequest
        return callResult
    }

    func exit(function: UInt16, argument: UInt32, index: Int) {
        exits.append(Call(function: function, argument: argument, index: index))
        state.pointee.exitRequest = callRequest
    }
}

/// Frame, state and caches around the portable executor, without a guest.
final class ExecutorBench {
    /// Picoseconds of one instruction.
    static let cost: Int64 = 1000

    // SAFETY: allocated in `init`, freed only in `deinit`.
    let state: UnsafeMutablePointer<CPUState>
    let frame: UnsafeMutablePointer<UInt64>
    let runtime: FakeRuntime
    private let tlb = SoftTLB(regimeCount: 1)
    private var jumpCache = JumpCache()
    private var arena = CodeArena(capacity: 64 << 20)
    private var lowering = PortableLowering()

    init() {
        (frame, state) = CPUState.allocate(
            CPUState(table: tlb.table(regime: 0), tableMask: tlb.mask(regime: 0), jumpCache: jumpCache.entries))
        state.pointee.limit = .max
        runtime = FakeRuntime(state)
    }

    deinit {
        CPUState.deallocate(frame)
    }

    subscript(_ number: Int) -> UInt64 {
        get { frame[number] }
        set { frame[number] = newValue }
    }

    var programCounter: UInt64 { frame[Int(Place.programCounter.index)] }
    var floatFlags: FloatFlags {
        get { FloatFlags(rawValue: UInt8(frame[Int(Place.floatFlags.index)])) }
        set { frame[Int(Place.floatFlags.index)] = UInt64(newValue.rawValue) }
    }

    /// Lets the fast way reach a page of the runtime's memory.
    func map(_ address: UInt64, readable: Bool = true, writable: Bool = true) {
        tlb.insert(
            runtime.entry(address, readable: readable, writable: writable), regime: 0, address: address, span: 4096)
    }

    /// Lowers a block and puts it into memory; `known` also enters it into the jump cache.
    func install(_ ir: IRBlock, mode: UInt32 = 0, chainable: Bool = true, known: Bool = true) -> BlockPointer {
        lowering.lower(ir)
        let code = arena.allocate(PortableInstruction.self, count: lowering.code.count)
        code.initialize(from: lowering.code, count: lowering.code.count)
        let count = Int64(ir.boundaries.count)
        let block = arena.allocate(TranslatedBlock.self, count: 1)
        let boundaries = arena.allocate(BlockBoundary.self, count: ir.boundaries.count)
        block.initialize(
            to: TranslatedBlock(
                executions: 0, lastStart: Self.cost * (count - 1), cost: Self.cost * count, waited: 0, code: code,
                pc: ir.pc, physical: ir.pc, secondPage: TranslatedBlock.noPage, mode: mode, count: UInt32(count),
                boundaries: boundaries, fetchCell: nil, fetchLatency: 0, isChainable: chainable, tally: AccessTally()))
        if known { jumpCache.insert(block) }
        return block
    }

    /// Parses, verifies and installs.
    func install(_ text: String, mode: UInt32 = 0, chainable: Bool = true, known: Bool = true) throws -> BlockPointer {
        let ir = try IRParser.block(text)
        if let violation = IRVerifier().violations(of: ir).first { throw violation }
        return install(ir, mode: mode, chainable: chainable, known: known)
    }

    func forgetBlocks() { jumpCache.clear() }

    /// Runs from `block` on until the dispatcher would be asked.
    @discardableResult
    func run(_ block: BlockPointer) -> Int {
        state.pointee.exitRequest = ExitRequest.none
        return PortableExecutor<FakeRuntime>.run(state, frame, block, runtime)
    }

    /// Runs one operation as an instruction of its own, followed by a jump to an address without a block.
    @discardableResult
    func run(_ instruction: IRInstruction) -> Int {
        var ir = IRBlock()
        ir.pc = 0x1000
        ir.boundaries = [IRBoundary(firstOperation: 0, pc: 0x1000, length: 4)]
        ir.instructions = [instruction]
        ir.terminal = .jump(0x1004)
        arena.removeAll()
        return run(install(ir, known: false))
    }
}
