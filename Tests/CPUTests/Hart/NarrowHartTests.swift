import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: RV32")
struct NarrowHartTests {
    private static let space = NarrowAddressSpace()
    private static let isa = "rv32imafdc_zba_zbb_zbs_zicboz_zicntr_sstc_svadu"

    /// A handler for M that stores cause, value and address of each trap from 0x80018000 on (s11), and goes on behind the
    /// instruction of four bytes that trapped, or at `s10` if that is not 0. Uses t3 and s11.
    private static let handler = """
        .balign 4
        handler:
            csrr t3, mcause
            sw   t3, 0(s11)
            csrr t3, mtval
            sw   t3, 4(s11)
            csrr t3, mepc
            sw   t3, 8(s11)
            addi s11, s11, 12
            addi t3, t3, 4
            beqz s10, 1f
            mv   t3, s10
        1:  csrw mepc, t3
            mret
        """

    private static let installHandler = """
        la   t3, handler
        csrw mtvec, t3
        li   s11, 0x80018000
        li   s10, 0

        """

    private func bench(_ source: String, dmi: Bool = true, paging: Bool = false) throws -> HartBench {
        let bench = try HartBench(
            Self.installHandler + (paging ? NarrowAddressSpace.enter : "") + source + "\nj rest\n" + Self.handler,
            dmi: dmi, isa: Self.isa)
        if paging { Self.space.install(in: bench) }
        return bench
    }

    private func word(_ bench: HartBench, _ address: UInt64) -> UInt64 { bench.word(address) & 0xffff_ffff }

    /// What the handler has noted: cause, value, address.
    private func traps(_ bench: HartBench) -> [[UInt64]] {
        let count = (bench.x("s11") - HartBench.log) / 12
        return (0..<count).map { trap in (0..<3).map { word(bench, HartBench.log + 12 * trap + 4 * $0) } }
    }

    @Test("registers have 32 bits, for the guest and for whoever looks", arguments: [true, false])
    func registers(dmi: Bool) throws {
        let bench = try bench(
            """
                li   a0, -1
                srli a1, a0, 31
                lui  a2, 0x80000
                addi a2, a2, -1
                auipc a3, 0x80000
                la   t0, here
                sub  a3, a3, t0
            here:
                li   t0, 0x80010000
                sw   a0, 0(t0)
                lw   a4, 0(t0)
                lhu  a5, 0(t0)
                sltu a6, zero, a0
                li   t1, 0x40000000
                slli a7, t1, 2
                csrw mscratch, a0
                csrr s2, mscratch
                bltz a0, 1f
                li   s3, 1
            1:  clz  s4, a7
                mulhu s5, a0, a0
                rev8 s6, t0
            """, dmi: dmi)
        bench.run()
        #expect(bench.rests && traps(bench) == [])
        let expected: [(String, UInt64)] = [
            ("a0", 0xffff_ffff), ("a1", 1), ("a2", 0x7fff_ffff), ("a4", 0xffff_ffff), ("a5", 0xffff), ("a6", 1),
            ("a7", 0), ("s2", 0xffff_ffff), ("s3", 0), ("s4", 32), ("s5", 0xffff_fffe), ("s6", 0x0180),
            ("t0", 0x8001_0000),
        ]
        for (name, value) in expected { #expect(bench.x(name) == value, "\(name)") }
        #expect(bench.hart.programCounter == bench.address(of: "rest") + 4)
        bench.hart.setIntegerRegister(10, 0xffff_ffff_8000_0000)
        bench.hart.setIntegerRegister(11, 0x8000_0000)
        #expect(bench.x("a0") == 0x8000_0000 && bench.hart.frame[10] == bench.hart.frame[11])
        #expect(bench.hart.csr(CSRAddress.misa).map { $0 >> 30 } == 1)
        #expect(bench.hart.csr(CSRAddress.mcycleh) == 0 && bench.hart.csr(CSRAddress.mstatush) == 0)
    }

    @Test(
        "addresses wrap around at 32 bits, for loads, stores, jumps and accesses across the end",
        arguments: [true, false])
    func wrapping(dmi: Bool) throws {
        let bench = try bench(
            """
                li   s0, -16
                lw   a0, 0x10(s0)
                lw   a0, -0x10(s0)
                sw   a0, 0x20(s0)
                lw   a0, 13(s0)
                li   t0, -2
                la   s10, 1f
                jalr ra, 0(t0)
            1:  lui  t1, 0x80010
                lw   a1, 0(t1)
            """, dmi: dmi)
        bench.set(HartBench.data, 0x1234_5678)
        bench.run()
        #expect(bench.rests)
        #expect(
            traps(bench).map { [$0[0], $0[1]] } == [
                [5, 0], [5, 0xffff_ffe0], [7, 0x10], [5, 0xffff_fffd], [1, 0xffff_fffe],
            ])
        #expect(traps(bench).last?.last == 0xffff_fffe)
        #expect(bench.x("a1") == 0x1234_5678)
    }

