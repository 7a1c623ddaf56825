import Testing

/// The images of `firmware/virt`: what they print on QEMU's `virt`, they print on ours.
struct BareMetalTests {
    @Test(
        "a bare-metal image prints the same as on QEMU", .needs(.tandem, .qemu, .crossCompiler),
        arguments: ["hello", "ticks", "traps", "serial", "atomics", "modes", "selftest"])
    func sameOutput(name: String) throws {
        let image = try BareMetal.image("\(name).elf")
        let theirs = try QEMU.run(["-bios", "none", "-kernel", image])
        #expect(theirs.exitCode == 0, "QEMU: \(theirs.errors)")
        let ours = try Tandem.run(["virt", image, "-nographic", "-report", "none"])
        #expect(ours.output == theirs.output)
        #expect(ours.exitCode == 0, "\(ours.errors)")
    }

    @Test("four harts print the same as on QEMU", .needs(.tandem, .qemu, .crossCompiler))
    func harts() throws {
        let image = try BareMetal.image("harts.elf")
        let theirs = try QEMU.run(["-bios", "none", "-kernel", image], harts: 4)
        #expect(theirs.exitCode == 0, "QEMU: \(theirs.errors)")
        let ours = try Tandem.run(["virt", image, "-smp", "4", "-nographic", "-report", "none"])
        #expect(ours.output == theirs.output)
        #expect(ours.exitCode == 0, "\(ours.errors)")
    }

    @Test(
        "the quantum changes no output of a single hart", .needs(.tandem, .crossCompiler), arguments: ["1us", "10ms"])
    func quantum(quantum: String) throws {
        let image = try BareMetal.image("selftest.elf")
        let plain = try Tandem.run(["virt", image, "-nographic", "-report", "none"])
        let other = try Tandem.run(["virt", image, "-nographic", "-report", "none", "-quantum", quantum])
        #expect(plain.exitCode == 0, "\(plain.errors)")
        #expect(other.output == plain.output)
    }
}
