import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: address translation")
struct HartPagingTests {
    private static let space = AddressSpace()

    private func bench(_ source: String, dmi: Bool = true, handler: Bool = true) throws -> HartBench {
        let bench = try HartBench(
            (handler ? HartBench.installHandler : "") + AddressSpace.enter + source + "\n" + HartBench.handler,
            dmi: dmi)
        Self.space.install(in: bench)
        return bench
    }

    @Test("loads, stores and code go through the tables", arguments: [true, false])
    func translates(dmi: Bool) throws {
        let bench = try bench(
            """
                li   s0, 0x40000000
                li   t0, 0x1234
                sd   t0, 8(s0)
                ld   a0, 8(s0)
                li   t1, 0x80011008
                ld   a1, 0(t1)
                li   s1, 0x40001000
                jalr ra, s1, 0
                j    rest
            """, dmi: dmi)
        Self.space.map(0x4000_0000, to: 0x8001_1000, in: bench)
        Self.space.map(0x4000_1000, to: 0x8001_2000, in: bench)
        try bench.place("li a2, 77\nret", at: 0x8001_2000)
        bench.run()
        #expect(bench.rests && bench.traps == [])
        #expect(bench.x("a0") == 0x1234 && bench.x("a1") == 0x1234 && bench.x("a2") == 77)
    }

