import Tandem
import TandemTesting
import Testing

/// What `docs/concepts/interrupts.md` shows.
struct InterruptExamples {
    final class Bell: Module, InterruptMessageReceiver {
        private(set) var rung: [UInt32] = []

        func messageArrived(_ identity: UInt32, at level: InterruptLevel, at time: SimTime) { rung.append(identity) }
    }

    @Test("example: a message is a write to the page of its hart")
    func message() throws {
        let bench = SimBench()
        let imsic = try bench.make(IMSIC.self, "imsic", ["harts": .integer(2)])
        try bench.map(imsic.supervisor, at: 0x2800_0000, size: 0x2000, name: "supervisor")
        let bells = (0..<2).map { Bell(bench.context("bell\($0)")) }
        for (hart, bell) in bells.enumerated() { try imsic.attach(bell, hart: UInt64(hart)) }
        try bench.simulation.elaborate()

        bench.probe.write(0x2800_1000, UInt32(7))
        #expect(bells[0].rung.isEmpty && bells[1].rung == [7])
    }
}
