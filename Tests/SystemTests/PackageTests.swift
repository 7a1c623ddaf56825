import Testing

/// What `tandem new` makes, as its user meets it.
struct PackageTests {
    @Test("a new package builds, its tests pass, and its program runs on its board", .needs(.tandem, .crossCompiler))
    func newPackage() throws {
        let folder = "\(Repository.scratch)/mysim"
        _ = try Program.run("/bin/rm", ["-rf", folder])
        let made = try Program.run(Peer.tandem.required(), ["new", folder, "-path", Repository.root])
        #expect(made.exitCode == 0, "\(made.errors)")

        // Tandem's own modules are those that this test was built with, so that the package alone is compiled. The lock is
        // that of the process that runs this test, which builds nothing meanwhile.
        let place = ["--package-path", folder, "--scratch-path", "\(Repository.root)/.build", "--ignore-lock"]
        let tests = try Program.run("/usr/bin/env", ["swift", "test"] + place, limit: 900)
        #expect(tests.exitCode == 0, "\(tests.output)\(tests.errors)")
        #expect(tests.output.contains("the program prints the product and switches the board off"))

        let image = "\(folder)/multiply.elf"
        let compiled = try Program.run(
            Peer.crossCompiler.required(),
            [
                "--target=riscv64-unknown-elf", "-march=rv64gc", "-nostdlib", "-static", "-fuse-ld=lld",
                "-Wl,-n,-Ttext=0x80000000,--no-relax", "\(folder)/guest/multiply.s", "-o", image,
            ])
        #expect(compiled.exitCode == 0, "\(compiled.errors)")
        let program = "\(Repository.root)/.build/debug/mysim"
        let run = try Program.run(program, ["run", "\(folder)/platforms/board.json5", image, "-report", "none"])
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output == "114\n")
        let explained = try Program.run(program, ["describe", "multiplier"])
        #expect(explained.output.contains("PRODUCT"))
    }
}
