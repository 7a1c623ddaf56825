import Testing

@testable import TandemCPU

@Suite("Physical memory protection")
struct PMPTests {
    private enum Mode {
        static let off: UInt8 = 0
        static let tor: UInt8 = 0x08
        static let na4: UInt8 = 0x10
        static let napot: UInt8 = 0x18
        static let locked: UInt8 = 0x80
    }

    /// The address register of a naturally aligned power-of-two range.
    private static func napot(_ base: UInt64, _ size: UInt64) -> UInt64 { base >> 2 | (size / 2 - 1) >> 2 }

    @Test("without entries, M may do everything and the others nothing (Priv. spec §3.7.1.3)")
    func empty() {
        let table = PMPTable()
        for access in [MemoryAccess.fetch, .load, .store] {
            #expect(table.allows(access, 0x1000, count: 8, .machine))
            #expect(!table.allows(access, 0x1000, count: 8, .supervisor))
            #expect(!table.allows(access, 0x1000, count: 8, .user))
        }
    }

    @Test("each permission bit allows its own access")
    func permissions() {
        for bits: UInt8 in [0, 1, 3, 4, 5, 7] {
            var table = PMPTable()
            table.setAddress(0, Self.napot(0x1000, 0x1000))
            table.setConfiguration(0, Mode.napot | bits)
            #expect(table.allows(.load, 0x1000, count: 1, .user) == (bits & 1 != 0))
            #expect(table.allows(.store, 0x1000, count: 1, .user) == (bits & 2 != 0))
            #expect(table.allows(.fetch, 0x1000, count: 2, .user) == (bits & 4 != 0))
            #expect(table.allows(.store, 0x1000, count: 1, .machine), "M is not bound by an entry that is not locked")
        }
    }

    @Test("NA4 matches four bytes, TOR from the entry below up to its own address exclusive")
    func ranges() {
        var table = PMPTable()
        table.setAddress(0, 0x1004 >> 2)
        table.setConfiguration(0, Mode.na4 | 1)
        #expect(table.allows(.load, 0x1004, count: 4, .user))
        #expect(!table.allows(.load, 0x1003, count: 1, .user) && !table.allows(.load, 0x1008, count: 1, .user))

        table.setConfiguration(0, Mode.off)
        table.setAddress(1, 0x2000 >> 2)
        table.setConfiguration(1, Mode.tor | 1)
        #expect(table.allows(.load, 0x1004, count: 4, .user) && table.allows(.load, 0x1fff, count: 1, .user))
        #expect(!table.allows(.load, 0x1003, count: 1, .user) && !table.allows(.load, 0x2000, count: 1, .user))

        // Entry 0 with TOR starts at 0; an empty range matches nothing.
        table.setConfiguration(0, Mode.tor | 1)
        #expect(table.allows(.load, 0, count: 8, .user))
        table.setAddress(1, 0x1000 >> 2)
        #expect(!table.allows(.load, 0x1004, count: 4, .user))
    }

