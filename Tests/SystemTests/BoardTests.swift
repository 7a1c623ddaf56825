import TandemOS
import Testing

/// The boards beside `virt`, with the software that they are for.
struct BoardTests {
    @Test("the microcontroller's image prints the same as on QEMU's sifive_e", .needs(.tandem, .qemu32, .crossCompiler))
    func micro() throws {
        let image = try BareMetal.image("micro.elf")
        let theirs = try QEMU.runMicro(image)
        #expect(theirs.exitCode == 0, "QEMU: \(theirs.errors)")
        for engine in ["translate", "interpret"] {
            let ours = try Tandem.run(["micro", image, "-nographic", "-report", "none", "-engine", engine])
            #expect(ours.output == theirs.output)
            #expect(ours.exitCode == 0, "\(ours.errors)")
        }
        #expect(theirs.output.hasSuffix("\ndone\n"))
    }

    @Test("modulators drive pins, and a flash answers, on the microcontroller", .needs(.tandem, .crossCompiler))
    func microDevices() throws {
        let image = try BareMetal.image("micro-all.elf")
        let run = try Tandem.run(["micro", image, "-nographic", "-report", "none"])
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output.hasSuffix("modulator: high and low\nmodulator: source 40\nflash: ef4014\ndone\n"))
    }

    @Test(
        "Debian finds the chips of the server board, and uses them through /sys and /dev the same every time",
        .needs(.tandem, .guest))
    func server() throws {
        let file = "\(Repository.scratch)/eeprom.bin"
        if Files.exists(file) { try Files.removeAll(file) }
        let first = try boot(1, ["-set", "eeprom.file=\(file)", "-set", "eeprom.file-mode=write"])
        let (run, report) = first
        #expect(run.exitCode == 0, "\(run.errors)\n\(run.lines.suffix(20).joined(separator: "\n"))")
        #expect(
            Self.results(run) == [
                "serials 4", "sensor 25000", "gpio 0 1 0 1", "edges 5", "button 0", "alert 1 0 at 25000",
                "0-0050 256 written by Linux to 0-0050", "0-0051 32768 written by Linux to 0-0051",
                "flash 00400000 00001000 \"spi0.0\"", "flash same",
            ])
        let memory = try Files.read(file)
        #expect(memory.count == 32768)
        #expect(String(decoding: memory[64..<90], as: UTF8.self) == "written by Linux to 0-0051")
        #expect(report.claimed("plic.source6") > 0)
        #expect(report.claimed("plic.source32") == 5)
        // The file is what the guest finds in the chip; apart from that it is left alone in the mode “read”. A slow flash
        // is not polled by the driver.
        let again = try boot(2, ["-set", "eeprom.file=\(file)", "-set", "flash.maximum-frequency=10MHz"])
        #expect(Self.results(again.0) == Self.results(run))
        #expect(report.claimed("plic.source7") == 0 && again.1.claimed("plic.source7") > 0)
        let warm = try boot(3, ["-set", "sensor.temperature=-12500", "-set", "button.level=on"])
        #expect(Self.results(warm.0).contains("sensor -12500"))
        #expect(Self.results(warm.0).contains("button 1"))
        #expect(Self.results(warm.0).contains("alert 1 1 at -12500"))
        #expect(
            try boot(4, ["-set", "sensor.temperature=-12500", "-set", "button.level=on"]).1.repeatable
                == warm.1.repeatable)
    }

    private func boot(_ number: Int, _ options: [String]) throws -> (Program, RunReport) {
        let guest = try Peer.guest.required()
        let file = "\(Repository.scratch)/server-\(number).json"
        let run = try Tandem.run(
            [
                "server", "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image",
                "-initrd", "\(guest)/devices.cpio.gz", "-append", "console=ttyS0", "-nographic",
                "-report", "json:\(file)",
            ] + options, limit: 600)
        return (run, try RunReport(file: file))
    }

    /// What the guest found, line by line.
    private static func results(_ run: Program) -> [Substring] {
        run.lines.drop { $0 != "TANDEM-DEVICES-BEGIN" }.dropFirst().prefix { $0 != "TANDEM-DEVICES-END" }
            .filter { !$0.hasPrefix("[") }
    }
}
