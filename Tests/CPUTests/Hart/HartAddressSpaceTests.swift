import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: address-space identifiers")
struct HartAddressSpaceTests {
    /// Machine mode whose loads and stores are those of user mode (MPRV), in two address spaces that show different
    /// pages at 0x40000000, and with the same ASID a third.
    private static let prologue = """
        li   t0, -1
        csrw pmpaddr0, t0
        li   t0, 0x1f
        csrw pmpcfg0, t0
        li   s0, 0x40000000
        li   s1, \(satp(1, root(0)))
        li   s2, \(satp(2, root(1)))
        li   s3, \(satp(1, root(2)))
        li   t0, 0x1800
        csrc mstatus, t0
        li   t1, 0x20000

        """

    private static func root(_ number: UInt64) -> UInt64 { 0x8010_0000 + number << 14 }
    private static func satp(_ asid: UInt64, _ root: UInt64) -> UInt64 { 8 << 60 | asid << 44 | root >> 12 }
    private static func slot(_ number: UInt64) -> UInt64 { root(number) + 0x2000 }
    private static func page(_ number: UInt64) -> UInt64 { 0x8001_1000 + number << 12 }

    /// One load as user mode into a register.
    private static func load(_ register: String) -> String {
        "csrs mstatus, t1\nld \(register), 0(s0)\ncsrc mstatus, t1\n"
    }

    private func bench(_ source: String, global: Bool = false) throws -> HartBench {
        let bench = try HartBench(Self.prologue + source + "\nj rest\n")
        for number in 0..<3 as Range<UInt64> {
            bench.set(Self.root(number) + 8, PTE.page(Self.root(number) + 0x1000) | PTE.v)
            bench.set(Self.root(number) + 0x1000, PTE.page(Self.slot(number)) | PTE.v)
            bench.set(
                Self.slot(number), PTE.page(Self.page(number)) | AddressSpace.rights | PTE.u | (global ? PTE.g : 0))
            bench.set(Self.page(number), 10 + number)
        }
        return bench
    }

    private func walks(_ bench: HartBench) -> UInt64 { bench.hart.bus.pageWalkTraffic.reduce(0) { $0 + $1.reads } }

    @Test("what is known of an address space is there again when satp comes back to it")
    func comesBack() throws {
        let bench = try bench(
            "csrw satp, s1\n" + Self.load("a0") + "csrw satp, s2\n" + Self.load("a1") + "csrw satp, s1\n"
                + Self.load("a2") + "csrw satp, s2\n" + Self.load("a3"))
        bench.run()
        #expect(bench.rests)
        #expect(["a0", "a1", "a2", "a3"].map { bench.x($0) } == [10, 11, 10, 11])
        #expect(walks(bench) == 6, "three levels, once for each space")
    }

    @Test("an ASID whose root changes starts afresh")
    func newRoot() throws {
        let bench = try bench(
            "csrw satp, s1\n" + Self.load("a0") + "csrw satp, s3\n" + Self.load("a1") + "csrw satp, s1\n"
                + Self.load("a2"))
        bench.run()
        #expect(bench.rests && ["a0", "a1", "a2"].map { bench.x($0) } == [10, 12, 10])
        #expect(walks(bench) == 9)
    }

    @Test(
        "a fence reaches the address space that it names, and one without a name all of them",
        arguments: [
            ("sfence.vma zero, t3", 1, true), ("sfence.vma zero, t3", 2, false), ("sfence.vma zero, zero", 0, true),
            ("sfence.vma s0, zero", 0, true), ("sfence.vma s0, t3", 1, true),
        ])
    func fences(fence: String, asid: Int, reaches: Bool) throws {
        // The entry of the first space changes while the second is in use.
        let bench = try bench(
            "csrw satp, s1\n" + Self.load("a0") + """
                csrw satp, s2
                li   t2, \(PTE.page(Self.page(2)) | AddressSpace.rights | PTE.u)
                li   t3, \(Self.slot(0))
                sd   t2, 0(t3)
                li   t3, \(asid)
                \(fence)
                csrw satp, s1

                """ + Self.load("a1"))
        bench.run()
        #expect(bench.rests && bench.x("a0") == 10)
        #expect(bench.x("a1") == (reaches ? 12 : 10))
    }

    @Test("supervisor mode keeps global pages over a change of the address space, and no others")
    func globalPages() throws {
        for isGlobal in [true, false] {
            // As supervisor mode that may touch user pages.
            let bench = try bench(
                "li t1, 0x60800\ncsrw satp, s1\n" + Self.load("a0") + "csrw satp, s2\n"
                    + "li t1, 0x60800\n" + Self.load("a1"), global: isGlobal)
            bench.run()
            #expect(bench.rests && bench.x("a0") == 10)
            #expect(bench.x("a1") == (isGlobal ? 10 : 11), "the mapping claims to be the same everywhere")
        }
    }

    @Test("another scheme forgets all")
    func newScheme() throws {
        let bench = try bench(
            "csrw satp, s1\n" + Self.load("a0") + "csrw satp, zero\ncsrw satp, s1\n" + Self.load("a1"))
        bench.run()
        #expect(bench.rests && bench.x("a1") == 10)
        #expect(walks(bench) == 6)
    }
}
