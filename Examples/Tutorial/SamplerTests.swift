import Tandem
import TandemTesting
import Testing

/// The tests of the tutorial's platform.
struct SamplerTests {
    @Test("the accumulator adds what is written, and refuses what it does not have")
    func accumulator() throws {
        let bench = SimBench()
        let accumulator = Accumulator(bench.context("accumulator"))
        try bench.map(accumulator.bus, at: 0x100, size: 0x10)

        bench.probe.write(0x100, UInt32(30))
        bench.probe.write(0x100, UInt32(12))
        #expect(bench.probe.read(0x104, as: UInt32.self) == 2)
        #expect(bench.probe.read(0x108, as: UInt64.self) == 42)
        #expect(bench.probe.delay == .nanoseconds(80))

        bench.probe.write(0x104, UInt32(0))
        #expect(bench.probe.response == .commandError)
        _ = bench.probe.read(0x108, count: 2)
        #expect(bench.probe.response == .burstError)
    }

    @Test("the filter gives every large sample to the accumulator")
    func sum() throws {
        let platform = try Sampler(blocks: 3, threshold: 108)
        #expect(platform.simulation.run() == .starved)

        // Of the samples 0…15, 100…115 and 200…215 those from 108 on.
        let large = (108...115).reduce(0, +) + (200...215).reduce(0, +)
        #expect(platform.accumulator.sum == UInt64(large))
        #expect(platform.accumulator.count == 24)
    }

    @Test("the traffic of both initiators is counted where it arrives")
    func traffic() throws {
        let platform = try Sampler(blocks: 3, threshold: 108)
        _ = platform.simulation.run()
        #expect(
            platform.traffic == [
                "sensor → ram: 0 reads, 48 writes, 960 ns",
                "filter → ram: 48 reads, 0 writes, 960 ns",
                "filter → accumulator: 0 reads, 24 writes, 600 ns",
            ])
    }

    @Test("any quantum gives the same sum, and the same time to the end", arguments: [0, 50, 1_000, 100_000])
    func quantum(nanoseconds: UInt64) throws {
        let platform = try Sampler(blocks: 8, threshold: 0)
        platform.simulation.quantum.value = .nanoseconds(nanoseconds)
        #expect(platform.simulation.run() == .starved)
        #expect(platform.accumulator.count == 128)
        // Blocks come every 1.6 µs. The last one is read after that: 16 samples of 20 ns and 25 ns.
        #expect(platform.simulation.scheduler.now == .nanoseconds(8 * 1600 + 16 * 45))
    }
}
