import TandemKernel
import Testing

/// Makes a child when it is elaborated, up to a depth.
private final class Nest: Module {
    let depth: Int
    let say: (String) -> Void
    init(_ context: ModuleContext, depth: Int, say: @escaping (String) -> Void) {
        (self.depth, self.say) = (depth, say)
        super.init(context)
    }
    override func elaborated() throws(ElaborationError) {
        say(path)
        if depth > 0 { _ = Nest(ModuleContext(name: "n", parent: self), depth: depth - 1, say: say) }
    }
}

private final class Unbound: Module {
    override func elaborated() throws(ElaborationError) {
        throw ElaborationError(at: "\(path).bus", "the socket is bound to nothing", expected: "a target")
    }
}

@Suite struct ModuleTests {
    @Test("modules, ports and events have paths and are found by them")
    func tree() {
        let simulation = Simulation()
        let soc = Module(ModuleContext(name: "soc", parent: simulation.root))
        let gadget = Gadget(ModuleContext(name: "g0", parent: soc))
        #expect(gadget.path == "soc.g0")
        #expect(gadget.out.path == "soc.g0.out")
        #expect(gadget.out.owner === gadget)
        #expect(gadget.port(named: "out") === gadget.out)
        #expect(gadget.tick.path == "soc.g0.tick")
        #expect(gadget.events.map(\.name) == ["tick"])
        #expect(gadget.processes.map(\.path) == ["soc.g0.count"])
        #expect(simulation.root.find("soc.g0") === gadget)
        #expect(soc.find("") === soc)
        #expect(soc.find("g0") === gadget)
        #expect(simulation.root.find("soc.g1") == nil)
        #expect(gadget.parent === soc)
        #expect(gadget.simulation === simulation)
    }

    @Test("a path that leads nowhere is told with the nearest ones")
    func resolving() throws {
        let simulation = Simulation()
        let soc = Module(ModuleContext(name: "soc", parent: simulation.root))
        let plic = Module(ModuleContext(name: "plic", parent: soc))
        #expect(try simulation.root.resolve("soc.plic", from: "x") === plic)
        let error = try #require(throws: ElaborationError.self) {
            try simulation.root.resolve("soc.pilc", from: "virt.json5:3:4")
        }
        #expect(error.description == "virt.json5:3:4: there is no module “soc.pilc”; did you mean “soc.plic”?")
    }

    @Test("elaboration reaches modules that it makes itself, once each")
    func fixedPoint() throws {
        let bench = Bench()
        _ = Nest(ModuleContext(name: "n", parent: bench.module), depth: 3, say: bench.say)
        try bench.simulation.elaborate()
        try bench.simulation.elaborate()
        #expect(bench.text == "m.n m.n.n m.n.n.n m.n.n.n.n")
        #expect(bench.simulation.isFrozen)
    }

    @Test("two modules of one path are refused", arguments: [true, false])
    func duplicates(throughRun: Bool) {
        let simulation = Simulation()
        for _ in 0..<2 { _ = Module(ModuleContext(name: "uart", parent: simulation.root)) }
        if throughRun {
            guard case .failed(let error) = simulation.run() else {
                Issue.record("it ran")
                return
            }
            #expect(error.diagnosis.place == "uart")
        } else {
            #expect(
                throws: ElaborationError(
                    at: "uart", "two modules have this path", expected: "a name of its own for each child")
            ) {
                try simulation.elaborate()
            }
        }
    }

    @Test("names that cannot stand in a path are refused", arguments: ["", "a.b", "ä", "a b", "a/b"])
    func names(name: String) {
        let simulation = Simulation()
        _ = Module(ModuleContext(name: name, parent: simulation.root))
        #expect(throws: ElaborationError.self) { try simulation.elaborate() }
    }

    @Test("a mistake that a module finds stops the run before the first event")
    func elaborationFails() {
        let bench = Bench()
        _ = Unbound(ModuleContext(name: "dma", parent: bench.simulation.root))
        bench.module.method("m") { bench.say("ran") }
        guard case .failed(let error) = bench.simulation.run() else {
            Issue.record("it ran")
            return
        }
        #expect("\(error)".hasPrefix("dma.bus: the socket is bound to nothing; expected a target"))
        #expect(bench.said == [])
    }

    @Test("a module that comes after the elaboration is a mistake of the caller")
    func frozen() async {
        await #expect(processExitsWith: .failure) {
            let simulation = Simulation()
            _ = simulation.run()
            _ = Module(ModuleContext(name: "late", parent: simulation.root))
        }
    }

    @Test("each phase of a reset reaches the whole tree before the next, parents first; starts and ends are told")
    func phases() {
        let bench = Bench()
        let outer = Gadget(ModuleContext(name: "outer", parent: bench.simulation.root))
        let inner = Gadget(ModuleContext(name: "inner", parent: outer))
        for gadget in [outer, inner] { gadget.told = { [unowned bench] in bench.say($0) } }
        bench.simulation.reset(.warm)
        #expect(
            bench.said == [
                "outer enter(TandemKernel.ResetKind.warm)", "inner enter(TandemKernel.ResetKind.warm)", "outer hold",
                "inner hold", "outer exit", "inner exit",
            ])
        bench.module.method("stop") { bench.scheduler.stop(StopRequest(.quit)) }
        _ = bench.simulation.run()
        #expect(
            bench.said.dropFirst(6).map { $0.prefix(12) } == [
                "outer starts", "inner starts", "outer 1@0 s", "inner 1@0 s", "outer ends", "inner ends",
            ])
    }
}

@Suite struct LogTests {
    @Test("messages bear level, place and simulated time; what is off is not built")
    func log() {
        let bench = Bench()
        let sink = RecordingSink()
        let log = bench.simulation.log
        log.sink = sink
        bench.module.thread("t") { context in
            try context.wait(for: .ns(5))
            log.write(.warning, at: bench.module.path, "careful")
            log.write(.debug, at: { fatalError("built although it is off") }(), "no")
            log.threshold = .debug
            log.write(.debug, at: "", "now")
            log.writeOnce(.info, at: "m", "once")
            log.writeOnce(.info, at: "m", "once")
        }
        _ = bench.simulation.run()
        #expect(
            sink.records.map(\.description) == [
                "warning: m @ 5 ns: careful", "debug: @ 5 ns: now", "info: m @ 5 ns: once",
            ])
    }

    @Test("a log that outlives its simulation still takes messages")
    func outlives() {
        let sink = RecordingSink()
        var simulation: Simulation? = Simulation()
        let log = simulation?.log
        simulation = nil
        log?.sink = sink
        log?.write(.error, at: "x", "late")
        #expect(sink.records.map(\.description) == ["error: x @ 0 s: late"])
    }
}
