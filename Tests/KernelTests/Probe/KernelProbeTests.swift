import TandemKernel
import TandemTesting
import Testing

/// One probe of `peers/systemc`, as a model of ours. It says one line; `ProbeTwin` has what SystemC says, what ours has
/// to say, and why where they differ.
struct KernelProbe: Sendable, CustomStringConvertible {
    let name: String
    let run: @Sendable (Bench) -> Void

    init(_ name: String, _ run: @escaping @Sendable (Bench) -> Void) {
        self.name = name
        self.run = run
    }

    var description: String { name }

    static let all = events + processes + runs + values
}

@Suite struct KernelProbeTests {
    @Test("every probe of the kernel prints its line to the character", arguments: KernelProbe.all)
    func probe(_ probe: KernelProbe) {
        let bench = Bench()
        probe.run(bench)
        #expect(bench.text == ProbeTwin.named(probe.name).ours)
    }

    @Test("every probe of SystemC's has its twin, here or among the tests of the bus")
    func complete() {
        let bus = ["peq", "payload", "extension"]
        let names = KernelProbe.all.map(\.name) + bus
        #expect(names.sorted() == ProbeTwin.all.map(\.name).sorted())
    }
}

extension Bench {
    /// "5ns", as the probes print a time.
    var time: String { "\(scheduler.now.picoseconds / 1000)ns" }

    func thread(_ name: String, _ body: @escaping (ThreadContext) throws -> Void) -> Process {
        module.thread(name, body)
    }

    func run(_ time: UInt64) { _ = simulation.run(for: .ns(time)) }
}

extension Bool {
    /// As C++ prints it.
    var digit: Int { self ? 1 : 0 }
}