    @Test("a missing page faults with its address, by kind of access", arguments: [true, false])
    func faults(dmi: Bool) throws {
        let bench = try bench(
            """
                li   s0, 0x40005000
                ld   a0, 16(s0)
                sd   a0, 24(s0)
                amoadd.w a0, a0, (s0)
                lr.w a0, (s0)
                li   s1, 0x40004ffc
                ld   a0, 0(s1)
                sd   a0, 2(s1)
                li   s2, 0x8000000000000000
                lb   a0, 0(s2)
                j    rest
            """, dmi: dmi)
        Self.space.map(0x4000_4000, to: 0x8001_1000, in: bench)
        bench.run()
        #expect(bench.rests)
        #expect(bench.traps.map(\.cause) == [13, 15, 15, 13, 13, 15, 13])
        #expect(
            bench.traps.map(\.value) == [
                0x4000_5010, 0x4000_5018, 0x4000_5000, 0x4000_5000, 0x4000_5000, 0x4000_5000, 1 << 63,
            ])
        #expect(bench.word(0x8001_1ff8) == 0)
    }

    @Test("a fetch from a missing page faults with its address, a crossing instruction with that of its second half")
    func fetchFaults() throws {
        let bench = try bench(
            """
                csrr t0, sstatus
                li   t0, 0x1000
                csrw sscratch, t0
                la   t0, handled
                csrw stvec, t0
                li   s0, 0x40000ffc
                jr   s0
            .balign 4
            handled:
                csrr a0, scause
                csrr a1, stval
                csrr a2, sepc
                j    rest
            """, handler: false)
        bench.hart.privileged.exceptionDelegation = 0xb3ff
        Self.space.map(0x4000_0000, to: 0x8001_1000, in: bench)
        try bench.place("c.addi a5, 1\n.half 0x0513", at: 0x8001_1ffc)
        bench.run()
        #expect(bench.rests && bench.x("a5") == 1)
        #expect(bench.x("a0") == 12 && bench.x("a1") == 0x4000_1000 && bench.x("a2") == 0x4000_0ffe)
    }

    @Test(
        "the hart sets A at the first access and D at the first store, also when the page is known",
        arguments: [true, false])
    func accessedAndDirty(dmi: Bool) throws {
        let slot = Self.space.slot(0x4000_0000)
        let bench = try bench(
            """
                li   s0, 0x40000000
                li   s1, \(slot)
                ld   a0, 0(s1)
                ld   t0, 0(s0)
                ld   a1, 0(s1)
                sd   t0, 0(s0)
                ld   a2, 0(s1)
                j    rest
            """, dmi: dmi)
        let leaf = Self.space.leaf(0x8001_1000, PTE.v | PTE.r | PTE.w)
        bench.set(slot, leaf)
        bench.run()
        #expect(bench.rests && bench.traps == [])
        #expect(bench.x("a0") == leaf && bench.x("a1") == leaf | PTE.a && bench.x("a2") == leaf | PTE.a | PTE.d)
    }

    @Test(
        "a changed entry is seen after SFENCE.VMA for the page, for all, and after a new satp",
        arguments: [true, false])
    func fences(dmi: Bool) throws {
        for fence in [
            "sfence.vma s0, zero", "sfence.vma", "sinval.vma s0, zero", "csrr t2, satp\ncsrw satp, zero\ncsrw satp, t2",
        ] {
            let bench = try bench(
                """
                    li   s0, 0x40000000
                    ld   a0, 0(s0)
                    li   t0, \(Self.space.leaf(0x8001_2000))
                    li   t1, \(Self.space.slot(0x4000_0000))
                    sd   t0, 0(t1)
                    \(fence)
                    ld   a1, 0(s0)
                    sd   a1, 8(s0)
                    j    rest
                """, dmi: dmi)
            Self.space.map(0x4000_0000, to: 0x8001_1000, in: bench)
            bench.set(0x8001_1000, 1)
            bench.set(0x8001_2000, 2)
            bench.run()
            #expect(bench.rests && bench.traps == [])
            #expect(bench.x("a0") == 1 && bench.x("a1") == 2, "\(fence)")
            #expect(bench.word(0x8001_2008) == 2)
        }
    }

    @Test("code of a page that is mapped elsewhere is found again after the fence, its chained blocks too")
    func remappedCode() throws {
        let bench = try bench(
            """
                li   s0, 0x40000000
                li   s1, 4
            1:  jalr ra, s0, 0
                addi s1, s1, -1
                bnez s1, 1b
                mv   s2, a0
                li   t0, \(Self.space.leaf(0x8001_2000))
                li   t1, \(Self.space.slot(0x4000_0000))
                sd   t0, 0(t1)
                sfence.vma s0, zero
                jalr ra, s0, 0
                j    rest
            """)
        Self.space.map(0x4000_0000, to: 0x8001_1000, in: bench)
        try bench.place("addi a0, a0, 1\nj 1f\n1: addi a0, a0, 1\nret", at: 0x8001_1000)
        try bench.place("addi a0, a0, 100\nj 1f\n1: addi a0, a0, 100\nret", at: 0x8001_2000)
        bench.run()
        #expect(bench.rests && bench.x("s2") == 8 && bench.x("a0") == 208)
    }

    @Test("SUM and MXR take effect at the next access", arguments: [true, false])
    func statusBits(dmi: Bool) throws {
        let bench = try bench(
            """
                li   s0, 0x40000000        # a page of U
                li   s1, 0x40001000        # to be executed only
                li   s2, \(Status.sum)
                li   s3, \(Status.mxr)
                ld   a0, 0(s0)             # faults
                csrs sstatus, s2
                ld   a0, 0(s0)
                csrc sstatus, s2
                ld   a1, 0(s0)             # faults
                ld   a2, 0(s1)             # faults
                csrs sstatus, s3
                ld   a2, 0(s1)
                csrc sstatus, s3
                ld   a3, 0(s1)             # faults
                j    rest
            """, dmi: dmi)
        Self.space.map(0x4000_0000, to: 0x8001_1000, AddressSpace.rights | PTE.u, in: bench)
        Self.space.map(0x4000_1000, to: 0x8001_2000, PTE.v | PTE.x | PTE.a, in: bench)
        bench.set(0x8001_1000, 5)
        bench.set(0x8001_2000, 6)
        bench.run()
        #expect(bench.rests)
        #expect(bench.traps.map(\.cause) == [13, 13, 13, 13])
        #expect(bench.x("a0") == 5 && bench.x("a1") == 0 && bench.x("a2") == 6 && bench.x("a3") == 0)
    }

    @Test("MPRV makes M's loads and stores those of the mode before, and not its fetches", arguments: [true, false])
    func modifiedPrivilege(dmi: Bool) throws {
        let bench = try HartBench(
            HartBench.installHandler + """
                    li   t0, -1
                    csrw pmpaddr0, t0
                    li   t0, 0x1f
                    csrw pmpcfg0, t0
                    li   t0, \(8 << 60 | AddressSpace.root >> 12)
                    csrw satp, t0
                    li   s0, 0x40000000
                    li   s1, \(Status.mprv)
                    li   s2, 0x1800
                    li   s3, 0x0800
                    ld   a0, 0(s0)             # nothing is there: access fault
                    csrc mstatus, s2
                    csrs mstatus, s3
                    csrs mstatus, s1
                    ld   a0, 0(s0)             # as S
                    sd   a0, 8(s0)
                    csrc mstatus, s1
                    ld   a1, 0(s0)             # as M again
                    j    rest
                """ + "\n" + HartBench.handler, dmi: dmi)
        Self.space.install(in: bench)
        Self.space.map(0x4000_0000, to: 0x8001_1000, in: bench)
        bench.set(0x8001_1000, 42)
        bench.run()
        #expect(bench.rests)
        #expect(bench.traps.map(\.cause) == [5, 5])
        #expect(bench.x("a0") == 42 && bench.x("a1") == 0 && bench.word(0x8001_1008) == 42)
    }

    @Test("superpages translate, and 64 KiB pages too")
    func largePages() throws {
        let bench = try bench(
            """
                li   s0, 0x40203450
                ld   a0, 0(s0)
                li   s0, 0x4000a450
                ld   a1, 0(s0)
                sfence.vma s0, zero
                ld   a1, 0(s0)
                j    rest
            """)
        // 2 MiB at 0x40200000, 64 KiB at 0x40000000.
        bench.set(AddressSpace.root + 0x1000 + 8, Self.space.leaf(0x8000_0000))
        for page in 0..<16 {
            bench.set(
                Self.space.slot(0x4000_0000 + UInt64(page) << 12), Self.space.leaf(0x8002_8000) | PTE.n)
        }
        bench.set(0x8000_3450, 31)
        bench.set(0x8002_a450, 32)
        bench.run()
        #expect(bench.rests && bench.traps == [])
        #expect(bench.x("a0") == 31 && bench.x("a1") == 32)
    }

    @Test("page tables in protected or missing memory are access faults of the access")
    func tableFaults() throws {
        let bench = try bench(
            """
                li   s0, 0x40000000
                ld   a0, 0(s0)
                sd   a0, 0(s0)
                j    rest
            """)
        bench.set(AddressSpace.root + 0x1000, PTE.page(0x4000_0000_0000) | PTE.v)
        bench.run()
        #expect(bench.rests)
        #expect(bench.traps.map(\.cause) == [5, 7] && bench.traps.map(\.value) == [0x4000_0000, 0x4000_0000])
    }

    @Test("page walks are counted, apart from the other traffic")
    func walkTraffic() throws {
        for dmi in [true, false] {
            let bench = try bench("li s0, 0x40000000\nld a0, 0(s0)\nld a0, 8(s0)\nj rest", dmi: dmi)
            Self.space.map(0x4000_0000, to: 0x8001_1000, PTE.v | PTE.r | PTE.w, in: bench)
            bench.run()
            let walks = try #require(bench.hart.bus.pageWalkTraffic.first)
            // Code: one gigapage, seen for the one page of code: 1 read. The page of data: 3 reads and A.
            #expect(walks.reads == 4 && walks.writes == 1 && walks.readBytes == 32 && walks.writeBytes == 8)
        }
    }
}