    @Test("counters and the clock come in halves")
    func counters() throws {
        let bench = try bench(
            """
                csrr a0, minstret
                csrr a1, minstreth
                li   t0, 7
                csrw mcycleh, t0
                li   t0, -3
                csrw mcycle, t0
                rdcycleh a2
                nop
                nop
                rdcycleh a3
                rdcycle a4
                csrr a5, timeh
                csrr a6, cycleh
            """)
        bench.run()
        #expect(bench.rests && traps(bench) == [])
        #expect(bench.x("a1") == 0 && bench.x("a0") > 0 && bench.x("a0") < 20)
        #expect(bench.x("a2") == 7 && bench.x("a3") == 8 && bench.x("a4") == 1 && bench.x("a6") == 8)
        #expect(bench.x("a5") == 0)
    }

    @Test("the supervisor's timer is set by halves (Sstc §2.1)", arguments: [true, false])
    func timer(dmi: Bool) throws {
        let bench = try bench(
            """
                lui  t0, 0x80000
                csrw menvcfgh, t0
                li   t0, -1
                csrw stimecmp, t0
                csrw stimecmph, zero
                li   t0, 2
                csrw stimecmp, t0
                li   t0, 0x20
                csrw mie, t0
                wfi
                csrr a0, mip
                rdtime a1
                csrw stimecmph, t0
                csrr a2, mip
                csrr a3, stimecmp
                csrr a4, stimecmph
            """, dmi: dmi)
        bench.run()
        #expect(bench.rests && traps(bench) == [])
        #expect(bench.x("a0") == 0x20 && bench.x("a1") == 2)
        #expect(bench.x("a2") == 0 && bench.x("a3") == 2 && bench.x("a4") == 0x20)
    }

    @Test("Sv32 translates code and data, by pages of 4 KiB and 4 MiB", arguments: [true, false])
    func translates(dmi: Bool) throws {
        let bench = try bench(
            """
                li   s0, 0x40000000
                li   t0, 0x1234
                sw   t0, 8(s0)
                lw   a0, 8(s0)
                li   t1, 0x80011008
                lw   a1, 0(t1)
                li   s1, 0x40001000
                jalr ra, s1, 0
                li   s2, 0x40002ffe        # across two pages
                sw   t0, 0(s2)
                lw   a3, 0(s2)
                fld  fa0, -8(s2)
                fsd  fa0, 8(s0)
            """, dmi: dmi, paging: true)
        Self.space.map(0x4000_0000, to: 0x8001_1000, in: bench)
        Self.space.map(0x4000_1000, to: 0x8001_2000, in: bench)
        Self.space.map(0x4000_2000, to: 0x8001_3000, in: bench)
        Self.space.map(0x4000_3000, to: 0x8001_5000, in: bench)
        bench.hart.privileged.floatState = 1
        try bench.place("li a2, 77\nret", at: 0x8001_2000)
        bench.run()
        #expect(bench.rests && traps(bench) == [])
        #expect(bench.x("a0") == 0x1234 && bench.x("a1") == 0x1234 && bench.x("a2") == 77 && bench.x("a3") == 0x1234)
        #expect(bench.word(0x8001_3ff8) >> 48 == 0x1234 && bench.word(0x8001_5000) == 0)
    }

