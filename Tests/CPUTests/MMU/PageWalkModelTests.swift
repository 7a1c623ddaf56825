import Testing

@testable import TandemCPU

/// The translation process of Priv. spec §12.3.2 and §12.4, read once more and written another way: recursion over named
/// fields, with every rule as a line of its own.
private struct WalkModel {
    let levels: Int
    let privilege: Privilege
    let status: UInt64
    let pbmte: Bool
    let svnapot: Bool
    let setsBits: Bool
    var entries: [UInt64: UInt64]
    var root: UInt64

    private func field(_ value: UInt64, _ high: Int, _ low: Int) -> UInt64 {
        value >> UInt64(low) & (1 << UInt64(high - low + 1) - 1)
    }

    mutating func translate(_ address: UInt64, _ access: MemoryAccess) -> Translation {
        let width = 12 + 9 * levels
        let upper = field(address, 63, width - 1)
        guard upper == 0 || upper == field(.max, 63, width - 1) else { return .pageFault }
        return step(table: root, level: levels - 1, address, access)
    }

    private mutating func step(
        table: UInt64, level: Int, _ address: UInt64, _ access: MemoryAccess, isGlobal: Bool = false
    ) -> Translation {
        let index = field(address, 12 + 9 * level + 8, 12 + 9 * level)
        let place = table + 8 * index
        let pte = entries[place] ?? 0
        let (v, r, w, x) = (field(pte, 0, 0), field(pte, 1, 1), field(pte, 2, 2), field(pte, 3, 3))
        let (u, a, d) = (field(pte, 4, 4), field(pte, 6, 6), field(pte, 7, 7))
        let number = field(pte, 53, 10)
        let (type, n) = (field(pte, 62, 61), field(pte, 63, 63))
        if v == 0 || r == 0 && w == 1 || field(pte, 60, 54) != 0 { return .pageFault }
        if r == 0, x == 0 {
            if a + d + u + type + n > 0 || level == 0 { return .pageFault }
            return step(
                table: number << 12, level: level - 1, address, access, isGlobal: isGlobal || field(pte, 5, 5) == 1)
        }
        if type == 3 || type != 0 && !pbmte { return .pageFault }
        if n == 1, !svnapot || level > 0 || field(number, 3, 0) != 0b1000 { return .pageFault }
        for lower in 0..<level where field(number, 9 * lower + 8, 9 * lower) != 0 { return .pageFault }
        let mxr = field(status, 19, 19) == 1
        let sum = field(status, 18, 18) == 1
        let isAllowed: Bool =
            switch access {
            case .fetch: x == 1
            case .load: r == 1 || x == 1 && mxr
            case .store: w == 1
            }
        if !isAllowed { return .pageFault }
        if privilege == .user, u == 0 { return .pageFault }
        if privilege == .supervisor, u == 1, access == .fetch || !sum { return .pageFault }
        var isDirty = d == 1
        if a == 0 || access == .store && d == 0 {
            if !setsBits { return .pageFault }
            entries[place] = pte | 1 << 6 | (access == .store ? 1 << 7 : 0)
            isDirty = isDirty || access == .store
        }
        let offsetBits = n == 1 ? 16 : 12 + 9 * level
        let base = ((number << 12) >> UInt64(offsetBits)) << UInt64(offsetBits)
        return .mapped(
            physical: base + field(address, offsetBits - 1, 0), span: 1 << UInt64(offsetBits),
            isReadable: r == 1 || x == 1 && mxr, isWritable: w == 1 && isDirty,
            isGlobal: isGlobal || field(pte, 5, 5) == 1)
    }
}

@Suite("Page walk against a model")
struct PageWalkModelTests {
    /// Mostly sensible, sometimes with a bit set or cleared that matters.
    private static func entry(_ number: UInt64, leaf: Bool, _ generator: inout SampleGenerator) -> UInt64 {
        var entry = number << 10 | PTE.v
        if leaf {
            entry |= [PTE.r, PTE.r | PTE.w, PTE.x, PTE.r | PTE.x, PTE.r | PTE.w | PTE.x][Int(generator.next() % 5)]
            entry |= generator.next() & (PTE.u | PTE.g) | PTE.a | (generator.next() & PTE.d)
            if generator.next() % 4 == 0 { entry &= ~PTE.a }
            if generator.next() % 8 == 0 { entry |= (generator.next() & 3) << 61 }
            if generator.next() % 8 == 0 { entry |= PTE.n }
        }
        switch generator.next() % 24 {
        case 0: entry ^= 1 << (generator.next() % 8)
        case 1: entry ^= 1 << (54 + generator.next() % 10)
        case 2: entry ^= 1 << (10 + generator.next() % 20)
        default: break
        }
        return entry
    }

    @Test("translates, faults and sets bits exactly as the model does", arguments: [3, 4, 5])
    func random(levels: Int) {
        let seed = UInt64(0x3a1c_0000 + levels)
        print("page walks of \(levels) levels against a model: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        var outcomes = (mapped: 0, faults: 0)
        for _ in 0..<3000 {
            var bench = WalkBench(levels: levels)
            let width = UInt64(12 + 9 * levels)
            var address = UInt64(bitPattern: Int64(bitPattern: generator.next() << (64 - width)) >> Int64(64 - width))
            let level = [0, 0, 0, 1, 1, 2, levels - 1][Int(generator.next() % 7)]
            var number = generator.next() & 0xfff_ffff_ffff
            if generator.next() % 8 != 0 { number &= ~(1 << UInt64(9 * level) - 1) }
            var leaf = Self.entry(number, leaf: true, &generator)
            if leaf & PTE.n != 0, generator.next() & 1 == 0 { leaf = leaf & ~(15 << 10) | 8 << 10 }
            bench.map(address, level: level, leaf)
            for upper in (level + 1)..<max(levels, level + 1) where generator.next() % 8 == 0 {
                let slot = bench.slot(address, level: upper)
                let pointer = bench.memory.entries[slot] ?? 0
                bench.memory.entries[slot] = Self.entry(pointer >> 10, leaf: false, &generator)
            }
            if generator.next() % 16 == 0 { address ^= 1 << (width - 1 + generator.next() % (65 - width)) }
            bench.state.status = generator.next() & (Status.mxr | Status.sum)
            bench.state.machineEnvironment =
                (generator.next() & EnvironmentBits.adue) | (generator.next() & EnvironmentBits.pbmte)
            if generator.next() % 4 == 0 { bench.hart.extensions.remove(.svnapot) }
            let privilege: Privilege = generator.next() & 1 == 0 ? .user : .supervisor
            let access = [MemoryAccess.load, .store, .fetch][Int(generator.next() % 3)]

            var model = WalkModel(
                levels: levels, privilege: privilege, status: bench.state.status,
                pbmte: bench.state.machineEnvironment & EnvironmentBits.pbmte != 0,
                svnapot: bench.hart.extensions.contains(.svnapot),
                setsBits: bench.state.machineEnvironment & EnvironmentBits.adue != 0, entries: bench.memory.entries,
                root: WalkBench.root)
            let expected = model.translate(address, access)
            let found = bench.walk(address, access, as: privilege)
            #expect(
                found == expected,
                "\(access) \(String(address, radix: 16)) by \(privilege), leaf \(String(leaf, radix: 16)) at \(level)")
            #expect(bench.memory.entries == model.entries)
            if case .mapped = found { outcomes.mapped += 1 } else { outcomes.faults += 1 }
        }
        #expect(outcomes.mapped > 500 && outcomes.faults > 500, "\(outcomes)")
    }
}
