import Testing

@testable import TandemCPU

/// Sv32 of Priv. spec §12.3, read once more: two levels of entries of four bytes, in the order of §12.3.2.
private struct Sv32Model {
    let privilege: Privilege
    let status: UInt64
    let setsBits: Bool
    var entries: [UInt64: UInt64]
    let root: UInt64

    private func bit(_ value: UInt64, _ number: UInt64) -> Bool { value >> number & 1 == 1 }

    mutating func translate(_ address: UInt64, _ access: MemoryAccess) -> Translation {
        let first = root + address >> 22 * 4
        let pointer = entries[first] ?? 0
        if !bit(pointer, 0) || !bit(pointer, 1) && bit(pointer, 2) { return .pageFault }
        if bit(pointer, 1) || bit(pointer, 3) {
            // A megapage: PPN[0] must be 0.
            if pointer >> 10 & 0x3ff != 0 { return .pageFault }
            return leaf(first, pointer, 0x3f_ffff, address, access)
        }
        if pointer & 0b1101_0000 != 0 { return .pageFault }
        let second = (pointer >> 10) << 12 + (address >> 12 & 0x3ff) * 4
        let entry = entries[second] ?? 0
        if !bit(entry, 0) || !bit(entry, 1) && bit(entry, 2) || !bit(entry, 1) && !bit(entry, 3) { return .pageFault }
        return leaf(second, entry, 0xfff, address, access, isGlobal: bit(pointer, 5))
    }

    private mutating func leaf(
        _ place: UInt64, _ entry: UInt64, _ offsets: UInt64, _ address: UInt64, _ access: MemoryAccess,
        isGlobal: Bool = false
    ) -> Translation {
        let isReadable = bit(entry, 1) || bit(entry, 3) && bit(status, 19)
        let isAllowed =
            switch access {
            case .fetch: bit(entry, 3)
            case .load: isReadable
            case .store: bit(entry, 2)
            }
        if !isAllowed { return .pageFault }
        let isUser = bit(entry, 4)
        if privilege == .user, !isUser { return .pageFault }
        if privilege == .supervisor, isUser, access == .fetch || !bit(status, 18) { return .pageFault }
        var isDirty = bit(entry, 7)
        if !bit(entry, 6) || access == .store && !isDirty {
            if !setsBits { return .pageFault }
            entries[place] = entry | 0x40 | (access == .store ? 0x80 : 0)
            isDirty = isDirty || access == .store
        }
        return .mapped(
            physical: (entry >> 10) << 12 & ~offsets | address & offsets, span: offsets + 1, isReadable: isReadable,
            isWritable: bit(entry, 2) && isDirty, isGlobal: isGlobal || bit(entry, 5))
    }
}

@Suite("Page walk of Sv32")
struct Sv32Tests {
    private static let root: UInt64 = 0x3_8000_0000
    private static let table: UInt64 = 0x2_0000_1000

    private struct Bench {
        var state = PrivilegedState(xlen: .rv32)
        var hart = HartConfiguration(
            xlen: .rv32, extensions: [.i, .zicsr, .s, .u, .svadu, .svade], maximumTranslation: 1)
        let memory = PageTables()

        init() {
            state.privilege = .supervisor
            state.translation = 1 << 31 | 0x1ff << 22 | Sv32Tests.root >> 12
        }

        func first(_ address: UInt64) -> UInt64 { Sv32Tests.root + (address >> 22) * 4 }
        func second(_ address: UInt64) -> UInt64 { Sv32Tests.table + (address >> 12 & 0x3ff) * 4 }

        /// A page behind a pointer.
        func map(_ address: UInt64, _ entry: UInt64) {
            memory.entries[first(address)] = PTE.page(Sv32Tests.table) | PTE.v
            memory.entries[second(address)] = entry
        }

        func walk(_ address: UInt64, _ access: MemoryAccess = .load, as privilege: Privilege = .supervisor)
            -> Translation
        {
            PageWalk(state, hart, privilege: privilege).translate(address, access, memory)
        }
    }

    private static let all = PTE.v | PTE.r | PTE.w | PTE.x | PTE.a | PTE.d

