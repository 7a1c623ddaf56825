import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct NORFlashTests {
    private func wait(_ spi: SPIBench) {
        while spi.status & 1 != 0 { spi.bench.run(for: .milliseconds(1)) }
    }

    private func program(_ spi: SPIBench, _ address: Int, _ bytes: [UInt8]) {
        spi.command([0x06])
        spi.command([0x02] + Self.bytes(address) + bytes)
        wait(spi)
    }

    private static func bytes(_ address: Int) -> [UInt8] {
        [UInt8(address >> 16), UInt8(address >> 8 & 0xff), UInt8(address & 0xff)]
    }

    @Test("the identification follows the size, or is given")
    func identification() throws {
        let small = try SPIBench()
        #expect(small.command([0x9f], reading: 4) == [0xef, 0x40, 0x14, 0xef])
        let given = try SPIBench(["jedec-id": .unsigned(0x9d6019)])
        #expect(given.command([0x9f], reading: 3) == [0x9d, 0x60, 0x19])
    }

    @Test("programming clears bits and sets none, wraps within its page, and needs write enable each time")
    func programming() throws {
        let spi = try SPIBench()
        spi.command([0x02, 0, 0, 0, 0x00])
        #expect(spi.flash.storage[0] == 0xff)
        program(spi, 0x1fe, [0xf0, 0x0f, 0x33])
        #expect(spi.flash.storage[0x1fe] == 0xf0 && spi.flash.storage[0x1ff] == 0x0f)
        #expect(spi.flash.storage[0x100] == 0x33 && spi.flash.storage[0x200] == 0xff)
        #expect(spi.status == 0)
        program(spi, 0x1fe, [0x3c])
        #expect(spi.flash.storage[0x1fe] == 0x30)
    }

    @Test(
        "an erase reaches its block and takes its time",
        arguments: [
            (0x20 as UInt8, 4 << 10, 45 as UInt64), (0x52, 32 << 10, 120), (0xd8, 64 << 10, 150),
            (0xc7, 1 << 20, 40_000),
        ])
    func erase(command: UInt8, block: Int, milliseconds: UInt64) throws {
        let spi = try SPIBench()
        let address = 0x2_3456
        let start = address / block * block
        for place in [start, start + block - 1] + (block < 1 << 20 ? [start - 1, start + block] : []) {
            program(spi, place, [0])
        }
        spi.command([0x06])
        spi.command([command] + (block < 1 << 20 ? Self.bytes(address) : []))
        #expect(spi.status == 0x03)
        spi.bench.run(for: .milliseconds(milliseconds) - .microseconds(10))
        #expect(spi.status == 0x03)
        spi.bench.run(for: .microseconds(10))
        #expect(spi.status == 0)
        #expect(spi.flash.storage[start..<start + block].allSatisfy { $0 == 0xff })
        if block < 1 << 20 { #expect(spi.flash.storage[start - 1] == 0 && spi.flash.storage[start + block] == 0) }
    }

    @Test("while it works it answers its status only")
    func busy() throws {
        let spi = try SPIBench()
        spi.command([0x06])
        spi.command([0x02, 0, 0, 0, 1])
        #expect(spi.command([0x9f], reading: 1) == [0xff])
        #expect(spi.command([0x03, 0, 0, 0], reading: 1) == [0xff])
        spi.bench.run(for: .milliseconds(1))
        #expect(spi.command([0x03, 0, 0, 0], reading: 2) == [1, 0xff])
    }

    @Test("reads go on over the end to the first byte, with dummy clocks where the command has them")
    func reads() throws {
        let spi = try SPIBench()
        spi.flash.connectStorage([9], nil)
        program(spi, 0xf_ffff, [8])
        #expect(spi.command([0x03, 0x0f, 0xff, 0xff], reading: 2) == [8, 9])
        #expect(spi.command([0x0b, 0x0f, 0xff, 0xff, 0x55], reading: 2) == [8, 9])
    }

    @Test(
        "the protection bits keep programs and erases out",
        arguments: [
            (0x1c as UInt8, 0, true), (0x18, 0x80000, true), (0x18, 0, false), (0x38, 0, true), (0x38, 0x80000, false),
        ])
    func protection(status: UInt8, address: Int, isProtected: Bool) throws {
        let spi = try SPIBench()
        spi.command([0x06])
        spi.command([0x01, status])
        wait(spi)
        #expect(spi.status == status)
        program(spi, address, [0])
        #expect((spi.flash.storage[address] == 0xff) == isProtected)
    }

    @Test("asleep it only wakes; a reset by software ends that it may write")
    func power() throws {
        let spi = try SPIBench()
        spi.command([0xb9])
        #expect(spi.command([0x9f], reading: 1) == [0xff])
        #expect(spi.command([0xab, 0, 0, 0], reading: 1) == [0x13])
        #expect(spi.command([0x9f], reading: 1) == [0xef])
        spi.command([0x06])
        #expect(spi.status == 2)
        spi.command([0x99])
        #expect(spi.status == 2)
        spi.command([0x66])
        spi.command([0x99])
        #expect(spi.status == 0)
    }

    @Test("the parameters say size, erase commands and fast reads")
    func parameters() throws {
        let spi = try SPIBench()
        let table = spi.command([0x5a, 0, 0, 0, 0], reading: 64)
        #expect(Array(table[0..<4]) == Array("SFDP".utf8))
        #expect(table[8 + 3] == 9 && table[8 + 4] == 0x10)
        func word(_ number: Int) -> UInt32 {
            table[(0x10 + 4 * number)...].prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        #expect(word(1) == (1 << 20) * 8 - 1)
        #expect(word(7) == 0x520f_200c && word(8) == 0xd810)
    }

    @Test("a size that is no power of two is refused")
    func size() throws {
        let error = #expect(throws: ElaborationError.self) {
            try SPIBench(["size": .size(ByteSize(bytes: 100_000))])
        }
        #expect(error?.description.contains("a flash has a power of two of bytes") == true)
    }
}
