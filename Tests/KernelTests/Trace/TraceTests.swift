import Testing

@testable import TandemKernel

@Suite struct TraceTests {
    private static let small = TraceEvent("unit.small", "Nothing with it.")
    private static let large = TraceEvent(
        "unit.large", "One of each.",
        [
            TraceField("count", .unsigned), TraceField("address", .hexadecimal), TraceField("up", .flag),
            TraceField("word", .text),
        ])

    @Test(
        "a pattern switches the events whose names match",
        arguments: [
            ("unit.*", ["unit.large", "unit.small"]), ("*", ["unit.large", "unit.small", "simulation.reset"]),
            ("unit.l????", ["unit.large"]), ("*small*", ["unit.small"]), ("unit.small", ["unit.small"]),
        ])
    func patterns(pattern: String, names: [String]) throws {
        let trace = Simulation().trace
        _ = trace.point(Self.small)
        _ = trace.point(Self.large)
        try trace.set(pattern, true)
        #expect(Set(trace.events.filter(\.isOn).map(\.event.name)) == Set(names))
        try trace.set("*", false)
        #expect(trace.events.allSatisfy { !$0.isOn })
    }

    @Test("a pattern without an event is an error with the nearest names")
    func unknown() {
        let trace = Simulation().trace
        _ = trace.point(Self.small)
        #expect {
            try trace.set("unit.smal", true)
        } throws: {
            "\($0)".contains("no trace event is called “unit.smal”") && "\($0)".contains("“unit.small”")
        }
    }

    @Test("what is off is not told; what is on is, in order, with time and place")
    func telling() throws {
        let simulation = Simulation()
        let sink = RecordingTraceSink()
        simulation.trace.sink = sink
        let point = simulation.trace.point(Self.small)
        let same = simulation.trace.point(Self.small)
        point.tell(of: "a")
        try simulation.trace.set("unit.small", true)
        #expect(point.isOn && same.isOn)
        point.tell(of: "a")
        same.tell(of: "b", at: .nanoseconds(3))
        #expect(sink.records.map(\.place) == ["a", "b"])
        #expect(sink.records.map(\.time) == [.zero, .nanoseconds(3)])
        simulation.reset()
        #expect(sink.records.count == 2)
    }

    private static let record = TraceRecord(
        large, at: .nanoseconds(12), of: "soc.uart0",
        [.number(7), .number(0x8000_0000), .flag(true), .text("a \"b\"\n")])

    @Test("a record as text and as JSON")
    func forms() {
        var text = TraceEncoder(.text)
        #expect(
            String(decoding: text.encode(Self.record), as: UTF8.self)
                == "12 ns soc.uart0 unit.large count=7 address=0x80000000 up=1 word=a \"b\"\n\n")
        var json = TraceEncoder(.jsonl)
        #expect(
            String(decoding: json.encode(Self.record), as: UTF8.self)
                == #"{"time":12000,"object":"soc.uart0","event":"unit.large","count":7,"address":2147483648,"up":true,"word":"a \"b\"\u000a"}"#
                + "\n")
    }

    @Test("the binary form brings back what went in, records that are earlier than the last included")
    func binary() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        var encoder = TraceEncoder(.binary)
        var bytes: [UInt8] = []
        var records: [TraceRecord] = []
        for _ in 0..<500 {
            let time = SimTime(picoseconds: random.next() >> (random.next() % 60))
            let place = "m\(random.next() % 5)"
            records.append(
                random.next() % 2 == 0
                    ? TraceRecord(Self.small, at: time, of: place, [])
                    : TraceRecord(
                        Self.large, at: time, of: place,
                        [
                            .number(random.next()), .number(random.next() % 200), .flag(random.next() % 2 == 0),
                            .text(String(repeating: "é", count: Int(random.next() % 70))),
                        ]))
            bytes += encoder.encode(records[records.count - 1])
        }
        var decoder = try TraceDecoder(bytes)
        for record in records {
            let found = try #require(try decoder.next(), "seed \(seed)")
            #expect(found.time == record.time && found.place == record.place && found.values == record.values)
            #expect(found.event.name == record.event.name && found.event.fields == record.event.fields)
        }
        #expect(try decoder.next() == nil)
    }

    @Test("a damaged trace is an error with its place, or other records, and never a trap")
    func damaged() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        var encoder = TraceEncoder(.binary)
        let whole = (0..<20).flatMap { _ in encoder.encode(Self.record) }
        #expect(throws: TraceError.self) { try TraceDecoder(Array("{}".utf8)) }
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<(1 + random.next() % 3) {
                let index =
                    TraceEncoder.magic.count + Int(random.next() % UInt64(bytes.count - TraceEncoder.magic.count))
                bytes[index] = UInt8(truncatingIfNeeded: random.next())
            }
            bytes.removeLast(Int(random.next() % 30))
            var decoder = try TraceDecoder(bytes)
            do { while try decoder.next() != nil {} } catch {
                #expect(error.offset <= bytes.count, "seed \(seed)")
            }
        }
    }

    @Test("objects have log levels of their own, which hold for what is in them")
    func levels() {
        let sink = RecordingSink()
        let log = Log(sink: sink) { .zero }
        log.setLevel(.debug, of: "soc")
        log.setLevel(.error, of: "soc.uart0")
        #expect(log.admits(.debug) && !log.admits(.trace))
        for place in ["soc", "soc.ram", "soc.uart0", "society", "cpu0"] {
            log.write(.warning, at: place, "warning")
            log.writeOnce(.debug, at: place, "debug")
        }
        #expect(
            sink.records.map { "\($0.place) \($0.message)" } == [
                "soc warning", "soc debug", "soc.ram warning", "soc.ram debug", "society warning", "cpu0 warning",
            ])
        log.setLevel(nil, of: "soc")
        #expect(!log.admits(.debug))
    }

    @Test("what guests do wrong is told to whoever asks, whatever the levels of objects")
    func guestErrors() {
        let (shown, errors) = (RecordingSink(), RecordingSink())
        let log = Log(sink: shown) { .zero }
        log.guestErrors = errors
        log.setLevel(.debug, of: "bus")
        for place in ["bus", "uart"] {
            log.write(.warning, at: place, "warning")
            log.writeOnce(.debug, at: place, "hole")
            log.writeOnce(.debug, at: place, "hole")
            log.write(.info, at: place, "info")
        }
        #expect(
            shown.records.map { "\($0.place) \($0.message)" } == [
                "bus warning", "bus hole", "bus info", "uart warning",
            ])
        #expect(errors.records.map { "\($0.place) \($0.message)" } == ["bus hole", "uart hole"])
        log.setLevel(nil, of: "bus")
        log.guestErrors = nil
        #expect(!log.admits(.info))
    }
}
