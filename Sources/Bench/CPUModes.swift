import TandemBus
import TandemCPU
import TandemKernel

/// Benchmarks of the CPU.
let cpuModes: [BenchmarkMode] = [
    BenchmarkMode(
        "intmix", n: 1, ops: 200_000_000,
        "guest instructions of an integer loop with loads, stores, branches, calls and multiplication, n harts"
    ) { run throws(BenchmarkError) in
        do {
            let machine = try IntegerMix(harts: Int(run.n))
            let span = SimTime.nanoseconds(run.ops / run.n)
            run.measure {
                _ = machine.simulation.run(for: span)
                return machine.harts.reduce(0) { $0 + $1.instructionsRetired }
            }
        } catch {
            throw BenchmarkError("\(error)")
        }
    }
]

/// Harts, a RAM and a program that mixes integer instructions for ever.
private struct IntegerMix {
    let simulation = Simulation()
    let router: Router
    let ram: Ram
    let harts: [Hart]

    init(harts count: Int) throws(ElaborationError) {
        router = Router(ModuleContext(name: "bus", parent: simulation.root))
        let size: PropertyValues = ["size": .size(.mebibytes(16))]
        ram = try Ram(ModuleContext(name: "ram", parent: simulation.root, properties: size))
        try router.map(Region(start: 0x8000_0000, size: 16 << 20, target: ram.bus))
        var harts: [Hart] = []
        for index in 0..<count {
            let hart = Hart(ModuleContext(name: "cpu\(index)", parent: simulation.root))
            hart.bus.bind(to: router.in)
            harts.append(hart)
        }
        self.harts = harts
        try simulation.elaborate()
        for (index, hart) in harts.enumerated() {
            let start = UInt64(index) << 20
            ram.load(
                BenchmarkProgram.bytes(BenchmarkProgram.mix), at: start)
            hart.programCounter = 0x8000_0000 + start
            hart.setIntegerRegister(2, 0x8000_8000 + start)
            hart.setIntegerRegister(10, .max)
        }
    }
}