    @Test("faults name the address in 32 bits, by kind of access", arguments: [true, false])
    func faults(dmi: Bool) throws {
        let bench = try bench(
            """
                li   s0, 0x40005000
                lw   a0, 16(s0)
                sw   a0, 24(s0)
                amoadd.w a0, a0, (s0)
                lr.w a0, (s0)
                li   s1, 0x40004ffe
                lw   a0, 0(s1)
                sw   a0, 0(s1)
                li   s2, 0xfffff000
                lb   a0, 0(s2)
                la   s10, 1f
                jr   s2
            1:
            """, dmi: dmi, paging: true)
        Self.space.map(0x4000_4000, to: 0x8001_1000, in: bench)
        bench.run()
        #expect(bench.rests)
        #expect(
            traps(bench).map { [$0[0], $0[1]] } == [
                [13, 0x4000_5010], [15, 0x4000_5018], [15, 0x4000_5000], [13, 0x4000_5000], [13, 0x4000_5000],
                [15, 0x4000_5000], [13, 0xffff_f000], [12, 0xffff_f000],
            ])
    }

    @Test("the hart sets A and D in entries of four bytes and leaves their neighbours alone", arguments: [true, false])
    func accessedAndDirty(dmi: Bool) throws {
        let slot = Self.space.slot(0x4000_0000)
        let bench = try bench(
            """
                li   s0, 0x40000000
                li   s1, \(slot)
                lw   t0, 0(s0)
                lw   a1, 0(s1)
                sw   t0, 0(s0)
                lw   a2, 0(s1)
                lw   a3, 4(s1)
            """, dmi: dmi, paging: true)
        let leaf = Self.space.leaf(0x8001_1000, PTE.v | PTE.r | PTE.w)
        bench.set(slot, leaf, bytes: 4)
        bench.set(slot + 4, 0xabcd_ef00, bytes: 4)
        bench.run()
        #expect(bench.rests && traps(bench) == [])
        #expect(bench.x("a1") == leaf | PTE.a && bench.x("a2") == leaf | PTE.a | PTE.d && bench.x("a3") == 0xabcd_ef00)
    }

    @Test("page walks are counted with four bytes for an entry")
    func walkTraffic() throws {
        for dmi in [true, false] {
            let bench = try bench("li s0, 0x40000000\nlw a0, 0(s0)\nlw a0, 8(s0)", dmi: dmi, paging: true)
            Self.space.map(0x4000_0000, to: 0x8001_1000, PTE.v | PTE.r | PTE.w, in: bench)
            bench.run()
            let walks = try #require(bench.hart.bus.pageWalkTraffic.first)
            // Code: one megapage: 1 read. The page of data: 2 reads and A.
            #expect(walks.reads == 3 && walks.writes == 1 && walks.readBytes == 12 && walks.writeBytes == 4)
        }
    }

    @Test("SFENCE.VMA takes an address of 32 bits, whatever its sign")
    func fence() throws {
        let bench = try bench(
            """
                li   s0, 0xfffff000
                lw   a0, 0(s0)
                li   t0, \(Self.space.leaf(0x8001_2000))
                li   t1, \(Self.space.slot(0xffff_f000))
                sw   t0, 0(t1)
                sfence.vma s0, zero
                lw   a1, 0(s0)
            """, paging: true)
        bench.set(NarrowAddressSpace.root + 1023 * 4, PTE.page(NarrowAddressSpace.root + 0x1000) | PTE.v, bytes: 4)
        Self.space.map(0xffff_f000, to: 0x8001_1000, in: bench)
        bench.set(0x8001_1000, 1)
        bench.set(0x8001_2000, 2)
        bench.run()
        #expect(bench.rests && traps(bench) == [] && bench.x("a0") == 1 && bench.x("a1") == 2)
    }

    @Test("without C, a jump off its boundary is refused, and links are those of RV32")
    func withoutCompressed() throws {
        let bench = try HartBench(
            Self.installHandler + """
                    la   t0, 1f
                    jalr ra, 2(t0)
                1:  jalr a1, 4(t0)
                    li   a2, 1
                    li   t1, -1
                    li   t2, 1
                    bltu t1, t2, rest
                    blt  t2, t1, rest
                    li   a3, 1
                    j    rest

                """ + Self.handler, isa: "rv32ima_zicsr_zifencei")
        bench.run()
        let target = bench.address(of: "handler")
        #expect(bench.rests && target > 0)
        #expect(traps(bench).map { $0[0] } == [0])
        #expect(traps(bench).first?[1] == traps(bench).first.map { $0[2] + 6 })
        #expect(bench.x("a3") == 1 && bench.x("a1") >> 31 == 1)
        #expect(bench.hart.frame[11] >> 32 == 0xffff_ffff, "a link is kept sign-extended")
    }

    @Test("a snapshot holds 32-bit registers, and goes to a hart of that width only")
    func snapshot() throws {
        let source = "li a0, -1\nli t0, 0x80010000\n1: addi a1, a1, -1\nsw a1, 0(t0)\nli t1, -300\nbne a1, t1, 1b"
        let straight = try bench(source)
        straight.run()
        let first = try bench(source)
        first.run(for: .nanoseconds(400))
        let saved = first.hart.saveState()
        #expect(HartPayload(first.hart).registers[10] == 0xffff_ffff)
        let second = try bench(source)
        try second.hart.restoreState(saved)
        #expect(second.hart.saveState() == saved)
        second.ram.load(first.ram.bytes(at: 0, count: 0x1_1000), at: 0)
        second.run()
        #expect(straight.rests && second.rests && straight.hart.saveState() == second.hart.saveState())

        let wide = try HartBench("nop")
        let error = #expect(throws: SnapshotError.self) { try wide.hart.restoreState(saved) }
        #expect(error.map { "\($0)" }?.contains("32-bit") == true)
    }

    @Test("what does not fit the width is refused, and says why")
    func mistakes() throws {
        func complaint(_ properties: PropertyValues) -> String? {
            let sim = SimBench()
            do {
                let hart = try sim.make(Hart.self, "cpu", properties)
                hart.bus.bind(to: sim.router.in)
                try hart.elaborated()
                return nil
            } catch { return "\(error)" }
        }
        #expect(complaint(["isa": .string("rv32gc_svnapot")])?.contains("svnapot") == true)
        #expect(complaint(["mmu": .string("sv32")])?.contains("Sv32") == true)
        #expect(complaint(["isa": .string("rv32gc"), "mmu": .string("sv32")]) == nil)
        #expect(complaint(["isa": .string("rv32gc")]) == nil)
        let sim = SimBench()
        let hart = try sim.make(Hart.self, "cpu", ["isa": .string("rv32gc")])
        #expect(hart.translationName == "riscv,sv32" && hart.xlen == .rv32)
        #expect(hart.extensions.isaString(xlen: hart.xlen).hasPrefix("rv32imafdc"))
    }
}
