import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Memory")
struct MemoryTests {
    @Test("accesses of every width and alignment move bytes in address order", arguments: 1...17)
    func widths(count: Int) throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0x1000, size: 0x100)
        let bytes = (0..<count).map { UInt8($0 + 1) }
        bench.probe.write(0x1003, bytes: bytes)
        #expect(ram.bytes(at: 3, count: count) == bytes)
        #expect(ram.bytes(at: 2, count: 1) == [0] && ram.bytes(at: 3 + UInt64(count), count: 1) == [0])
        #expect(bench.probe.read(0x1003, count: count) == bytes)
        #expect(bench.probe.allowsDirectMemory)
    }

    @Test("byte enables repeat and leave the other bytes alone")
    func byteEnables() throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0, size: 0x100)
        ram.load([UInt8](repeating: 9, count: 8), at: 0)
        bench.probe.write(0, bytes: [1, 2, 3, 4, 5, 6], byteEnables: [0xff, 0])
        #expect(ram.bytes(at: 0, count: 8) == [1, 9, 3, 9, 5, 9, 9, 9])
        #expect(bench.probe.read(0, count: 4, byteEnables: [0, 0xff, 0]) == [0xee, 9, 0xee, 0xee])
        bench.probe.read(0, count: 4, byteEnables: [])
        #expect(bench.probe.response == .byteEnableError)
    }

    @Test("a streaming access wraps its address")
    func streaming() throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0, size: 0x10)
        bench.probe.write(4, bytes: [1, 2, 3, 4, 5, 6], streamingWidth: 4)
        #expect(ram.bytes(at: 4, count: 5) == [5, 6, 3, 4, 0])
        #expect(bench.probe.read(4, count: 6, streamingWidth: 2) == [5, 6, 5, 6, 5, 6])
        bench.probe.read(4, count: 4, streamingWidth: 0)
        #expect(bench.probe.response == .burstError)
        // Only the width must lie in the memory.
        bench.probe.read(14, count: 8, streamingWidth: 2)
        #expect(bench.probe.response == .ok)
    }

    @Test("what reaches beyond the end is an address error and moves nothing")
    func beyond() throws {
        let bench = SimBench()
        let ram = try bench.make(Ram.self, "ram", ["size": .size(0x10)])
        try bench.map(ram.bus, at: 0, size: 0x1000)
        #expect(bench.probe.write(0xe, UInt32(1)) == .addressError)
        #expect(bench.probe.write(0x10, UInt8(1)) == .addressError)
        #expect(bench.probe.write(0xe, bytes: []) == .burstError)
        #expect(ram.bytes(at: 0, count: 16).allSatisfy { $0 == 0 })
        #expect(bench.probe.debugRead(0xe, count: 8).count == 2)
    }

    @Test("a ROM refuses writes over the bus and takes them from a debugger")
    func rom() throws {
        let bench = SimBench()
        let rom = try bench.make(Rom.self, "rom", ["size": .size(0x1000)])
        try bench.map(rom.bus, at: 0, size: 0x1000)
        rom.load([1, 2, 3, 4], at: 0)
        #expect(bench.probe.write(0, UInt32(0)) == .commandError)
        #expect(bench.probe.write(0, bytes: [0], byteEnables: [0xff]) == .commandError)
        #expect(bench.probe.read(0) as UInt32 == 0x0403_0201)
        #expect(bench.probe.debugWrite(0, bytes: [9]) == 1)
        #expect(rom.bytes(at: 0, count: 2) == [9, 2])
    }

    @Test("an ignore command moves nothing, answers ok, and is not counted")
    func ignore() throws {
        let bench = SimBench()
        _ = try bench.addRam(at: 0, size: 0x10)
        var byte: UInt8 = 7
        var transaction = Transaction(.ignore, address: 0, data: &byte, count: 1)
        var delay = SimTime.zero
        bench.probe.bus.transport(&transaction, delay: &delay)
        #expect(transaction.response == .ok && byte == 7 && bench.probe.bus.traffic.isEmpty)
    }

    @Test("a snapshot holds the pages that are not zero, and restores over other contents")
    func snapshot() throws {
        let bench = SimBench()
        let ram = try bench.make(Ram.self, "ram", ["size": .size(0x5800)])
        ram.load([1, 2, 3], at: 0x1ffe)
        ram.load([4], at: 0x57ff)
        ram.load([0], at: 0x3000)
        let saved = ram.saveState()
        let hash = ram.contentHash
        #expect(CoreConformance.checkSnapshotRoundTrip(try saved.decode(as: MemoryContents.self, at: "ram")) == [])
        ram.load([8, 8], at: 0x3fff)
        ram.load([7], at: 0x1ffe)
        #expect(ram.contentHash != hash)
        try ram.restoreState(saved)
        #expect(ram.contentHash == hash && ram.saveState() == saved)
        #expect(ram.bytes(at: 0x3fff, count: 2) == [0, 0] && ram.bytes(at: 0x1ffe, count: 3) == [1, 2, 3])
        let other = try bench.make(Ram.self, "other", ["size": .size(0x1000)])
        #expect(throws: SnapshotError.self) { try other.restoreState(saved) }
        let rom = try bench.make(Rom.self, "rom", ["size": .size(0x5800)])
        try rom.restoreState(saved)
        #expect(rom.contentHash == hash)
    }

    @Test("a cold reset zeroes a RAM, a warm one keeps it, a ROM keeps its image")
    func reset() throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0, size: 0x1000)
        let rom = try bench.make(Rom.self, "rom", ["size": .size(0x1000)])
        ram.load([1], at: 5)
        rom.load([1], at: 5)
        bench.simulation.reset(.warm)
        #expect(ram.bytes(at: 5, count: 1) == [1])
        bench.simulation.reset(.cold)
        #expect(ram.bytes(at: 5, count: 1) == [0] && rom.bytes(at: 5, count: 1) == [1])
    }

    @Test("a large RAM costs nothing until it is touched")
    func lazy() throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0x8000_0000, size: 4 << 30)
        ram.load([1], at: 3 << 30)
        #expect(ram.residentBytes <= 64 << 10)
        var pages: [UInt64] = []
        ram.forEachNonZeroPage { index, _ in pages.append(index) }
        #expect(pages == [(3 << 30) >> 12])
    }

    @Test("a RAM that the host cannot map is a located error")
    func tooLarge() {
        let bench = SimBench()
        let error = #expect(throws: ElaborationError.self) { try bench.addRam(at: 0, size: 1 << 50) }
        #expect(error?.description.hasPrefix("ram: there is no host memory for 1024 TiB") == true)
    }

    @Test("two simulations have memories, identifiers and traffic of their own")
    func twoSimulations() throws {
        let benches = [SimBench(), SimBench()]
        for (index, bench) in benches.enumerated() {
            let ram = try bench.addRam(at: 0, size: 0x1000)
            bench.probe.write(0, UInt8(index + 1))
            #expect(ram.bus.id.rawValue == 2)
        }
        for (index, bench) in benches.enumerated() {
            #expect(bench.probe.read(0) as UInt8 == UInt8(index + 1))
            #expect(bench.probe.bus.traffic.map(\.reads) == [1])
            #expect(BusDirectory.of(bench.simulation).initiators.count == 1)
        }
    }
}
