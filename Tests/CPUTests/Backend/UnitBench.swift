#if arch(x86_64)
    import TandemOS

    @testable import TandemCPU

    /// Units of generated code without a guest, over the same fake memory as `ExecutorBench`.
    final class UnitBench {
        /// How a run ended.
        enum Outcome: Equatable {
            /// By an exit to a fixed address, or to a computed one.
            case exit(UInt64)
            case refused
            case declined
            /// A slow path asked for it.
            case left
            case guestExit
        }

        // SAFETY: allocated in `init`, freed only in `deinit`.
        let state: UnsafeMutablePointer<CPUState>
        let frame: UnsafeMutablePointer<UInt64>
        let runtime: FakeRuntime
        let backend: X64Backend
        private let tlb = SoftTLB(regimeCount: 1)
        private let targets = UnitTargets()
        private let jumpCache = JumpCache()
        private var arena: CodeArena

        /// Nil where generated code cannot run; says so.
        init?() {
            guard HostProcessor.current.hasTranslatorFeatures, let backend = try? TranslatorHost().makeBackend().get()
            else {
                print("not tested: this host does not run generated code")
                return nil
            }
            self.backend = backend
            arena = CodeArena(capacity: TranslatorHost.Room().data, at: backend.data)
            (frame, state) = CPUState.allocate(
                CPUState(table: tlb.table(regime: 0), tableMask: tlb.mask(regime: 0), jumpCache: jumpCache.entries))
            runtime = FakeRuntime(state)
            state.pointee.limit = .max / 2
            state.pointee.memoryBase = UInt64(UInt(bitPattern: tlb.table(regime: 0)))
            state.pointee.budgetBias = ExecutorBench.cost - 1
            state.pointee.targets = targets.entries
            state.pointee.codeBase = backend.codeBase
            state.pointee.context = Unmanaged.passUnretained(runtime).toOpaque()
            state.pointee.functions = Self.slowFunctions
        }

        deinit { CPUState.deallocate(frame) }

        subscript(_ number: Int) -> UInt64 {
            get { frame[number] }
            set { frame[number] = newValue }
        }

        var floatFlags: FloatFlags {
            get { FloatFlags(rawValue: UInt8(frame[Int(Place.floatFlags.index)])) }
            set { frame[Int(Place.floatFlags.index)] = UInt64(newValue.rawValue) }
        }

        /// Lets the fast way reach a page of the runtime's memory.
        func map(_ address: UInt64, readable: Bool = true, writable: Bool = true) {
            tlb.insert(
                runtime.entry(address, readable: readable, writable: writable), regime: 0, address: address, span: 4096)
            state.pointee.table = tlb.table(regime: 0)
            state.pointee.tableMask = tlb.mask(regime: 0)
            state.pointee.memoryBase = UInt64(UInt(bitPattern: tlb.table(regime: 0)))
        }

        /// Compiles a unit. Nil: it is too large.
        ///
        /// - Parameter isPlain: accesses are not translated, and all of the runtime's memory is plain.
        func install(_ ir: IRBlock, keepsFloat: Bool = true, isPlain: Bool = false) -> BlockPointer? {
            if backend.isFull || arena.isFull {
                backend.removeAll()
                arena.removeAll()
            }
            let count = Int64(ir.boundaries.count)
            let unit = arena.allocate(TranslatedBlock.self, count: 1)
            unit.initialize(
                to: TranslatedBlock(
                    executions: 0, lastStart: ExecutorBench.cost * (count - 1), cost: ExecutorBench.cost * count,
                    waited: 0, code: arena.allocate(PortableInstruction.self, count: 1), pc: ir.pc, physical: ir.pc,
                    secondPage: TranslatedBlock.noPage, mode: 0, count: UInt32(count),
                    boundaries: arena.allocate(BlockBoundary.self, count: Int(count)), fetchCell: nil,
                    fetchLatency: 0, isChainable: true, tally: AccessTally()))
            unit.pointee.exits = arena.allocate(UnitExit.self, count: ir.exitCount)
            var settings = X64Lowering.Settings()
            settings.instructionCost = ExecutorBench.cost
            settings.keepsFloat = keepsFloat
            if isPlain {
                settings.plainStart = FakeRuntime.start
                settings.plainSize = UInt64(FakeRuntime.size)
                state.pointee.memoryBase = UInt64(UInt(bitPattern: runtime.memory))
            }
            backend.ir = ir
            return backend.compile(into: unit, settings) ? unit : nil
        }

        /// Runs from a unit on until the dispatcher would be asked, and brings the flags to their place.
        func run(_ unit: BlockPointer) -> Outcome {
            state.pointee.exitRequest = ExitRequest.none
            let outcome = backend.run(frame, unit.pointee.entry)
            let flags = FloatFlags(mxcsr: state.pointee.mxcsr)
            state.pointee.mxcsr = CPUState.quietMXCSR
            floatFlags = floatFlags.union(flags)
            switch outcome.kind {
            case .unlinked:
                // SAFETY: generated code returns the addresses of its own records only.
                return .exit(UnitExitPointer(bitPattern: outcome.address).unsafelyUnwrapped.pointee.target)
            case .refused: return .refused
            case .declined: return .declined
            case .indirect: return .exit(frame[Int(Place.programCounter.index)])
            case .left: return .left
            case .guestExit: return .guestExit
            }
        }

        private static func runtime(_ context: UnsafeMutableRawPointer) -> FakeRuntime {
            Unmanaged<FakeRuntime>.fromOpaque(context).takeUnretainedValue()
        }

        private static let slowFunctions: SlowFunctions = {
            var functions = SlowFunctions()
            functions.load = { context, address, packed, _ in
                let call = SlowCall(packed: packed)
                return UnitBench.runtime(context).loadSlowly(address, width: call.width, index: call.index)
            }
            functions.store = { context, address, packed, value in
                let call = SlowCall(packed: packed)
                let mask = UInt64.max >> UInt64(64 - 8 * call.width)
                UnitBench.runtime(context).storeSlowly(address, value & mask, width: call.width, index: call.index)
                return 0
            }
            functions.atomic = { context, address, packed, value in
                let call = SlowCall(packed: packed)
                return UnitBench.runtime(context).atomicSlowly(
                    call.opcode, address, value, width: call.width, order: call.order, index: call.index)
            }
            functions.loadReserved = { context, address, packed, _ in
                let call = SlowCall(packed: packed)
                return UnitBench.runtime(context).loadReserved(
                    address, width: call.width, order: call.order, index: call.index)
            }
            functions.storeConditional = { context, address, packed, value in
                let call = SlowCall(packed: packed)
                return UnitBench.runtime(context).storeConditional(
                    address, value, width: call.width, order: call.order, index: call.index)
            }
            functions.guestCall = { context, a, packed, b in
                let runtime = UnitBench.runtime(context)
                let immediate = runtime.state.pointee.callImmediate
                return runtime.call(
                    function: UInt16(truncatingIfNeeded: immediate),
                    argument: UInt32(truncatingIfNeeded: immediate >> 16), a, b, index: SlowCall(packed: packed).index)
            }
            functions.operation = { context, a, _, b in
                let state = UnitBench.runtime(context).state
                let frame = (UnsafeMutableRawPointer(state) - CPUState.offsetFromFrame)
                    .assumingMemoryBound(to: UInt64.self)
                return PortableExecutor<FakeRuntime>.evaluateRare(
                    RareFields(packed: state.pointee.callImmediate), a, b, state.pointee.thirdOperand, frame)
            }
            return functions
        }()
    }
#endif
