#if arch(x86_64)
    import TandemBus
    import TandemKernel
    import TandemOS
    import TandemTesting
    import Testing

    @testable import TandemCPU

    @Suite(
        "Hart: direct reads of registers",
        .enabled(if: HostProcessor.current.hasTranslatorFeatures, "this host does not run generated code"))
    struct HartDirectReadTests {
        private static let start: UInt64 = 0x2000_0000

        /// How a program runs. The portable engine reads by transactions, the translator directly where it may.
        private enum Way: CaseIterable {
            case translated, portable, withoutGrants
        }

        private struct Run {
            let bench: HartBench
            let target: Readable
            var outcome: HartOutcome { HartOutcome(bench) }
            var transactions: UInt64 { bench.hart.bus.transactionCount }
        }

        private func run(
            _ source: String, _ way: Way, prepare: (HartBench, Readable) throws -> Void = { _, _ in }
        ) throws -> Run {
            let bench = try HartBench(
                source + "\nj rest\n" + HartBench.handler, dmi: way != .withoutGrants,
                engine: way == .translated ? .translate : .interpret, hotThreshold: 1)
            let target = Readable(bench.sim.context("readable"))
            try bench.sim.map(target.bus, at: Self.start, size: 0x1000)
            try prepare(bench, target)
            bench.run()
            #expect(bench.rests)
            return Run(bench: bench, target: target)
        }

        /// Runs a program in all ways and compares everything that can be seen.
        @discardableResult
        private func compare(
            _ source: String, prepare: (HartBench, Readable) throws -> Void = { _, _ in }
        ) throws -> Run {
            let translated = try run(source, .translated, prepare: prepare)
            for way in [Way.portable, .withoutGrants] {
                let other = try run(source, way, prepare: prepare)
                #expect(other.target.directReads == 0)
                #expect(translated.target.reads == other.target.reads)
                let differences = translated.outcome.differences(from: other.outcome)
                #expect(differences.isEmpty, "\(way): \(differences)")
                if way == .portable { #expect(translated.transactions == other.transactions) }
            }
            return translated
        }

        @Test("a register is read directly at the local time of the instruction, and counted as a transaction")
        func time() throws {
            let run = try compare(
                """
                    li   s0, 0x20000000
                    li   s1, 0x80010000
                    li   s2, 20
                1:  lw   a0, 0(s0)
                    sd   a0, 0(s1)
                    lhu  a1, 4(s0)
                    ld   a2, 8(s0)
                    lbu  a3, 9(s0)
                    add  a4, a4, a2
                    lb   a5, 3(s0)
                    addi s1, s1, 8
                    addi s2, s2, -1
                    bnez s2, 1b
                """)
            // All but the first few of a hundred reads.
            #expect(run.target.directReads > 80 && run.target.reads.count == 100)
            #expect(run.bench.hart.bus.traffic.contains { $0.target == "readable" && $0.cell.reads == 100 })
            #expect(run.bench.hart.bus.traffic.contains { $0.target == "readable" && $0.cell.readBytes == 320 })
        }

        @Test("what a target declines, or does not give, goes over the bus")
        func declines() throws {
            let run = try compare(
                """
                    li   s0, 0x20000000
                    li   s2, 12
                1:  andi t0, s2, 1
                    sw   t0, 16(s0)
                    lw   a0, 16(s0)
                    lw   a1, 32(s0)
                    add  a2, a2, a0
                    addi s2, s2, -1
                    bnez s2, 1b
                """)
            // Six of twelve reads at 16 are declined, none at 32 is direct.
            #expect((1...6).contains(run.target.directReads))
        }

        @Test("floating-point registers and flags survive a direct read")
        func floatingPoint() throws {
            try compare(
                """
                    li   s0, 0x20000000
                    li   t0, 0x6000
                    csrs mstatus, t0
                    li   t1, 3
                    fcvt.d.w f1, t1
                    fcvt.d.w f2, t1
                    li   s2, 20
                1:  fadd.d f1, f1, f2
                    lw   a0, 0(s0)
                    fmul.d f3, f1, f2
                    fld  f4, 8(s0)
                    fdiv.d f5, f1, f3
                    flw  f6, 4(s0)
                    fadd.d f7, f7, f5
                    addi s2, s2, -1
                    bnez s2, 1b
                    csrr a1, fflags
                """)
        }

        @Test("an event that a write brings nearer, and an interrupt, come at the same instruction")
        func events() throws {
            try compare(
                """
                    la   t0, handler
                    csrw mtvec, t0
                    li   s11, 0x80018000
                    li   t0, 0x80
                    csrw mie, t0
                    csrsi mstatus, 8
                    li   s0, 0x20000000
                    li   s2, 300
                1:  lw   a0, 0(s0)
                    andi t0, s2, 31
                    bnez t0, 2f
                    sw   s2, 64(s0)
                2:  lw   a1, 0(s0)
                    lw   a2, 0(s0)
                    addi s2, s2, -1
                    bnez s2, 1b
                    j    rest
                """
            ) { bench, _ in
                try bench.drive(.mtip, [(.nanoseconds(777), true), (.nanoseconds(801), false)])
            }
        }

        @Test("a page that is mapped elsewhere reads what stands there now")
        func remapping() throws {
            let space = AddressSpace()
            let run = try compare(
                HartBench.installHandler + AddressSpace.enter + """
                        li   s0, 0x40003000
                        li   s3, \(space.slot(0x4000_3000))
                        li   s4, \(space.leaf(Self.start))
                        li   s5, \(space.leaf(0x8001_4000))
                        li   s2, 20
                    1:  lw   a0, 0(s0)
                        add  a2, a2, a0
                        xor  s4, s4, s5
                        xor  s5, s4, s5
                        xor  s4, s4, s5
                        sd   s4, 0(s3)
                        sfence.vma
                        addi s2, s2, -1
                        bnez s2, 1b
                        j    rest
                    """
            ) { bench, _ in
                space.install(in: bench)
                space.map(0x4000_3000, to: Self.start, in: bench)
                bench.set(0x8001_4000, 0x77)
            }
            #expect(run.target.reads.count == 10)
        }

        @Test("a target that is mapped over a register is read from then on")
        func overlay() throws {
            let run = try compare(
                """
                    li   s0, 0x20000000
                    li   s2, 40
                1:  lw   a0, 0(s0)
                    add  a1, a1, a0
                    li   t0, 20
                    bne  s2, t0, 2f
                    sw   zero, 128(s0)
                2:  addi s2, s2, -1
                    bnez s2, 1b
                """
            ) { bench, target in
                let device = bench.device
                let router = bench.sim.router
                device.fill = 3
                target.onOverlay = {
                    _ = try? router.map(
                        Region(start: Self.start, size: 0x40, target: device.bus, priority: 1, name: "over"))
                }
            }
            #expect(run.target.reads.count == 21 && run.bench.device.accesses.count == 19)
        }

        @Test("counts that are cleared start anew")
        func clears() throws {
            let run = try run("li s0, 0x20000000\nli s2, 9\n1: lw a0, 0(s0)\naddi s2, s2, -1\nbnez s2, 1b", .translated)
            #expect(run.target.directReads > 5 && run.transactions == 9)
            run.bench.hart.bus.clearTraffic()
            #expect(run.transactions == 0 && run.bench.hart.bus.traffic.isEmpty)
        }
    }

    /// Registers that may be read directly, and remember when they were. At 0 to 15 stands the time of the access; at 16 a
    /// word that is declined while it is odd; from 32 on registers that are not given; a write to 64 notifies an event
    /// soon, one to 128 calls `onOverlay`.
    private final class Readable: Module, BusTarget {
        struct Read: Equatable {
            var offset: UInt64
            var time: SimTime
        }

        let bus: TargetSocket
        private(set) var reads: [Read] = []
        private(set) var directReads = 0
        var onOverlay: () -> Void = {}
        private var word: UInt64 = 0
        private let soon: Event

        override init(_ context: ModuleContext) {
            bus = TargetSocket("bus", context)
            soon = Event("soon", context)
            super.init(context)
            bus.serve(self)
            method("tick", sensitiveTo: [soon], initialize: false) {}
        }

        private func read(_ offset: UInt64, _ delay: SimTime) -> UInt64 {
            let time = now + delay
            reads.append(Read(offset: offset, time: time))
            let value = offset < 16 ? time.picoseconds : word
            return offset < 16 ? value >> (8 * (offset & 3)) : value
        }

        func transport(_ transaction: inout Transaction, delay: inout SimTime) {
            transaction.response = .ok
            if transaction.command == .read {
                let value = read(transaction.address, delay)
                for index in 0..<transaction.count {
                    transaction.data.storeBytes(
                        of: UInt8(truncatingIfNeeded: value >> UInt64(8 * index)), toByteOffset: index,
                        as: UInt8.self)
                }
                return
            }
            switch transaction.address {
            case 16: word = UInt64(transaction.data.loadUnaligned(as: UInt32.self))
            case 64: soon.notify(at: now + delay + .nanoseconds(5))
            case 128: onOverlay()
            default: break
            }
        }

        func directRead(at offset: UInt64, count: Int) -> DirectRead? {
            guard offset < 32 else { return nil }
            return DirectRead(self, argument: offset) { context, offset, delay in
                Unmanaged<Readable>.fromOpaque(context)._withUnsafeGuaranteedRef { target in
                    if offset == 16, target.word & 1 != 0 { return DirectRead.declined }
                    target.directReads += 1
                    return target.read(offset, SimTime(picoseconds: delay))
                }
            }
        }
    }
#endif
