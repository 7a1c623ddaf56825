import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct LineGateTests {
    private let bench = SimBench()

    @Test(
        "a gate gives the table of its function",
        arguments: [
            (GateFunction.and, [false, false, false, true]), (.or, [false, true, true, true]),
            (.xor, [false, true, true, false]), (.nand, [true, true, true, false]),
            (.nor, [true, false, false, false]), (.xnor, [true, false, false, true]),
        ])
    func table(function: GateFunction, outputs: [Bool]) throws {
        let gate = try bench.make(LineGate.self, "gate", ["function": .choice(function.rawValue)])
        let line = try RecordingLine("line", of: #require(gate.port(named: "out") as? LineOutput), in: bench)
        let inputs = try (0..<2).map { try #require(gate.port(named: "in\($0)") as? LineInput) }
        try bench.simulation.elaborate()
        bench.run(for: .nanoseconds(1))
        for (row, expected) in outputs.enumerated() {
            for (bit, input) in inputs.enumerated() { input.set(row >> bit & 1 != 0, at: bench.now) }
            #expect(line.level == expected, "row \(row)")
        }
    }

    @Test("a not is high from the start, and follows its input at the time of the driver")
    func not() throws {
        let gate = try bench.make(LineGate.self, "gate", ["function": .choice("not")])
        let line = try RecordingLine("line", of: #require(gate.port(named: "out") as? LineOutput), in: bench)
        try bench.simulation.elaborate()
        bench.run(for: .nanoseconds(1))
        #expect(line.changes == [.init(true, at: .zero)])
        try #require(gate.port(named: "in0") as? LineInput).set(true, at: .nanoseconds(70))
        #expect(line.changes.last == .init(false, at: .nanoseconds(70)))
    }

    @Test("a gate that feeds itself ends the run with its name, and a latch of two settles")
    func loops() throws {
        let gate = try bench.make(LineGate.self, "gate", ["function": .choice("not")])
        try #require(gate.port(named: "out") as? LineOutput).connect(
            to: #require(gate.port(named: "in0") as? LineInput))
        try bench.simulation.elaborate()
        guard case .failed(let error) = bench.run(for: .nanoseconds(1)) else {
            Issue.record("the run goes on")
            return
        }
        #expect(error.description.hasPrefix("gate: the gate hears its own output and never comes to rest"))
        let other = SimBench()
        let gates = try ["set", "reset"].map { try other.make(LineGate.self, $0, ["function": .choice("nor")]) }
        for (from, to) in [(0, 1), (1, 0)] {
            try #require(gates[from].port(named: "out") as? LineOutput).connect(
                to: #require(gates[to].port(named: "in1") as? LineInput))
        }
        try other.simulation.elaborate()
        other.run(for: .nanoseconds(1))
        let outputs = try gates.map { try #require($0.port(named: "out") as? LineOutput) }
        for number in [0, 1, 0] {
            let input = try #require(gates[number].port(named: "in0") as? LineInput)
            input.set(true, at: other.now)
            input.set(false, at: other.now)
            #expect(!outputs[number].level && outputs[1 - number].level)
        }
    }

    @Test("a not with three inputs is refused with the way out")
    func inputs() throws {
        _ = try bench.make(LineGate.self, "gate", ["function": .choice("not"), "inputs": .integer(3)])
        let error = #expect(throws: ElaborationError.self) { try bench.simulation.elaborate() }
        #expect(error?.description.contains("a “not” cannot have 3 inputs") == true)
        #expect(error?.description.contains("nor") == true)
    }

    @Test("a restored gate goes on from the levels of its inputs, without an edge")
    func restored() throws {
        let gate = try bench.make(LineGate.self, "gate", ["function": .choice("and")])
        let line = try RecordingLine("line", of: #require(gate.port(named: "out") as? LineOutput), in: bench)
        let inputs = try (0..<2).map { try #require(gate.port(named: "in\($0)") as? LineInput) }
        try bench.simulation.elaborate()
        for input in inputs { input.set(true, at: .zero) }
        let saved = gate.saveState()
        for input in inputs { input.set(false, at: .zero) }
        line.clear()
        try gate.restoreState(saved)
        for input in inputs { input.restore(level: true) }
        #expect(line.level && line.changes.isEmpty)
        inputs[0].set(false, at: .nanoseconds(5))
        #expect(line.changes == [.init(false, at: .nanoseconds(5))])
    }

    @Test("a switch drives its line when its property is set, and a reset does not move it")
    func lever() throws {
        let lever = try bench.make(LineSwitch.self, "button", ["level": true])
        let line = try RecordingLine("line", of: #require(lever.port(named: "out") as? LineOutput), in: bench)
        try bench.simulation.elaborate()
        bench.run(for: .nanoseconds(10))
        #expect(line.level)
        try lever.properties.set("level", to: .text("off"))
        #expect(line.changes == [.init(true, at: .zero), .init(false, at: .nanoseconds(10))])
        let saved = lever.saveState()
        try lever.properties.set("level", to: .text("on"))
        try lever.restoreState(saved)
        #expect(!line.level)
        bench.simulation.reset()
        #expect(!line.level)
    }

    @Test("an observer sees an output that drives nothing, and both ends of one that does")
    func observers() throws {
        final class Tracer: LineObserver {
            var seen: [String] = []
            func lineObserved(_ line: Port, level: Bool, at time: SimTime) { seen.append("\(line.path)=\(level)") }
        }
        let lever = try bench.make(LineSwitch.self, "button")
        let output = try #require(lever.port(named: "out") as? LineOutput)
        let tracer = Tracer()
        output.observer = tracer
        output.set(true, at: .zero)
        let line = try RecordingLine("line", of: output, in: bench)
        line.input.observer = tracer
        output.set(false, at: .zero)
        #expect(tracer.seen == ["button.out=true", "line.in=false", "button.out=false"])
    }
}
