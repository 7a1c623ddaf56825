import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: code that changes, and code at the edges of pages")
struct HartCodeTests {
    /// `addi a0, a0, n` as a word.
    private static func addi(_ n: UInt32) -> UInt32 { n << 20 | 0x0005_0513 }

    @Test("code that a program writes is executed after fence.i", arguments: [true, false])
    func selfModifying(dmi: Bool) throws {
        let bench = try HartBench(
            """
                la   s0, patch
                li   s1, \(Self.addi(100))
                call patch
                sw   s1, 0(s0)
                fence.i
                call patch
                call patch
                j    rest
            .balign 4
            patch:
                addi a0, a0, 1
                ret
            """, dmi: dmi)
        bench.run()
        #expect(bench.rests && bench.x("a0") == 201)
    }

    @Test("a program may overwrite the instruction after the store, in the same block", arguments: [true, false])
    func nextInstruction(dmi: Bool) throws {
        let bench = try HartBench(
            """
                li   s2, 3
            1:  la   s0, patch
                li   s1, \(Self.addi(100))
                sw   s1, 0(s0)
                fence.i
            patch:
                addi a0, a0, 1
                li   s1, \(Self.addi(1))
                sw   s1, 0(s0)
                addi s2, s2, -1
                bnez s2, 1b
            """, dmi: dmi)
        bench.run()
        #expect(bench.rests && bench.x("a0") == 300)
    }

    @Test("data next to code may be written all the time")
    func dataNextToCode() throws {
        let bench = try HartBench(
            """
                la   s0, counter
                li   t0, 100
            1:  ld   a0, 0(s0)
                addi a0, a0, 1
                sd   a0, 0(s0)
                addi t0, t0, -1
                bnez t0, 1b
                j    rest
            .balign 8
            counter: .dword 0
            """)
        bench.run()
        #expect(bench.rests && bench.x("a0") == 100)
    }

    @Test("code that was translated as the cache ran full is watched like any other")
    func flushedWhileTranslating() throws {
        // Each turn writes an instruction of the block that is running: 40,000 blocks fill the cache several times over.
        let bench = try HartBench(
            """
                la   s0, patch
                li   s1, 0x00100513
                li   s2, 0x00200513
                li   t0, 20000
            1:  sw   s1, 0(s0)
                xor  s1, s1, s2
                xor  s2, s2, s1
                xor  s1, s1, s2
            .balign 4
            patch:
                addi a0, zero, 3
                add  a1, a1, a0
                addi t0, t0, -1
                bnez t0, 1b
                j    rest
            """)
        bench.run(for: .milliseconds(1))
        #expect(bench.rests && bench.x("a1") == 30_000)
    }

    @Test("code that another initiator writes is executed", arguments: [true, false])
    func directMemoryAccess(dmi: Bool) throws {
        let bench = try HartBench(
            """
            1:  call patch
                j    1b
            .balign 4
            patch:
                addi a0, zero, 1
                ret
            """, dmi: dmi)
        bench.run(for: .nanoseconds(100))
        #expect(bench.x("a0") == 1)
        bench.sim.probe.write(bench.address(of: "patch"), UInt32(0x0050_0513))  // addi a0, zero, 5
        bench.run(for: .nanoseconds(100))
        #expect(bench.x("a0") == 5)
        // Through a grant, as a device with direct memory writes.
        let grant = try #require(bench.sim.probe.bus.directMemory(at: bench.address(of: "patch"), for: .write))
        var word: UInt32 = 0x0070_0513
        var delay = SimTime.zero
        grant.write(at: bench.address(of: "patch"), from: &word, count: 4, delay: &delay)
        bench.run(for: .nanoseconds(100))
        #expect(bench.x("a0") == 7)
        bench.ram.load([0x13, 0x05, 0x90, 0x00], at: bench.address(of: "patch") - HartBench.ramStart)
        bench.run(for: .nanoseconds(100))
        #expect(bench.x("a0") == 9)
    }

    @Test("an instruction may cross from page to page, and either half may change", arguments: [true, false])
    func crossing(dmi: Bool) throws {
        let bench = try HartBench(
            """
                li   s0, 0x80002ffe
                li   t0, 4
            1:  jalr ra, s0, 0
                addi t0, t0, -1
                bnez t0, 1b
                li   t0, 0x0645        # upper half of addi a0, a0, 100
                sh   t0, 2(s0)
                fence.i
                jalr ra, s0, 0
                li   t0, 0x0593        # lower half of addi a1, a0, …
                sh   t0, 0(s0)
                fence.i
                jalr ra, s0, 0
            """, dmi: dmi)
        try bench.place("addi a0, a0, 1\nret", at: 0x8000_2ffe)
        bench.run()
        #expect(bench.rests)
        #expect(bench.x("a0") == 104)
        #expect(bench.x("a1") == 204)
    }

    @Test(
        "an instruction whose second half cannot be fetched traps with the address of that half",
        arguments: [true, false])
    func crossingFault(dmi: Bool) throws {
        let bench = try HartBench(
            """
                la   t0, 1f
                csrw mtvec, t0
                li   s0, 0x801ffffc
                jr   s0
            .balign 4
            1:  csrr a1, mcause
                csrr a2, mtval
                csrr a3, mepc
            """, dmi: dmi)
        try bench.place("c.addi a0, 1\n.half 0x0513", at: 0x801f_fffc)
        bench.run()
        #expect(bench.rests && bench.x("a0") == 1)
        #expect(bench.x("a1") == 1 && bench.x("a2") == 0x8020_0000 && bench.x("a3") == 0x801f_fffe)
    }

    @Test("a page-crossing instruction follows its second page when that is mapped elsewhere")
    func crossingRemapped() throws {
        let space = AddressSpace()
        let bench = try HartBench(
            AddressSpace.enter + """
                    li   s0, 0x40000ffe
                    jalr ra, s0, 0
                    mv   s1, a0
                    li   t0, \(space.leaf(0x8001_3000))
                    li   t1, \(space.slot(0x4000_1000))
                    sd   t0, 0(t1)
                    li   t2, 0x40001000
                    sfence.vma t2, zero
                    li   a0, 0
                    jalr ra, s0, 0
                    j    rest
                """)
        space.install(in: bench)
        space.map(0x4000_0000, to: 0x8001_1000, in: bench)
        space.map(0x4000_1000, to: 0x8001_2000, in: bench)
        // addi a0, a0, 1 crosses; elsewhere its second half says 100.
        try bench.place("addi a0, a0, 1\nret", at: 0x8001_1ffe)
        try bench.place(".half 0x0645\nret", at: 0x8001_3000)
        bench.run()
        #expect(bench.rests && bench.x("s1") == 1 && bench.x("a0") == 100)
    }

    @Test("a hart without C traps on misaligned targets, before anything is linked")
    func misalignedTargets() throws {
        let bench = try HartBench(
            HartBench.installHandler + """
                    li   ra, 5
                    la   a0, 1f
                    addi a0, a0, 2
                1:  jalr ra, 0(a0)
                    jalr ra, 1(a0)
                    beq  zero, zero, .+6
                    bne  zero, zero, .+6
                    jal  ra, .+6
                    jal  a5, 2f
                2:  j rest
                """ + "\n" + HartBench.handler, isa: "rv64ima_zicsr_zifencei")
        bench.run()
        #expect(bench.rests)
        #expect(bench.traps.map(\.cause) == [0, 0, 0, 0])
        #expect(bench.traps.prefix(2).map(\.value) == [bench.x("a0"), bench.x("a0")])
        #expect(bench.x("ra") == 5)
        #expect(bench.x("a5") != 0)
    }
}
