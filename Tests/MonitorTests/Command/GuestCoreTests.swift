import TandemCPU
import TandemMachine
import TandemOS
import Testing

@testable import TandemMonitor

/// The core file of `dump-guest-memory`, read back field by field.
@Suite struct GuestCoreTests {
    /// A program header of type PT_LOAD.
    private struct Segment: Equatable {
        var virtual: UInt64
        var physical: UInt64
        var size: UInt64
    }

    private func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> UInt64 {
        bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The segments of a file of 64 bits, after having compared their contents with memory.
    private func segments(_ core: [UInt8], _ machine: Machine) throws -> [Segment] {
        #expect(Array(core.prefix(5)) == [0x7F] + Array("ELF".utf8) + [2])
        let (start, size, count) = (Int(number(core, 32, 8)), Int(number(core, 54, 2)), Int(number(core, 56, 2)))
        var found: [Segment] = []
        for index in 0..<count {
            let at = start + index * size
            guard number(core, at, 4) == 1 else { continue }
            let segment = Segment(
                virtual: number(core, at + 16, 8), physical: number(core, at + 24, 8), size: number(core, at + 32, 8))
            let offset = Int(number(core, at + 8, 8))
            let memory = try #require(machine.harts[0].readPhysical(segment.physical, count: Int(segment.size)))
            #expect(core[offset..<offset + Int(segment.size)].elementsEqual(memory))
            found.append(segment)
        }
        return found
    }

    /// Two harts, of which the first has page tables: RAM where it is, 2 MiB of it once more at the top, and what is no RAM.
    private func machine() throws -> Machine {
        let machine = try debuggedMachine("li a0, 5\n1: addi a0, a0, 1\nj 1b", harts: 2)
        let hart = machine.harts[0]
        func entry(_ table: UInt64, _ index: UInt64, _ page: UInt64, _ bits: UInt64) {
            let entry = (page >> 12) << 10 | bits
            #expect(hart.writePhysical(table + 8 * index, (0..<8).map { UInt8(truncatingIfNeeded: entry >> (8 * $0)) }))
        }
        let leaf: UInt64 = 0xCF
        entry(0x8010_0000, 2, 0x8000_0000, leaf)
        entry(0x8010_0000, 256, 0x8010_1000, 1)
        entry(0x8010_0000, 300, 0, leaf)
        entry(0x8010_1000, 0, 0x8020_0000, leaf)
        #expect(hart.setCSR(0x180, 8 << 60 | 0x80100))
        return machine
    }

    private func dump(_ options: String) throws -> [Segment] {
        let machine = try machine()
        let bench = try MonitorBench(machine)
        let path = "/tmp/tandem-core-\(HostProcess.identifier)-\(UInt32.random(in: 0...UInt32.max))"
        defer { try? Files.removeAll(path) }
        #expect(bench.type("dump-guest-memory \(options.replacing("FILE", with: path))") == "")
        return try segments(try Files.read(path), machine)
    }

    @Test("without paging addresses are physical")
    func physical() throws {
        #expect(try dump("FILE") == [Segment(virtual: 0x8000_0000, physical: 0x8000_0000, size: 16 << 20)])
    }

    @Test("with paging addresses are those of the page tables, as far as they lead to RAM")
    func paging() throws {
        #expect(
            try dump("-p FILE") == [
                Segment(virtual: 0x8000_0000, physical: 0x8000_0000, size: 16 << 20),
                Segment(virtual: 0xffff_ffc0_0000_0000, physical: 0x8020_0000, size: 2 << 20),
            ])
    }

    @Test("a part of memory with paging has the parts of the mappings that lie in it")
    func part() throws {
        #expect(
            try dump("-p FILE 0x802ff000 0x2000") == [
                Segment(virtual: 0x802f_f000, physical: 0x802f_f000, size: 0x2000),
                Segment(virtual: 0xffff_ffc0_000f_f000, physical: 0x802f_f000, size: 0x2000),
            ])
    }

    @Test(
        "of harts that map an address differently the first counts",
        arguments: [
            ([:], [0x1000: 2], [0x1000: 2]), ([0x1000: 1], [0x1000: 1], [0x1000: 1]),
            ([0x2000: 1], [0x1000: 3], [0x1000: 1, 0x2000: 1, 0x3000: 1]),
            ([0x1000: 2], [0x2000: 2], [0x1000: 2, 0x3000: 1]), ([0x1000: 4], [0x2000: 2], [0x1000: 4]),
            ([0x2000: 1, 0x4000: 1], [0x1000: 5], [0x1000: 1, 0x2000: 1, 0x3000: 1, 0x4000: 1, 0x5000: 1]),
            (
                [0xffff_ffff_ffff_f000: 1], [0xffff_ffff_ffff_e000: 2],
                [0xffff_ffff_ffff_e000: 1, 0xffff_ffff_ffff_f000: 1]
            ),
        ] as [([UInt64: UInt64], [UInt64: UInt64], [UInt64: UInt64])])
    func union(known: [UInt64: UInt64], more: [UInt64: UInt64], both: [UInt64: UInt64]) {
        // Pages of the first hart lie at their own addresses, those of the second one 1 GiB higher.
        func mappings(_ pages: [UInt64: UInt64], _ distance: UInt64) -> [AddressMapping] {
            pages.sorted { $0.key < $1.key }.map {
                AddressMapping(virtual: $0.key, physical: ($0.key &+ distance) & 0xff_ffff_ffff, size: $0.value << 12)
            }
        }
        let first = mappings(known, 0)
        let found = GuestCore.added(mappings(more, 1 << 30), to: first)
        #expect(found.map(\.virtual) == both.keys.sorted())
        for mapping in found {
            #expect(mapping.size == (both[mapping.virtual] ?? 0) << 12)
            let isKnown = first.contains { $0.virtual <= mapping.virtual && mapping.virtual - $0.virtual < $0.size }
            #expect(mapping.physical == (mapping.virtual &+ (isKnown ? 0 : 1 << 30)) & 0xff_ffff_ffff)
        }
    }
}
