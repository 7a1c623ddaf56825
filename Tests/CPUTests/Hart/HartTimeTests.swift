import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: instructions, cycles and time")
struct HartTimeTests {
    @Test("each instruction takes a cycle, and the counters say so exactly", arguments: [true, false])
    func counters(dmi: Bool) throws {
        let bench = try HartBench(
            """
                rdcycle   a0
                rdinstret a1
                nop
                rdcycle   a2
                rdinstret a3
                li   t0, 5
            1:  addi t0, t0, -1
                bnez t0, 1b
                rdinstret a4
                rdcycle   a5
            """, dmi: dmi)
        bench.run()
        #expect(bench.rests)
        #expect(bench.x("a0") == 0 && bench.x("a1") == 1)
        #expect(bench.x("a2") == 3 && bench.x("a3") == 4)
        #expect(bench.x("a4") == 16 && bench.x("a5") == 17)
        // And the WFI.
        #expect(bench.hart.instructionsRetired == 19)
    }

    @Test("frequency and cycles per instruction set the pace")
    func pace() throws {
        for (cycles, hertz, nanoseconds) in [(1, 1_000_000_000, 1), (3, 1_000_000_000, 3), (2, 100_000_000, 20)] {
            let bench = try HartBench("")
            let hart = try bench.sim.make(
                Hart.self, "slow",
                [
                    "reset-vector": .unsigned(HartBench.ramStart + 0x1000), "timebase": .link(ModulePath("clock")),
                    "frequency": .frequency(.hertz(UInt64(hertz))), "cycles-per-instruction": .unsigned(UInt64(cycles)),
                ])
            hart.bus.bind(to: bench.sim.router.in)
            try bench.place(
                "nop\nnop\nnop\nrdcycle a0\nlui a1, 0x10000\nsd zero, 0(a1)\n1: wfi\nj 1b",
                at: HartBench.ramStart + 0x1000)
            bench.run()
            #expect(hart.integerRegister(10) == UInt64(3 * cycles))
            #expect(bench.device.accesses.first?.time == .nanoseconds(UInt64(5 * nanoseconds)))
        }
    }

    @Test("a written counter goes on from there", arguments: [true, false])
    func writtenCounters(dmi: Bool) throws {
        let bench = try HartBench(
            """
                li   t0, 1000
                csrw mcycle, t0
                csrr a0, mcycle
                csrw minstret, t0
                csrr a1, minstret
                nop
                csrr a2, minstret
                csrr a3, mcycle
            """, dmi: dmi)
        bench.run()
        #expect(bench.x("a0") == 1000)
        #expect(bench.x("a1") == 1000)
        #expect(bench.x("a2") == 1002)
        #expect(bench.x("a3") == 1005)
    }

    @Test("a trapped instruction takes its cycle and does not retire", arguments: [true, false])
    func traps(dmi: Bool) throws {
        for cause in ["ecall", ".word 0", "ebreak", "lw a0, 0(zero)", "csrr a0, 0x123", "csrw 0xc00, zero"] {
            let bench = try HartBench(
                """
                    la   t0, 1f
                    csrw mtvec, t0
                    rdcycle a0
                    rdinstret a1
                    nop
                    \(cause)
                    nop
                .balign 4
                1:  rdcycle a2
                    rdinstret a3
                """, dmi: dmi)
            bench.run()
            #expect(bench.rests)
            // nop, and what trapped; rdinstret itself and the nop.
            #expect(bench.x("a2") - bench.x("a0") == 4, "\(cause)")
            #expect(bench.x("a3") - bench.x("a1") == 3, "\(cause)")
        }
    }

    @Test("an instruction that cannot be fetched takes a cycle too", arguments: [true, false])
    func fetchFault(dmi: Bool) throws {
        let bench = try HartBench(
            """
                la   t0, 1f
                csrw mtvec, t0
                rdcycle a0
                rdinstret a1
                jr   zero
            .balign 4
            1:  rdcycle a2
                rdinstret a3
                csrr a4, mcause
                csrr a5, mepc
            """, dmi: dmi)
        bench.run()
        #expect(bench.x("a4") == ExceptionCause.instructionAccessFault.rawValue && bench.x("a5") == 0)
        #expect(bench.x("a2") - bench.x("a0") == 4)
        #expect(bench.x("a3") - bench.x("a1") == 3)
    }

    @Test(
        "accesses happen at the exact time of their instruction, and their latency follows", arguments: [true, false])
    func accessTimes(dmi: Bool) throws {
        let bench = try HartBench(
            """
                lui  a0, 0x10000
                nop
                lw   a1, 4(a0)
                nop
                sw   a1, 8(a0)
                rdcycle a2
            """, dmi: dmi)
        bench.device.latency = .nanoseconds(100)
        bench.device.fill = 0x5a
        bench.run()
        #expect(bench.device.accesses.map(\.address) == [4, 8])
        #expect(bench.device.accesses.map(\.time) == [.nanoseconds(2), .nanoseconds(104)])
        #expect(bench.device.accesses[1].bytes == [0x5a, 0x5a, 0x5a, 0x5a])
        #expect(bench.x("a2") == 205)
    }

    @Test("time reads the platform's clock")
    func time() throws {
        let bench = try HartBench(
            """
                li   t0, 500
            1:  addi t0, t0, -1
                bnez t0, 1b
                rdtime a0
                rdcycle a1
            """)
        bench.run()
        #expect(bench.x("a1") == 1002)
        #expect(bench.x("a0") == 10)
    }
}
