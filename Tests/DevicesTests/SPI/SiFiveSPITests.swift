import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct SiFiveSPITests {
    private func observe(_ name: String, of spi: SPIBench) throws -> (level: () -> Bool, levels: () -> [Bool]) {
        let output = try #require(spi.controller.port(named: name) as? LineOutput)
        let tracer = Tracer()
        output.observer = tracer
        return (
            { output.level },
            {
                defer { tracer.levels = [] }
                return tracer.levels
            }
        )
    }

    private final class Tracer: LineObserver {
        var levels: [Bool] = []
        var times: [SimTime] = []
        func lineObserved(_ line: Port, level: Bool, at time: SimTime) {
            levels.append(level)
            times.append(time)
        }
    }

    @Test(
        "a frame takes its periods of SCK and its delays to the picosecond",
        arguments: [
            // mode, proto, len, div → input clocks of 20 ns for the first frame and the second.
            (0 as UInt32, 0 as UInt32, 8 as UInt32, 0 as UInt32, 20 as UInt64, 22 as UInt64), (2, 0, 8, 0, 18, 16),
            (3, 0, 8, 0, 16, 16), (0, 2, 8, 3, 32, 40), (2, 1, 8, 1, 20, 16), (2, 0, 5, 0, 12, 10),
        ])
    func time(mode: UInt32, proto: UInt32, length: UInt32, divider: UInt32, first: UInt64, second: UInt64) throws {
        for (frame, clocks) in [first, first + second].enumerated() {
            let spi = try SPIBench()
            let tracer = Tracer()
            try #require(spi.controller.port(named: "interrupt") as? LineOutput).observer = tracer
            spi.write(0x00, divider)
            spi.write(0x18, mode)
            spi.write(0x40, proto | length << 16)
            spi.write(0x54, UInt32(frame))
            spi.write(0x70, 2)
            for _ in 0..<2 { spi.write(0x48, 0x9f) }
            spi.bench.run(for: .microseconds(10))
            #expect(tracer.levels == [true] && tracer.times == [.nanoseconds(20 * clocks)], "frame \(frame)")
        }
    }

    @Test("in automatic mode the line goes with each frame, held it stays, off it never moves")
    func select() throws {
        let spi = try SPIBench()
        spi.bench.run(for: .microseconds(1))
        let select = try observe("select0", of: spi)
        func frames(_ mode: UInt32) -> [Bool] {
            spi.write(0x18, mode)
            _ = select.levels()
            for _ in 0..<2 { spi.write(0x48, 0) }
            spi.bench.run(for: .microseconds(10))
            return select.levels()
        }
        #expect(frames(0) == [false, true, false, true])
        #expect(frames(2) == [false])
        #expect(frames(3) == [])
        #expect(select.level())
    }

    @Test("a line that is held waits for the end of its frame before it is let go")
    func release() throws {
        let spi = try SPIBench()
        let select = try observe("select0", of: spi)
        spi.write(0x18, 2)
        spi.write(0x48, 6)
        spi.write(0x18, 0)
        #expect(!select.level())
        spi.bench.run(for: .microseconds(1))
        #expect(select.level())
        _ = spi.read(0x4c)
        #expect(spi.status & 2 != 0, "the chip saw the whole command")
    }

    @Test("a frame has the format that it began with: what is written meanwhile is for the next one")
    func format() throws {
        let spi = try SPIBench()
        spi.write(0x18, 2)
        // The command, sent only; the queue is empty as soon as it begins. Then three bytes that are received.
        spi.write(0x40, 0x8_0008)
        spi.write(0x48, 0x9f)
        spi.write(0x40, 0x8_0000)
        for _ in 0..<3 { spi.write(0x48, 0) }
        spi.bench.run(for: .microseconds(10))
        #expect((0..<4).map { _ in spi.read(0x4c) } == [0xef, 0x40, 0x14, 0x8000_0000])
    }

    @Test("watermarks raise the interrupt, and queues say when they are full and empty")
    func queues() throws {
        let spi = try SPIBench()
        let interrupt = try observe("interrupt", of: spi)
        #expect(spi.read(0x4c) == 0x8000_0000)
        spi.write(0x60, 1)
        for byte: UInt32 in 1...9 { spi.write(0x48, byte) }
        #expect(spi.read(0x48) == 0x8000_0000)
        spi.write(0x50, 4)
        spi.write(0x54, 5)
        spi.write(0x70, 3)
        #expect(!interrupt.level())
        spi.write(0x18, 2)
        spi.write(0x60, 0)
        spi.bench.run(for: .microseconds(10))
        #expect(interrupt.level() && spi.read(0x74) == 3)
        spi.write(0x70, 2)
        for _ in 0..<2 { _ = spi.read(0x4c) }
        #expect(interrupt.level())
        _ = spi.read(0x4c)
        #expect(!interrupt.level())
        for _ in 0..<5 { #expect(spi.read(0x4c) & 0x8000_0000 == 0) }
        #expect(spi.read(0x4c) == 0x8000_0000)
    }

    @Test("the window shows the flash, and a read that goes on costs its data only")
    func window() throws {
        let spi = try SPIBench()
        spi.flash.connectStorage((0..<64).map { UInt8($0) }, nil)
        var delay = SimTime.zero
        func read(_ address: UInt64, _ count: Int) -> (bytes: [UInt8], clocks: UInt64) {
            let bytes = spi.bench.probe.read(spi.window + address, count: count)
            defer { delay = spi.bench.probe.delay }
            return (bytes, (spi.bench.probe.delay - delay).picoseconds / 40_000)
        }
        #expect(read(4, 4).bytes == [0xee, 0xee, 0xee, 0xee])
        #expect(spi.bench.probe.response == .addressError)
        spi.write(0x60, 1)
        // One period before the clock, command and address of 32, data of 32.
        #expect(read(4, 4) == ([4, 5, 6, 7], 65))
        #expect(read(8, 8) == ([8, 9, 10, 11, 12, 13, 14, 15], 64))
        #expect(read(8, 1) == ([8], 41))
        // Fast read with four lanes of data and eight dummy clocks.
        spi.write(0x64, 0x006b_2087)
        #expect(read(16, 4) == ([16, 17, 18, 19], 1 + 32 + 8 + 8))
        spi.bench.probe.write(spi.window, UInt32(1))
        #expect(spi.bench.probe.response == .commandError)
        #expect(spi.bench.probe.debugWrite(spi.window + 2, bytes: [0x77]) == 1)
        #expect(spi.bench.probe.debugRead(spi.window + 1, count: 3) == [1, 0x77, 3])
    }

    @Test("a select line leads to one chip, and there must be one", arguments: [0, 1])
    func lines(number: Int) throws {
        let spi = try SPIBench()
        let bench = SimBench()
        let other = try bench.make(NORFlash.self, "other", ["select": .integer(Int64(number))])
        let error = #expect(throws: ElaborationError.self) { try other.attach(to: spi.controller.spi) }
        #expect(
            error?.description.contains(
                number == 0 ? "the select line 0 of “spi0” leads to “flash” already" : "“spi0” has no select line 1")
                == true)
        spi.controller.spi.detach(spi.flash)
        #expect(spi.command([0x9f], reading: 3) == [0xff, 0xff, 0xff])
        try spi.flash.attach(to: spi.controller.spi)
        #expect(spi.command([0x9f], reading: 3) == [0xef, 0x40, 0x14])
    }

    @Test("controller and chip go on in the middle of a command from a snapshot")
    func snapshot() throws {
        let spi = try SPIBench()
        spi.flash.connectStorage([1, 2, 3, 4], nil)
        spi.write(0x18, 2)
        func exchange(_ byte: UInt32) -> UInt32 {
            spi.write(0x48, byte)
            spi.bench.run(for: .microseconds(1))
            return spi.read(0x4c)
        }
        for byte: UInt32 in [3, 0, 0, 1] { _ = exchange(byte) }
        #expect(exchange(0) == 2)
        let (controller, chip) = (spi.controller.saveState(), spi.flash.saveState())
        #expect(exchange(0) == 3)
        spi.write(0x18, 0)
        try spi.flash.restoreState(chip)
        try spi.controller.restoreState(controller)
        #expect(exchange(0) == 3 && exchange(0) == 4)
    }
}
