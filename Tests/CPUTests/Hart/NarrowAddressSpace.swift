@testable import TandemCPU

/// An Sv32 address space in a bench's RAM: the start of RAM and the device by pages of 4 MiB where they are, and single
/// pages between 0x40000000 and 0x403fffff.
struct NarrowAddressSpace {
    static let root: UInt64 = 0x8010_0000
    private static let last = root + 0x1000
    static let rights = PTE.v | PTE.r | PTE.w | PTE.x | PTE.a | PTE.d

    /// Opens memory to S and U, turns translation on, and goes on in S behind these lines. Uses t0.
    static let enter = """
            li   t0, -1
            csrw pmpaddr0, t0
            li   t0, 0x1f
            csrw pmpcfg0, t0
            li   t0, \(1 << 31 | root >> 12)
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
    func slot(_ address: UInt64) -> UInt64 { Self.last + (address >> 12 & 1023) * 4 }

    func install(in bench: HartBench) {
        func set(_ address: UInt64, _ entry: UInt64) { bench.set(Self.root + (address >> 22) * 4, entry, bytes: 4) }
        set(HartBench.ramStart, leaf(HartBench.ramStart))
        set(HartBench.deviceStart, leaf(HartBench.deviceStart))
        set(0x4000_0000, PTE.page(Self.last) | PTE.v)
    }

    func map(_ address: UInt64, to physical: UInt64, _ rights: UInt64 = rights, in bench: HartBench) {
        bench.set(slot(address), leaf(physical, rights), bytes: 4)
    }
}
