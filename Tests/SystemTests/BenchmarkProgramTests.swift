import Testing

/// What `Scripts/bench-peers` times does the same work on QEMU and on ours, or its figures would say nothing.
struct BenchmarkProgramTests {
    @Test(
        "a benchmark program comes to the same checksum as on QEMU", .needs(.tandem, .qemu, .crossCompiler),
        arguments: [
            "intmix", "calls", "matmul", "nbody", "mandel", "chase", "memcpy", "radix39", "radix57", "sha256", "mtime",
            "uart", "plic", "claim", "csr", "ram", "timer",
        ])
    func sameChecksum(name: String) throws {
        let image = try BenchmarkPrograms.image(name)
        let theirs = try QEMU.run(["-bios", "none", "-kernel", image, "-m", "256M"])
        #expect(theirs.exitCode == 0, "QEMU: \(theirs.errors)")
        #expect(theirs.output.hasPrefix("name=\(name) "))
        let ours = try Tandem.run(["virt", image, "-m", "256M", "-nographic", "-report", "none"])
        #expect(ours.output == theirs.output)
        #expect(ours.exitCode == 0, "\(ours.errors)")
    }
}
