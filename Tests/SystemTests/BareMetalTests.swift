import Testing

/// The images of `firmware/virt`: what they print on QEMU's `virt`, they print on ours.
struct BareMetalTests {
    @Test(
        "a bare-metal image prints the same as on QEMU", .needs(.tandem, .qemu, .qemu32, .crossCompiler),
        arguments: ["hello", "ticks", "traps", "serial", "atomics", "modes", "selftest"], GuestWidth.allCases)
    func sameOutput(name: String, width: GuestWidth) throws {
        let image = try width.image("\(name).elf")
        let theirs = try QEMU.run(["-bios", "none", "-kernel", image], width: width)
        #expect(theirs.exitCode == 0, "QEMU: \(theirs.errors)")
        let ours = try Tandem.run(["virt", image, "-nographic", "-report", "none"] + width.options)
        #expect(ours.output == theirs.output)
        #expect(ours.exitCode == 0, "\(ours.errors)")
    }

    @Test(
        "four harts print the same as on QEMU", .needs(.tandem, .qemu, .qemu32, .crossCompiler),
        arguments: GuestWidth.allCases)
    func harts(width: GuestWidth) throws {
        let image = try width.image("harts.elf")
        let theirs = try QEMU.run(["-bios", "none", "-kernel", image], harts: 4, width: width)
        #expect(theirs.exitCode == 0, "QEMU: \(theirs.errors)")
        let ours = try Tandem.run(["virt", image, "-smp", "4", "-nographic", "-report", "none"] + width.options)
        #expect(ours.output == theirs.output)
        #expect(ours.exitCode == 0, "\(ours.errors)")
    }

    @Test(
        "a parallel flash tells a driver the same, and holds the same afterwards, as on QEMU",
        .needs(.tandem, .qemu, .qemu32, .crossCompiler), arguments: GuestWidth.allCases, ["translate", "interpret"])
    func flash(width: GuestWidth, engine: String) throws {
        let image = try width.image("flash.elf")
        let theirs = try QEMU.run(["-bios", "none", "-kernel", image], width: width)
        #expect(theirs.exitCode == 0, "QEMU: \(theirs.errors)")
        // QEMU's erases at once; a second of polling would be long.
        let options = ["-set", "flash1.erase-time=20us", "-engine", engine]
        let ours = try Tandem.run(["virt", image, "-nographic", "-report", "none"] + options + width.options)
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
