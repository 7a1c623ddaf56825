import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Interrupt lines")
struct LineTests {
    let bench = SimBench()
    let driver: Module
    let output: LineOutput

    init() {
        driver = Module(bench.context("driver"))
        output = LineOutput("irq", in: driver)
    }

    @Test("a change reaches every input with its time, and only changes do")
    func fanOut() throws {
        let a = try RecordingLine("a", of: output, in: bench)
        let b = try RecordingLine("b", of: output, in: bench)
        output.set(true, at: .nanoseconds(5))
        output.set(true, at: .nanoseconds(6))
        output.set(false, at: .nanoseconds(7))
        let changes: [RecordingLine.Change] = [.init(true, at: .nanoseconds(5)), .init(false, at: .nanoseconds(7))]
        #expect(a.changes == changes && b.changes == changes)
        #expect(output.raisedCount == 1 && a.input.raised == 1)
    }

    @Test("a level interrupt survives restore without a new edge")
    func restore() throws {
        let line = try RecordingLine("a", of: output, in: bench)
        output.restore(level: true)
        #expect(line.level && line.changes.isEmpty && line.input.raised == 0)
        output.set(true, at: .zero)
        #expect(line.changes.isEmpty)
        output.set(false, at: .zero)
        #expect(line.changes.map(\.level) == [false])
    }

    @Test("a second driver is refused, unless the input is wired-or")
    func wiredOr() throws {
        let second = LineOutput("irq2", in: driver)
        let plain = try RecordingLine("plain", of: output, in: bench)
        let error = #expect(throws: ElaborationError.self) { try second.connect(to: plain.input) }
        #expect(error?.description.contains("plain.in: a second output drives this line: “driver.irq2”") == true)
        let shared = RecordingLine("shared", in: bench, isWiredOr: true)
        try output.connect(to: shared.input)
        try second.connect(to: shared.input)
        output.set(true, at: .zero)
        second.set(true, at: .zero)
        output.set(false, at: .zero)
        #expect(shared.level && shared.changes.count == 1)
        second.set(false, at: .zero)
        #expect(!shared.level && shared.input.raised == 1)
    }

    @Test("an output drives an input once")
    func twice() throws {
        let line = try RecordingLine("a", of: output, in: bench)
        #expect(throws: ElaborationError.self) { try output.connect(to: line.input) }
    }

    @Test("an input takes over the level of the output that it is connected to")
    func lateConnection() throws {
        output.set(true, at: .zero)
        let line = try RecordingLine("late", of: output, in: bench)
        #expect(line.level && line.changes.isEmpty)
    }

    @Test("counts are kept by line, and restored")
    func counts() throws {
        let line = try RecordingLine("plic", of: output, in: bench)
        output.pulse(at: .zero)
        line.input.noteTaken(at: .zero)
        line.input.noteClaimed(at: .zero)
        line.input.noteClaimed(at: .zero)
        let record = try #require(BusDirectory.of(bench.simulation).lineRecords.first)
        #expect(record.line == "plic.in" && record.raised == 1 && record.taken == 1 && record.claimed == 2)
        line.input.restore(raised: 4, taken: 3, claimed: 2)
        #expect(line.input.raised == 4 && line.input.taken == 3 && line.input.claimed == 2)
    }

    @Test("what answers a rise is timed from the oldest that nobody has answered")
    func latencies() throws {
        let line = try RecordingLine("plic", of: output, in: bench)
        output.pulse(at: .nanoseconds(10))
        output.pulse(at: .nanoseconds(20))
        line.input.noteClaimed(at: .nanoseconds(35))
        line.input.noteTaken(at: .nanoseconds(11))
        output.pulse(at: .nanoseconds(40))
        line.input.noteClaimed(at: .nanoseconds(45))
        line.input.noteClaimed(at: .nanoseconds(99))
        // Whoever runs ahead may have taken it before.
        line.input.noteTaken(at: .nanoseconds(30))
        let record = line.input.record
        #expect(record.claimedLatency.count == 2 && record.claimedLatency.total == .nanoseconds(30))
        #expect(record.claimedLatency.longest == .nanoseconds(25))
        #expect(record.takenLatency.count == 2 && record.takenLatency.total == .nanoseconds(1))
        let claims = record.claimedLatency.histogram.places.map { [$0.least, $0.count] }
        #expect(claims == [[4096, 1], [16384, 1]])
        #expect(record.takenLatency.histogram.places.map { [$0.least, $0.count] } == [[0, 1], [512, 1]])
    }

    @Test("an observer sees what the receiver was told, after it")
    func observed() throws {
        final class Tracer: LineObserver {
            var levels: [Bool] = []
            func lineObserved(_ line: Port, level: Bool, at time: SimTime) { levels.append(level) }
        }
        let line = RecordingLine("a", in: bench)
        let tracer = Tracer()
        line.input.observer = tracer
        line.input.set(true, at: .zero)
        line.input.set(false, at: .zero)
        #expect(tracer.levels == [true, false])
    }
}