    @Test("a page and a megapage lie anywhere in 34 bits, and every virtual address is canonical")
    func levels() {
        for address: UInt64 in [0, 0x7fff_f123, 0x8000_0000, 0xffff_fffc] {
            var bench = Bench()
            bench.map(address, PTE.page(0x3_ffff_f000) | Self.all)
            #expect(
                bench.walk(address)
                    == .mapped(
                        physical: 0x3_ffff_f000 | address & 0xfff, span: 4096, isReadable: true, isWritable: true))
            #expect(bench.memory.reads == [bench.first(address), bench.second(address)])
            bench = Bench()
            bench.memory.entries[bench.first(address)] = PTE.page(0x3_ffc0_0000) | Self.all
            #expect(
                bench.walk(address)
                    == .mapped(
                        physical: 0x3_ffc0_0000 | address & 0x3f_ffff, span: 4 << 20, isReadable: true, isWritable: true
                    ))
            #expect(bench.memory.reads == [bench.first(address)])
        }
    }

    @Test("a megapage that is not aligned faults (§12.3.2 step 6)", arguments: 10...19)
    func misaligned(bit: Int) {
        let bench = Bench()
        bench.memory.entries[bench.first(0x1234_5678)] = PTE.page(0x8000_0000) | Self.all
        if case .mapped = bench.walk(0x1234_5678) {} else { Issue.record("an aligned megapage faults") }
        bench.memory.entries[bench.first(0x1234_5678), default: 0] |= 1 << UInt64(bit)
        #expect(bench.walk(0x1234_5678) == .pageFault)
    }

    @Test("entries are read and updated as four bytes")
    func width() {
        var bench = Bench()
        bench.state.machineEnvironment = EnvironmentBits.adue
        bench.map(0x4000_0000, PTE.page(0x8000_0000) | PTE.v | PTE.r | PTE.w)
        _ = bench.walk(0x4000_0000, .store)
        #expect(bench.memory.widths == [4])
        #expect(
            bench.memory.updates == [
                bench.second(0x4000_0000): PTE.page(0x8000_0000) | PTE.v | PTE.r | PTE.w | PTE.a | PTE.d
            ])
        bench.memory.unwritable = [bench.second(0x4000_0000)]
        bench.memory.entries[bench.second(0x4000_0000)] = PTE.page(0x8000_0000) | PTE.v | PTE.r
        #expect(bench.walk(0x4000_0000) == .accessFault)
        bench.memory.unreadable = [bench.first(0x4000_0000)]
        #expect(bench.walk(0x4000_0000) == .accessFault)
    }

    @Test("translates, faults and sets bits exactly as the model does")
    func random() {
        let seed: UInt64 = 0x5032_0001
        print("page walks of Sv32 against a model: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        var outcomes = (mapped: 0, faults: 0)
        for _ in 0..<6000 {
            var bench = Bench()
            let address = generator.next() & 0xffff_ffff
            let isLarge = generator.next() % 3 == 0
            var number = generator.next() & 0x3f_ffff
            if isLarge, generator.next() % 8 != 0 { number &= ~0x3ff }
            let rights = [PTE.r, PTE.r | PTE.w, PTE.x, PTE.r | PTE.x, PTE.r | PTE.w | PTE.x][Int(generator.next() % 5)]
            var leaf = number << 10 | PTE.v | rights | generator.next() & (PTE.u | PTE.g | PTE.d | 0x300) | PTE.a
            if generator.next() % 4 == 0 { leaf &= ~PTE.a }
            if generator.next() % 12 == 0 { leaf ^= 1 << (generator.next() % 8) }
            if isLarge { bench.memory.entries[bench.first(address)] = leaf } else { bench.map(address, leaf) }
            if generator.next() % 16 == 0 {
                bench.memory.entries[bench.first(address), default: 0] ^= 1 << (generator.next() % 10)
            }
            bench.state.status = generator.next() & (Status.mxr | Status.sum)
            bench.state.machineEnvironment = generator.next() & EnvironmentBits.adue
            let privilege: Privilege = generator.next() & 1 == 0 ? .user : .supervisor
            let access = [MemoryAccess.load, .store, .fetch][Int(generator.next() % 3)]
            var model = Sv32Model(
                privilege: privilege, status: bench.state.status,
                setsBits: bench.state.machineEnvironment & EnvironmentBits.adue != 0, entries: bench.memory.entries,
                root: Self.root)
            let expected = model.translate(address, access)
            let found = bench.walk(address, access, as: privilege)
            #expect(
                found == expected,
                "\(access) \(String(address, radix: 16)) by \(privilege), leaf \(String(leaf, radix: 16)), large \(isLarge)"
            )
            #expect(bench.memory.entries == model.entries)
            if case .mapped = found { outcomes.mapped += 1 } else { outcomes.faults += 1 }
        }
        #expect(outcomes.mapped > 1000 && outcomes.faults > 1000, "\(outcomes)")
    }
}
