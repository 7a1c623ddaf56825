import Testing

@testable import TandemKernel

@Suite struct PortTests {
    private func child(_ name: String, of parent: Module) -> Module {
        Module(ModuleContext(name: name, parent: parent))
    }

    private func error(of simulation: Simulation) -> String {
        do throws(ElaborationError) {
            try simulation.elaborate()
            return "accepted"
        } catch { return error.description }
    }

    @Test("a port leads through ports of enclosing modules and through exports to the channel")
    func hierarchy() throws {
        let bench = Bench()
        let inner = child("inner", of: bench.module)
        let source = child("source", of: bench.module)
        let (port, outer) = (SignalInput<Int>("p", in: inner), SignalInput<Int>("p", in: bench.module))
        let (innerExport, outerExport) = (
            Export<Signal<Int>>("e", in: source), Export<Signal<Int>>("e", in: bench.simulation.root)
        )
        let signal = Signal("s", in: source, 42)
        port.bind(outer)
        outer.bind(outerExport)
        outerExport.bind(innerExport)
        innerExport.bind(signal)
        try bench.simulation.elaborate()
        #expect(port.value == 42 && port.target === signal && outer.count == 1)
    }

    @Test("a process may be sensitive to a port before it is bound")
    func sensitivity() {
        let bench = Bench()
        let input = SignalInput<Bool>("in", in: bench.module)
        let output = SignalOutput<Bool>("out", in: bench.module)
        bench.module.method("m", sensitiveTo: input.risen, initialize: false) { bench.at("risen-\(input.isRisen)") }
        bench.module.thread("t", sensitiveTo: input.changed, initialize: true) { context in
            output.write(true)
            try context.wait()
            bench.at("changed")
            try context.wait(for: .ns(1))
            output.write(false)
            try context.wait(input.changed.event)
            bench.at("changed")
        }
        let signal = Signal("s", in: bench.module, false)
        input.bind(signal)
        output.bind(signal)
        _ = bench.simulation.run(until: .ns(5))
        #expect(bench.text == "risen-true@0ns/d1 changed@0ns/d1 changed@1ns/d3")
    }

    @Test("too few and too many bindings are refused with the port's path")
    func counts() {
        func message(_ count: BindingCount, _ bindings: Int) -> String {
            let bench = Bench()
            let port = PortTo<Signal<Int>>("p", in: bench.module, count: count)
            for index in 0..<bindings { port.bind(Signal("s\(index)", in: bench.module, index)) }
            return error(of: bench.simulation)
        }
        #expect(message(.one, 0) == "m.p: the port is not bound; expected one binding")
        #expect(message(.one, 2) == "m.p: the port has 2 bindings; expected one binding")
        #expect(message(.optional, 2) == "m.p: the port has 2 bindings; expected at most one binding")
        #expect(message(.oneOrMore, 0) == "m.p: the port is not bound; expected at least one binding")
        #expect(message(.exactly(3), 2) == "m.p: the port has 2 bindings; expected 3 bindings")
        #expect(message(BindingCount(2...4), 5) == "m.p: the port has 5 bindings; expected 2 to 4 bindings")
        for (count, bindings) in [(.optional, 0), (.any, 0), (.any, 7), (.oneOrMore, 3), (BindingCount.exactly(2), 2)] {
            #expect(message(count, bindings) == "accepted")
        }
    }

    @Test("cycles and exports that lead nowhere are refused")
    func cycles() {
        let bench = Bench()
        let (first, second) = (PortTo<Int>("a", in: bench.module), PortTo<Int>("b", in: bench.module))
        first.bind(second)
        second.bind(first)
        #expect(error(of: bench.simulation) == "m.a: the port is bound to itself, by way of others")
        let other = Bench()
        _ = Export<Int>("e", in: other.module)
        #expect(error(of: other.simulation) == "m.e: the export is not bound; expected one binding")
    }

    @Test("a port of several bindings leads to all, in their order")
    func several() throws {
        let bench = Bench()
        let port = PortTo<any Putting<Int>>("p", in: bench.module, count: .oneOrMore)
        let fifos = (0..<3).map { Fifo<Int>("f\($0)", in: bench.module) }
        for fifo in fifos { port.bind(fifo) }
        bench.module.method("m", sensitiveTo: port.finder { $0.okToPut }) {
            for index in 0..<port.count { _ = port[index].tryPut(index) }
        }
        _ = bench.simulation.run(until: .ns(1))
        #expect(fifos.map { $0.tryRead() } == [0, 1, 2])
    }

    @Test("a signal with one writer refuses a second output port, and counts ports within ports once")
    func writers() {
        let bench = Bench()
        let inner = child("inner", of: bench.module)
        let signal = Signal("s", in: bench.module, 0)
        let (outer, port) = (SignalOutput<Int>("out", in: bench.module), SignalOutput<Int>("out", in: inner))
        port.bind(outer)
        outer.bind(signal)
        #expect(error(of: bench.simulation) == "accepted")

        for (policy, expected) in [
            (
                WriterPolicy.one,
                "m.s: “m.b” and “m.a” are both bound to write it; expected one writing port, or another policy of writers"
            ), (.onePerDelta, "accepted"), (.any, "accepted"),
        ] {
            let bench = Bench()
            let signal = Signal("s", in: bench.module, 0, writers: policy)
            for name in ["a", "b"] { SignalOutput<Int>(name, in: bench.module).bind(signal) }
            #expect(error(of: bench.simulation) == expected)
        }
    }

    @Test("a FIFO takes one reading and one writing port")
    func fifoPorts() {
        let bench = Bench()
        let fifo = Fifo<Int>("f", in: bench.module)
        let (input, output) = (FifoInput<Int>("in", in: bench.module), FifoOutput<Int>("out", in: bench.module))
        input.bind(fifo)
        output.bind(fifo)
        bench.module.thread("w") { _ in for value in 1...3 { try output.write(value) } }
        bench.module.thread("r") { _ in for _ in 1...3 { bench.say("\(try input.read())") } }
        _ = bench.simulation.run(until: .ns(1))
        #expect(bench.text == "1 2 3")

        let other = Bench()
        let shared = Fifo<Int>("f", in: other.module)
        for name in ["a", "b"] { FifoInput<Int>(name, in: other.module).bind(shared) }
        #expect(
            error(of: other.simulation)
                == "m.f: “m.b” and “m.a” are both bound to read it; expected one port that reads")
    }

    @Test("ports that are made before their module join it")
    func declaredBefore() throws {
        final class Stage: Module {
            let input: SignalInput<Int>
            let output: SignalOutput<Int>
            let kept: Signal<Int>
            override init(_ context: ModuleContext) {
                input = SignalInput("in", context)
                output = SignalOutput("out", context)
                kept = Signal("kept", context, 0)
                super.init(context)
                method("add", sensitiveTo: input.changed) { [unowned(unsafe) self] in
                    output.write(input.value + 1)
                    kept.write(input.value)
                }
            }
        }
        let simulation = Simulation()
        let stages = (0..<3).map { Stage(ModuleContext(name: "s\($0)", parent: simulation.root)) }
        let wires = (0...3).map { Signal("w\($0)", in: simulation.root, 0) }
        for (index, stage) in stages.enumerated() {
            stage.input.bind(wires[index])
            stage.output.bind(wires[index + 1])
        }
        _ = simulation.run(until: .ns(1))
        #expect(wires.map(\.value) == [0, 1, 2, 3])
        #expect(stages[2].kept.path == "s2.kept" && stages[2].kept.value == 2)
        #expect(stages[1].ports.map(\.path) == ["s1.in", "s1.out"])
    }
}
