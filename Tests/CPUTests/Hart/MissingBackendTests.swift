import TandemKernel
import TandemOS
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: hosts without the back-end")
struct MissingBackendTests {
    private static let program = """
            li   t0, 1000
        1:  add  a0, a0, t0
            addi t0, t0, -1
            bnez t0, 1b
        """

    /// Runs three harts on a host that is prepared so. Returns what they say.
    private func run(
        engine: HartEngine? = nil, dmi: Bool = true, _ host: @escaping (TranslatorHost) -> Void
    ) throws -> [LogRecord] {
        let sink = RecordingSink()
        let bench = try HartBench(Self.program, harts: 3, dmi: dmi, engine: engine, hotThreshold: 1, host: host)
        bench.sim.simulation.log.sink = sink
        bench.run()
        #expect(bench.rests && (0..<3).allSatisfy { bench.x("a0", hart: $0) == 500_500 })
        #expect(bench.harts.allSatisfy { $0.backend == nil })
        return sink.records
    }

    @Test("a host without the instructions interprets, and says so in one line for all harts")
    func instructions() throws {
        let records = try run { $0.processor = HostProcessor(features: [.avx, .popcnt, .lzcnt, .bmi1]) }
        #expect(
            records == [
                LogRecord(
                    level: .warning, time: .zero, place: "",
                    message: "guest code is interpreted: this processor has no FMA, BMI2")
            ])
    }

    @Test("a host that is no x86-64 interprets, and says so in one line")
    func otherProcessor() throws {
        let records = try run { $0.processor = HostProcessor(features: []) }
        #expect(records.map(\.message) == ["guest code is interpreted: the back-end is for x86-64 processors"])
    }

    @Test("a host that gives no memory for code interprets, and says so in one line")
    func memory() throws {
        guard HostProcessor.current.hasTranslatorFeatures else { return }
        let records = try run { $0.makeMemory = { _ throws(OSError) in throw OSError("mmap", errno: .noMemory) } }
        #expect(records.count == 1)
        #expect(
            records.first?.message.hasPrefix(
                "guest code is interpreted: this host gives no memory for generated code, mmap failed: ") == true)
    }

    @Test("who asked for the portable engine is not told about it")
    func asked() throws {
        #expect(try run(engine: .interpret) { $0.processor = HostProcessor(features: []) } == [])
        #expect(try run(dmi: false) { $0.processor = HostProcessor(features: []) } == [])
    }
}