    @Test("NAPOT reaches from eight bytes to all memory")
    func powers() {
        var table = PMPTable()
        table.setAddress(0, 0x1008 >> 2)
        table.setConfiguration(0, Mode.napot | 1)
        #expect(table.allows(.load, 0x1008, count: 8, .user) && !table.allows(.load, 0x1010, count: 1, .user))
        for exponent: UInt64 in 4...55 {
            let base: UInt64 = exponent < 55 ? 1 << exponent : 0
            table.setAddress(0, Self.napot(base, 1 << exponent))
            #expect(table.allows(.load, base, count: 8, .user), "2^\(exponent)")
            #expect(table.allows(.load, base + (1 << exponent) - 8, count: 8, .user), "2^\(exponent)")
            #expect(!table.allows(.load, base + (1 << exponent), count: 8, .user), "2^\(exponent)")
            if base > 0 { #expect(!table.allows(.load, base - 8, count: 8, .user), "2^\(exponent)") }
        }
        table.setAddress(0, .max)
        #expect(table.allows(.load, 0, count: 8, .user) && table.allows(.load, 0xff_ffff_ffff_fff8, count: 8, .user))
    }

    @Test("an access that straddles the edge of the entry that decides fails, whatever the entry allows")
    func straddling() {
        var table = PMPTable()
        table.setAddress(0, Self.napot(0x1000, 0x10))
        table.setConfiguration(0, Mode.napot | 7)
        table.setAddress(1, Self.napot(0, 0x10000))
        table.setConfiguration(1, Mode.napot | 7)
        #expect(table.allows(.load, 0x1008, count: 8, .user))
        #expect(!table.allows(.load, 0x100c, count: 8, .user))
        #expect(!table.allows(.load, 0xffc, count: 8, .user))
        #expect(!table.allows(.load, 0x100c, count: 8, .machine), "§3.7.1.3: irrespective of L, R, W and X")
        #expect(table.allows(.load, 0x1010, count: 8, .user))
    }

    @Test("the lowest entry that matches decides")
    func priority() {
        var table = PMPTable()
        table.setAddress(3, Self.napot(0x1000, 0x1000))
        table.setConfiguration(3, Mode.napot | 7)
        table.setAddress(5, Self.napot(0, 0x10000))
        table.setConfiguration(5, Mode.napot | 0)
        #expect(table.allows(.store, 0x1000, count: 8, .user))
        #expect(!table.allows(.store, 0x3000, count: 8, .user))
        table.setConfiguration(2, Mode.tor)
        table.setAddress(2, 0x1800 >> 2)
        #expect(!table.allows(.store, 0x1000, count: 8, .user))
        #expect(table.allows(.store, 0x1800, count: 8, .user))
    }

    @Test("a locked entry binds M, and cannot be changed (Priv. spec §3.7.1.2)")
    func locking() {
        var table = PMPTable()
        table.setAddress(0, 0x1000 >> 2)
        table.setAddress(1, 0x2000 >> 2)
        table.setConfiguration(1, Mode.locked | Mode.tor | 1)
        #expect(table.allows(.load, 0x1000, count: 8, .machine))
        #expect(!table.allows(.store, 0x1000, count: 8, .machine))
        #expect(table.allows(.store, 0x2000, count: 8, .machine))

        table.setConfiguration(1, 7)
        table.setAddress(1, 0)
        #expect(table.configuration(1) == Mode.locked | Mode.tor | 1 && table.address(1) == 0x2000 >> 2)
        // The bottom of a locked TOR range is locked too, but not the configuration of that entry.
        table.setAddress(0, 0)
        #expect(table.address(0) == 0x1000 >> 2)
        table.setConfiguration(0, Mode.na4 | 3)
        #expect(table.configuration(0) == Mode.na4 | 3)

        // Locked but off: fixed all the same. A locked entry that is not TOR does not lock the address below.
        table.setConfiguration(7, Mode.locked)
        table.setConfiguration(7, Mode.napot | 7)
        #expect(table.configuration(7) == Mode.locked)
        table.setAddress(6, 5)
        #expect(table.address(6) == 5)
    }

    @Test("agrees with the rules read byte by byte")
    func random() {
        let seed: UInt64 = 0x933_0001
        print("protection against a model: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        for round in 0..<60 {
            var table = PMPTable()
            for index in 0..<PMPTable.count {
                let size: UInt64 = 8 << (generator.next() % 10)
                let base = 0x1000 + generator.next() % 0x1000 & ~(size - 1)
                let mode = [Mode.off, Mode.off, Mode.tor, Mode.na4, Mode.napot][Int(generator.next() % 5)]
                table.setAddress(index, mode == Mode.napot ? Self.napot(base, size) : base >> 2)
                table.setConfiguration(index, mode | UInt8(generator.next() & 7) | UInt8(generator.next() & 0x80))
            }
            for _ in 0..<60 {
                let address = 0xff0 + generator.next() % 0x1020
                let count: UInt64 = 1 << (generator.next() % 4)
                let access = [MemoryAccess.fetch, .load, .store][Int(generator.next() % 3)]
                let privilege = [Privilege.user, .supervisor, .machine][Int(generator.next() % 3)]
                #expect(
                    table.allows(access, address, count: count, privilege)
                        == Self.model(table, access, address, count, privilege),
                    "\(access) \(String(address, radix: 16)) +\(count) \(privilege)")
            }
            for page: UInt64 in [0, 0x1000, 0x2000] where round < 12 && table.isUniform(page: page) {
                let whole = Self.model(table, .load, page, 1, .user)
                for offset in stride(from: UInt64(0), to: 4096, by: 4) {
                    #expect(Self.model(table, .load, page + offset, 4, .user) == whole)
                }
            }
        }
    }

    /// §3.7.1.3: the lowest entry that matches any byte decides; it must match all; then L, R, W and X count.
    private static func model(
        _ table: PMPTable, _ access: MemoryAccess, _ address: UInt64, _ count: UInt64, _ privilege: Privilege
    ) -> Bool {
        for index in 0..<PMPTable.count {
            let matched = (0..<count).filter { matches(table, index, address + $0) }
            if matched.isEmpty { continue }
            if matched.count < Int(count) { return false }
            let configuration = table.configuration(index)
            if privilege == .machine, configuration & Mode.locked == 0 { return true }
            switch access {
            case .load: return configuration & 1 != 0
            case .store: return configuration & 2 != 0
            case .fetch: return configuration & 4 != 0
            }
        }
        return privilege == .machine
    }

    /// Table of the A field, on the word that holds the byte.
    private static func matches(_ table: PMPTable, _ index: Int, _ byte: UInt64) -> Bool {
        let word = byte >> 2
        let register = table.address(index)
        switch table.configuration(index) & 0x18 {
        case Mode.tor: return (index == 0 ? 0 : table.address(index - 1)) <= word && word < register
        case Mode.na4: return word == register
        case Mode.napot: return (word ^ register) & ~(register ^ (register + 1)) == 0
        default: return false
        }
    }
}
