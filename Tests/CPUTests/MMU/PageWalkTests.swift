import Testing

@testable import TandemCPU

@Suite("Page walk")
struct PageWalkTests {
    private static let address: UInt64 = 0x12_3456_7abc
    private static let all = PTE.v | PTE.r | PTE.w | PTE.x | PTE.a | PTE.d

    @Test("finds a page at every level of every scheme", arguments: [3, 4, 5])
    func levels(levels: Int) {
        for level in 0..<levels {
            let bench = WalkBench(levels: levels)
            let span: UInt64 = 1 << UInt64(12 + 9 * level)
            let physical: UInt64 = 0x3_0000_0000_0000 & ~(span - 1)
            bench.map(Self.address, level: level, PTE.page(physical) | Self.all)
            #expect(
                bench.walk(Self.address)
                    == .mapped(
                        physical: physical | Self.address & (span - 1), span: span, isReadable: true, isWritable: true))
            #expect(bench.memory.reads.count == levels - level)
        }
    }

    @Test("addresses must be canonical", arguments: [3, 4, 5])
    func canonical(levels: Int) {
        let bench = WalkBench(levels: levels)
        let top: UInt64 = 1 << UInt64(12 + 9 * levels - 1)
        for address in [top - 0x1000, 0 &- top, 0 &- 0x1000, 0] {
            bench.map(address, PTE.page(0x5000) | Self.all)
            #expect(bench.passes(address), "\(String(address, radix: 16))")
        }
        for address in [top, 0 &- top &- 0x1000, 1 << 63, 1 << 62, top << 1] {
            bench.memory.reads = []
            #expect(bench.walk(address) == .pageFault, "\(String(address, radix: 16))")
            #expect(bench.memory.reads == [], "nothing is read for an address that is not canonical")
        }
    }

    @Test(
        "a leaf with a reserved bit or encoding faults",
        arguments: (54...60).map { UInt64(1) << UInt64($0) } + [3 << 61])
    func reservedInLeaf(bit: UInt64) {
        var bench = WalkBench(levels: 3)
        bench.state.machineEnvironment = EnvironmentBits.pbmte
        bench.map(Self.address, PTE.page(0x5000) | Self.all)
        #expect(bench.passes(Self.address))
        bench.map(Self.address, PTE.page(0x5000) | Self.all | bit)
        #expect(bench.walk(Self.address) == .pageFault)
    }

    @Test("memory types need PBMTE, and stand in leaves only (Svpbmt §1)")
    func memoryTypes() {
        for type: UInt64 in [1, 2] {
            for isEnabled in [false, true] {
                var bench = WalkBench(levels: 4)
                bench.state.machineEnvironment = isEnabled ? EnvironmentBits.pbmte : 0
                bench.map(Self.address, PTE.page(0x5000) | Self.all | type << 61)
                #expect(bench.passes(Self.address) == isEnabled)
                bench.map(Self.address, PTE.page(0x5000) | Self.all)
                bench.memory.entries[bench.slot(Self.address, level: 2), default: 0] |= type << 61
                #expect(bench.walk(Self.address) == .pageFault)
            }
        }
    }

    @Test("a pointer with A, D, U, N or a reserved bit faults", arguments: [4, 6, 7, 63] + Array(54...60))
    func reservedInPointer(bit: Int) {
        let bench = WalkBench(levels: 3)
        bench.map(Self.address, PTE.page(0x5000) | Self.all)
        #expect(bench.passes(Self.address))
        bench.memory.entries[bench.slot(Self.address, level: 1), default: 0] |= 1 << UInt64(bit)
        #expect(bench.walk(Self.address) == .pageFault)
    }

    @Test("G and the software bits mean nothing to the walk", arguments: [5, 8, 9])
    func ignored(bit: Int) {
        let bench = WalkBench(levels: 3)
        bench.map(Self.address, PTE.page(0x5000) | Self.all | 1 << UInt64(bit))
        bench.memory.entries[bench.slot(Self.address, level: 2), default: 0] |= 1 << UInt64(bit)
        #expect(bench.passes(Self.address))
    }

    @Test("invalid entries, W without R, and pointers at the last level fault")
    func encodings() {
        let bench = WalkBench(levels: 3)
        for entry in [
            0, Self.all & ~PTE.v, PTE.v | PTE.w | PTE.a | PTE.d, PTE.v | PTE.w | PTE.x | PTE.a | PTE.d,
            PTE.v | PTE.page(0x5000),
        ] {
            bench.map(Self.address, entry)
            #expect(bench.walk(Self.address) == .pageFault, "\(String(entry, radix: 16))")
        }
    }

    @Test("a superpage whose low page-number bits are not 0 faults", arguments: [1, 2, 3, 4])
    func misaligned(level: Int) {
        let bench = WalkBench(levels: 5)
        for bit in 0..<(9 * level) {
            bench.map(Self.address, level: level, PTE.page(1 << UInt64(12 + bit)) | Self.all)
            #expect(bench.walk(Self.address) == .pageFault, "bit \(bit)")
        }
        bench.map(Self.address, level: level, PTE.page(1 << UInt64(12 + 9 * level)) | Self.all)
        #expect(bench.passes(Self.address))
    }

    @Test("each access needs its permission; MXR lets loads use X; W implies nothing")
    func permissions() {
        for bits in [PTE.r, PTE.r | PTE.w, PTE.x, PTE.r | PTE.x, PTE.r | PTE.w | PTE.x] {
            for mxr in [false, true] {
                var bench = WalkBench(levels: 3)
                bench.state.status = mxr ? Status.mxr : 0
                bench.map(Self.address, PTE.page(0x5000) | PTE.v | PTE.a | PTE.d | bits)
                #expect(bench.passes(Self.address, .load) == (bits & PTE.r != 0 || mxr && bits & PTE.x != 0))
                #expect(bench.passes(Self.address, .store) == (bits & PTE.w != 0))
                #expect(bench.passes(Self.address, .fetch) == (bits & PTE.x != 0))
            }
        }
    }

    @Test("U pages are U's; S touches them with SUM, and never fetches from them")
    func userPages() {
        for isUser in [false, true] {
            for sum in [false, true] {
                var bench = WalkBench(levels: 3)
                bench.state.status = sum ? Status.sum : 0
                bench.map(Self.address, PTE.page(0x5000) | Self.all | (isUser ? PTE.u : 0))
                for access in [MemoryAccess.load, .store, .fetch] {
                    #expect(bench.passes(Self.address, access, as: .user) == isUser)
                    let expected = !isUser || sum && access != .fetch
                    #expect(bench.passes(Self.address, access) == expected)
                }
            }
        }
    }

    @Test("with Svade, clear A or D faults; with Svadu, they are set")
    func accessedAndDirty() {
        for (ade, adu, enabled, updates) in [
            (true, false, false, false), (true, true, false, false), (true, true, true, true),
            (false, true, false, true), (false, true, true, true), (false, false, false, false),
        ] {
            for access in [MemoryAccess.load, .store, .fetch] {
                for bits in [0, PTE.a, PTE.d, PTE.a | PTE.d] {
                    var bench = WalkBench(levels: 3)
                    bench.hart.extensions.subtract([.svade, .svadu])
                    if ade { bench.hart.extensions.insert(.svade) }
                    if adu { bench.hart.extensions.insert(.svadu) }
                    bench.state.machineEnvironment = enabled ? EnvironmentBits.adue : 0
                    let leaf = PTE.page(0x5000) | PTE.v | PTE.r | PTE.w | PTE.x | bits
                    bench.map(Self.address, leaf)
                    let needed = PTE.a | (access == .store ? PTE.d : 0)
                    let isComplete = bits & needed == needed
                    #expect(bench.passes(Self.address, access) == (isComplete || updates))
                    let after = bench.memory.entries[bench.slot(Self.address, level: 0)]
                    #expect(after == (updates ? leaf | needed : leaf))
                }
            }
        }
    }

    @Test("a page may be written without another walk only once it is dirty")
    func writable() {
        var bench = WalkBench(levels: 3)
        bench.state.machineEnvironment = EnvironmentBits.adue
        bench.map(Self.address, PTE.page(0x5000) | PTE.v | PTE.r | PTE.w)
        let physical = 0x5000 | Self.address & 0xfff
        #expect(
            bench.walk(Self.address)
                == .mapped(physical: physical, span: 4096, isReadable: true, isWritable: false))
        #expect(
            bench.walk(Self.address, .store)
                == .mapped(physical: physical, span: 4096, isReadable: true, isWritable: true))
    }

    @Test("an entry that changes under the update is walked again (§12.3.2, step 9)")
    func race() {
        var bench = WalkBench(levels: 3)
        bench.state.machineEnvironment = EnvironmentBits.adue
        bench.map(Self.address, PTE.page(0x5000) | PTE.v | PTE.r)
        let slot = bench.slot(Self.address, level: 0)
        let memory = bench.memory
        memory.interfere = { memory.entries[slot] = PTE.page(0x9000) | PTE.v | PTE.r }
        #expect(
            bench.walk(Self.address)
                == .mapped(
                    physical: 0x9000 | Self.address & 0xfff, span: 4096, isReadable: true, isWritable: false))
        bench.map(Self.address, PTE.page(0x5000) | PTE.v | PTE.r)
        memory.interfere = { memory.entries[slot] = 0 }
        #expect(bench.walk(Self.address) == .pageFault)
    }

    @Test("tables that cannot be read, and entries that cannot be updated, are access faults")
    func accessFaults() {
        var bench = WalkBench(levels: 3)
        bench.state.machineEnvironment = EnvironmentBits.adue
        bench.map(Self.address, PTE.page(0x5000) | PTE.v | PTE.r)
        bench.memory.unwritable = [bench.slot(Self.address, level: 0)]
        #expect(bench.walk(Self.address) == .accessFault)
        for level in 0..<3 {
            bench.memory.unreadable = [bench.slot(Self.address, level: level)]
            #expect(bench.walk(Self.address) == .accessFault)
        }
    }

    @Test("64 KiB contiguous pages: the low bits come from the address (Svnapot §1)")
    func contiguous() {
        var bench = WalkBench(levels: 3)
        for low: UInt64 in 0..<16 {
            bench.map(Self.address, PTE.page(0x7_0000 | low << 12) | Self.all | PTE.n)
            #expect(bench.passes(Self.address) == (low == 8), "\(low)")
        }
        bench.map(Self.address, PTE.page(0x7_8000) | Self.all | PTE.n)
        #expect(
            bench.walk(Self.address)
                == .mapped(
                    physical: 0x7_0000 | Self.address & 0xffff, span: 65536, isReadable: true, isWritable: true))
        bench.map(Self.address, level: 1, PTE.page(0) | Self.all | PTE.n)
        #expect(bench.walk(Self.address) == .pageFault)
        bench.map(Self.address, PTE.page(0x7_8000) | Self.all | PTE.n)
        bench.hart.extensions.remove(.svnapot)
        #expect(bench.walk(Self.address) == .pageFault)
    }

    @Test("a debugger's walk neither needs nor sets A and D")
    func looking() {
        let bench = WalkBench(levels: 3)
        bench.map(Self.address, PTE.page(0x5000) | PTE.v | PTE.r)
        var walk = PageWalk(bench.state, bench.hart, privilege: .supervisor)
        walk.looksOnly = true
        #expect(walk.translate(Self.address, .load, bench.memory) != .pageFault)
        #expect(bench.memory.updates.isEmpty)
        #expect(!bench.passes(Self.address))
    }
}
