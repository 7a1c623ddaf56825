import TandemKernel
import Testing

@Suite struct FrequencyTests {
    @Test(
        "a frequency is read with and without its unit",
        arguments: [
            ("1GHz", 1_000_000_000), ("10 MHz", 10_000_000), ("32.768kHz", 32_768), ("50", 50), ("1ghz", 1_000_000_000),
        ] as [(String, UInt64)])
    func reading(text: String, hertz: UInt64) throws {
        #expect(try Frequency(parsing: text).hertz == hertz)
    }

    @Test("what is no frequency is refused", arguments: ["", "GHz", "1 Ghzz", "1.5", "-1Hz", "0.0001Hz", "1us"])
    func refusing(text: String) {
        #expect(throws: QuantityError.self) { try Frequency(parsing: text) }
    }

    @Test("a frequency prints exactly")
    func printing() {
        #expect("\(Frequency.gigahertz(1))" == "1 GHz")
        #expect("\(Frequency.hertz(32_768))" == "32.768 kHz")
        #expect("\(Frequency.hertz(0))" == "0 Hz")
    }

    @Test(
        "the time of a cycle is the first at which it is complete", arguments: [1, 3, 32_768, 10_000_000, 999_999_937])
    func inverse(hertz: UInt64) {
        let frequency = Frequency.hertz(hertz)
        for cycle in [1, 2, 3, 1_000, 999_983, 4_000_000_007] as [UInt64] {
            let time = frequency.time(ofCycle: cycle)
            if time == .never { continue }
            #expect(frequency.cycles(at: time) >= cycle)
            #expect(frequency.cycles(at: time - .picoseconds(1)) < cycle)
        }
        #expect(frequency.time(ofCycle: 0) == .zero)
        #expect(Frequency.hertz(1).time(ofCycle: .max) == .never)
        #expect(Frequency.hertz(0).time(ofCycle: 1) == .never)
    }

    @Test("advancing in pieces ends where advancing at once does")
    func drift() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        let frequency = Frequency.hertz(1_000_000_007)
        var clock = CycleClock(frequency)
        var (time, cycles) = (SimTime.zero, UInt64(0))
        for _ in 0..<1_000 {
            let step = random.next() % 1_000
            time += clock.advance(step)
            cycles += step
        }
        var whole = CycleClock(frequency)
        #expect(time == whole.advance(cycles), "seed \(seed)")
        #expect(clock == whole)
        #expect(Frequency.gigahertz(1).exactPeriod == .ns(1))
        #expect(Frequency.hertz(3).exactPeriod == nil)
        #expect(Frequency.hertz(3).period == .picoseconds(333_333_333_333))
    }
}

@Suite struct ByteSizeTests {
    @Test(
        "a size is read with binary suffixes",
        arguments: [
            ("512M", 512 << 20), ("1G", 1 << 30), ("0x1000", 4096), ("4KiB", 4096), ("64 MiB", 64 << 20), ("17", 17),
            ("1.5G", 3 << 29), ("2t", 2 << 40), ("128b", 128), ("1_024", 1024),
        ] as [(String, UInt64)])
    func reading(text: String, bytes: UInt64) throws {
        #expect(try ByteSize(parsing: text).bytes == bytes)
    }

    @Test(
        "what is no size is refused",
        arguments: ["", "M", "1 Q", "12MB2", "-1", "0x", "0xg", "1.5", "16777216T", "1Mi", "0x+1", "1..5G"])
    func refusing(text: String) {
        #expect(throws: QuantityError.self) { try ByteSize(parsing: text) }
    }

    @Test("a size prints in a unit of which it is a multiple")
    func printing() {
        #expect("\(ByteSize.mebibytes(512))" == "512 MiB")
        #expect("\(ByteSize(bytes: 1536))" == "1536 B")
        #expect("\(ByteSize(bytes: 0))" == "0 B")
    }
}
