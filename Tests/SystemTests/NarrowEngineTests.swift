import Testing

/// RV32 in both engines: whole reports, not only what the guest prints.
struct NarrowEngineTests {
    @Test(
        "an image of RV32 gives the same report in both engines, whenever code becomes hot",
        .needs(.tandem, .crossCompiler),
        arguments: ["hello", "ticks", "traps", "serial", "atomics", "modes", "selftest", "harts"])
    func reports(name: String) throws {
        let image = try GuestWidth.bits32.image("\(name).elf")
        let harts = name == "harts" ? "4" : "1"
        let runs = try [("interpret", 200), ("translate", 200), ("translate", 1), ("translate", 3)].map {
            engine, threshold in
            let file = "\(Repository.scratch)/narrow-\(name)-\(engine)-\(threshold).json"
            let run = try Tandem.run(
                [
                    "virt", image, "-smp", harts, "-nographic", "-report", "json:\(file)", "-engine", engine,
                    "-set", "cpu.hot-threshold=\(threshold)",
                ] + GuestWidth.bits32.options)
            #expect(run.exitCode == 0, "\(run.errors)")
            return (output: run.output, report: try RunReport(file: file).repeatable)
        }
        for run in runs.dropFirst() {
            #expect(run.output == runs[0].output)
            #expect(run.report == runs[0].report)
        }
    }
}
