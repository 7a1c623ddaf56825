import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct AT24Tests {
    private let i2c: I2CBench

    init() throws { i2c = try I2CBench() }

    private func memory(_ part: String, _ properties: PropertyValues = [:]) throws -> AT24 {
        var properties = properties
        properties.set("bus", .link("i2c0"))
        properties.set("part", .choice(part))
        let memory = try i2c.bench.make(AT24.self, "memory", properties)
        try i2c.bench.simulation.elaborate()
        return memory
    }

    private func wait() { i2c.bench.run(for: .milliseconds(5)) }

    @Test(
        "what is written at the end of a part is read there, and the next byte read is its first",
        arguments: [
            ("24c02", 256), ("24c04", 512), ("24c08", 1024), ("24c16", 2048), ("24c32", 4096), ("24c64", 8192),
            ("24c128", 16384), ("24c256", 32768),
        ])
    func ends(part: String, size: Int) throws {
        let memory = try memory(part)
        #expect(memory.storage == Array(repeating: 0xff, count: size))
        let last = size - 1
        let isLarge = size > 2048
        let device: UInt8 = isLarge ? 0x50 : 0x50 + UInt8(last / 256)
        let address = isLarge ? [UInt8(last >> 8), UInt8(last & 0xff)] : [UInt8(last & 0xff)]
        #expect(i2c.send((isLarge ? [0, 0] : [0]) + [0x11], to: 0x50).allSatisfy { $0 })
        wait()
        #expect(i2c.send(address + [0x99], to: device).allSatisfy { $0 })
        wait()
        #expect(memory.storage[0] == 0x11 && memory.storage[last] == 0x99)
        #expect(i2c.exchange(address, 2, with: device) == [0x99, 0x11])
    }

    @Test("a write wraps within its page")
    func wrap() throws {
        let memory = try memory("24c02")
        i2c.send([0x16, 1, 2, 3, 4], to: 0x50)
        #expect(Array(memory.storage[0x10..<0x18]) == [3, 4, 0xff, 0xff, 0xff, 0xff, 1, 2])
    }

    @Test("during the write time no address is acknowledged, and not longer", arguments: [1 as UInt64, 5, 20])
    func busy(milliseconds: UInt64) throws {
        _ = try memory("24c64", ["write-time": .time(.milliseconds(milliseconds))])
        i2c.send([0, 0, 7], to: 0x50)
        let end = i2c.bench.now
        var polls = 0
        while i2c.send([], to: 0x50) == [false] { polls += 1 }
        #expect(polls > 0)
        // The poll that succeeded began less than one poll before the time was over.
        let taken = i2c.bench.now.picoseconds - end.picoseconds
        let least = SimTime.milliseconds(milliseconds).picoseconds
        #expect(taken > least - 100_000_000 && taken < least + 300_000_000)
    }

    @Test("a write is dropped by a start without a stop, and by the protect line")
    func dropped() throws {
        let memory = try memory("24c02")
        i2c.command(0x90, data: 0xa0)
        i2c.command(0x10, data: 0)
        i2c.command(0x10, data: 0x42)
        _ = i2c.receive(1, from: 0x50)
        #expect(memory.storage[0] == 0xff)
        let protect = try #require(memory.port(named: "wp") as? LineInput)
        protect.set(true, at: i2c.bench.now)
        #expect(i2c.send([0, 0x42], to: 0x50) == [true, true, true])
        #expect(memory.storage[0] == 0xff)
        #expect(i2c.send([], to: 0x50) == [true], "nothing was written, so nothing takes time")
        protect.set(false, at: i2c.bench.now)
        i2c.send([0, 0x42], to: 0x50)
        #expect(memory.storage[0] == 0x42)
    }

    @Test("contents come from a back-end, go to it page by page, and return from a snapshot")
    func storage() throws {
        final class Store: StorageBackend {
            var stored: [(offset: Int, bytes: [UInt8])] = []
            func store(_ bytes: ArraySlice<UInt8>, at offset: Int) { stored.append((offset, Array(bytes))) }
        }
        let memory = try memory("24c02")
        let store = Store()
        memory.connectStorage([1, 2, 3], store)
        #expect(i2c.exchange([1], 3, with: 0x50) == [2, 3, 0xff])
        let saved = memory.saveState()
        i2c.send([2, 9], to: 0x50)
        #expect(store.stored.map(\.offset) == [2] && store.stored.map(\.bytes) == [[9]])
        try memory.restoreState(saved)
        #expect(memory.storage[2] == 3 && store.stored.last?.bytes.count == 256)
        i2c.bench.simulation.reset()
        #expect(memory.storage[2] == 3)
    }

    @Test("a part that takes several addresses cannot stand in the middle of them")
    func alignment() throws {
        let error = #expect(throws: ElaborationError.self) { try memory("24c16", ["address": .integer(0x52)]) }
        #expect(error?.description.contains("a 24c16 cannot stand at 0x52") == true)
    }
}
