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

    /// The program; `Scripts` need no assembler for it.
    ///
    /// ```
    /// loop: mul s2,s2,s3; addi s2,s2,1013; srli t0,s2,16; and t1,t0,s5; slli t2,t1,3; add t3,s0,t2
    ///       ld t4,(t3); xor t4,t4,s2; sd t4,(t3); lbu t5,4(t3); add s4,s4,t5; andi t6,t5,3; beqz t6,1f
    ///       addiw s4,s4,7; bltu t5,t1,2f; sub s4,s4,t1; j 3f
    /// 1:    jal func; j 3f
    /// 2:    slli t0,s4,5; sub s4,t0,s4; sltu t1,s4,s2; add s4,s4,t1
    /// 3:    addi s1,s1,1; bne s1,a0,loop
    /// func: addi sp,sp,-16; sd ra,8(sp); sw s4,(sp); lw a1,(sp); sraiw a1,a1,3; add s4,s4,a1; ld ra,8(sp)
    ///       addi sp,sp,16; ret
    /// ```
    private static let program: [UInt32] = [
        0x8001_0437, 0x0204_1413, 0x0204_5413, 0x0000_0493, 0x0000_3937, 0x0399_0913, 0x41c6_59b7, 0xe6d9_8993,
        0x0000_0a13, 0x0ff0_0a93, 0x0339_0933, 0x3f59_0913, 0x0109_5293, 0x0152_f333, 0x0033_1393, 0x0074_0e33,
        0x000e_3e83, 0x012e_ceb3, 0x01de_3023, 0x004e_4f03, 0x01ea_0a33, 0x003f_7f93, 0x000f_8a63, 0x007a_0a1b,
        0x006f_6a63, 0x406a_0a33, 0x01c0_006f, 0x0380_00ef, 0x0140_006f, 0x005a_1293, 0x4142_8a33, 0x012a_3333,
        0x006a_0a33, 0x0014_8493, 0xfaa4_90e3, 0x0010_02b7, 0x5550_0313, 0x0043_1313, 0x0053_0313, 0x0062_a023,
        0x0000_006f, 0xff01_0113, 0x0011_3423, 0x0141_2023, 0x0001_2583, 0x4035_d59b, 0x00ba_0a33, 0x0081_3083,
        0x0101_0113, 0x0000_8067,
    ]

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
                Self.program.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }, at: start)
            hart.programCounter = 0x8000_0000 + start
            hart.setIntegerRegister(2, 0x8000_8000 + start)
            hart.setIntegerRegister(10, .max)
        }
    }
}
