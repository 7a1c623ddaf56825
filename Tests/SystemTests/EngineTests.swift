import TandemKernel
import Testing

/// How guest code is executed shows in no report: interpreted, compiled when it is hot, all of it compiled, and with every
/// access over the bus.
struct EngineTests {
    private static let flavours: [(name: String, options: [String], isDirect: Bool)] = [
        ("interpret", ["-engine", "interpret"], true),
        ("translate", ["-engine", "translate"], true),
        ("translate again", ["-engine", "translate"], true),
        ("all hot", ["-set", "cpu.hot-threshold=1"], true),
        ("dmi off", ["-set", "cpu.dmi=false"], false),
    ]

    /// Runs in every way, and expects the same output and the same report but for what the host decides; the number of
    /// transactions apart where every access is one.
    private func compare(_ arguments: [String], name: String, skipping: String? = nil) throws {
        var first: (output: String, report: String)?
        for flavour in Self.flavours where flavour.name != skipping {
            let file = "\(Repository.scratch)/engine-\(name).json"
            let run = try Tandem.run(arguments + flavour.options + ["-report", "json:\(file)"])
            #expect(run.exitCode == 0, "\(name), \(flavour.name): \(run.errors)")
            let report = try RunReport(file: file).repeatable
            guard let expected = first else {
                first = (run.output, report)
                continue
            }
            #expect(run.output == expected.output, "\(name), \(flavour.name)")
            let (one, other) =
                flavour.isDirect
                ? (expected.report, report)
                : (
                    ProgramJudge.withoutTransactions(expected.report), ProgramJudge.withoutTransactions(report)
                )
            #expect(one == other, "\(name), \(flavour.name):\n\(ProgramJudge.difference(one, other))")
        }
    }

    @Test(
        "a bare-metal image gives the same report in every engine", .needs(.tandem, .crossCompiler),
        arguments: ["hello", "ticks", "traps", "serial", "atomics", "modes", "selftest", "harts"], [1, 4])
    func bareMetal(name: String, harts: Int) throws {
        // One hart would wait for its fellows.
        if name == "harts" && harts == 1 { return }
        for width in GuestWidth.allCases {
            try compare(
                ["virt", width.image("\(name).elf"), "-nographic", "-smp", "\(harts)"] + width.options,
                name: "\(name)-\(harts)-\(width.rawValue)")
        }
    }

    @Test("the demo gives the same report in every engine", .needs(.tandem))
    func demo() throws {
        try compare(["\(Repository.root)/platforms/demo.json5"], name: "demo")
    }

    @Test(
        "a benchmark program gives the same report in every engine", .needs(.tandem, .crossCompiler),
        arguments: [
            "intmix", "calls", "matmul", "nbody", "mandel", "chase", "memcpy", "radix39", "radix57", "sha256", "mtime",
            "uart", "plic", "csr", "ram", "timer",
        ])
    func benchmark(name: String) throws {
        // Every access over the bus takes too long for these.
        try compare(
            ["virt", BenchmarkPrograms.image(name), "-m", "256M", "-nographic"], name: "bench-\(name)",
            skipping: "dmi off")
    }

    @Test(
        "random sequences give the same report in every engine", .needs(.tandem, .crossCompiler),
        arguments: GuestWidth.allCases)
    func sequences(width: GuestWidth) throws {
        let seed = environment("TANDEM_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64.max)
        print("random sequences in every engine, \(width.testDescription): TANDEM_SEED=\(seed)")
        var seeds = SplitMix64(seed: seed)
        let sequences = (0..<500).map { _ in SequenceGenerator.make(seed: seeds.next(), width: width) }
        let image = "\(Repository.scratch)/engine-sequences-\(width.rawValue).bin"
        let batch = SequenceBatch(sequences: sequences, width: width)
        try write(batch.image(driver: bytes(of: width.image("sequences.bin"))), to: image)
        try compare(
            ["virt", "-bios", image, "-nographic"] + width.options, name: "sequences-\(width.rawValue)")
    }
}
