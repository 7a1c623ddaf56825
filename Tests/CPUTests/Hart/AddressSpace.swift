@testable import TandemCPU

/// An Sv39 address space in a bench's RAM: all of RAM and the device where they are, and single pages between
/// 0x40000000 and 0x401fffff.
struct AddressSpace {
    static let root: UInt64 = 0x8010_0000
    private static let middle = root + 0x1000
    private static let last = root + 0x2000
    private static let low = root + 0x3000
    static let pages: UInt64 = 0x4000_0000
    static let rights = PTE.v | PTE.r | PTE.w | PTE.x | PTE.a | PTE.d

    /// Opens memory to S and U, turns translation on, and goes on in S behind these lines. Uses t0.
    static let enter = """
            li   t0, -1
            csrw pmpaddr0, t0
            li   t0, 0x1f
            csrw pmpcfg0, t0
            li   t0, \(8 << 60 | root >> 12)
            csrw satp, t0
            li   t0, 0x1000
            csrc mstatus, t0
            li   t0, 0x800
            csrs mstatus, t0
            la   t0, entered
            csrw mepc, t0
            mret
        entered:

        """

    /// A leaf for a page of RAM.
    func leaf(_ physical: UInt64, _ rights: UInt64 = rights) -> UInt64 { PTE.page(physical) | rights }

    /// Where the entry of a single page stands.
    func slot(_ address: UInt64) -> UInt64 { Self.last + (address >> 12 & 511) * 8 }

    func install(in bench: HartBench) {
        bench.set(Self.root + 2 * 8, leaf(0x8000_0000))
        bench.set(Self.root + 1 * 8, PTE.page(Self.middle) | PTE.v)
        bench.set(Self.middle, PTE.page(Self.last) | PTE.v)
        bench.set(Self.root, PTE.page(Self.low) | PTE.v)
        bench.set(Self.low + (HartBench.deviceStart >> 21) * 8, leaf(HartBench.deviceStart))
    }

    func map(_ address: UInt64, to physical: UInt64, _ rights: UInt64 = rights, in bench: HartBench) {
        bench.set(slot(address), leaf(physical, rights))
    }
}
