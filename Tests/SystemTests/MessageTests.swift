import Testing

/// Interrupts as messages in Debian's kernel: `-machine virt,aia=…`.
@Suite(.serialized)
struct MessageTests {
    @Test(
        "Debian boots with an APLIC and with IMSICs, the same every time", .needs(.tandem, .guest),
        arguments: ["aplic", "aplic-imsic"], [1, 4])
    func boot(aia: String, harts: Int) throws {
        let guest = try Peer.guest.required()
        let runs = try ["translate", "interpret", "translate"].enumerated().map { number, engine in
            try run(
                aia, harts: harts, name: "boot-\(number)",
                [
                    "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
                    "\(guest)/initramfs.cpio.gz", "-append", "console=ttyS0", "-engine", engine,
                ])
        }
        let (first, report) = runs[0]
        #expect(first.exitCode == 0, "\(first.errors)\n\(first.lines.suffix(20).joined(separator: "\n"))")
        #expect(first.lines.contains("TANDEM-GUEST-READY"))
        #expect(first.lines.contains { $0.hasSuffix("reboot: Power down") })
        #expect(first.lines.filter { $0.hasPrefix("processor") }.count == harts)
        for (run, other) in runs.dropFirst() {
            #expect(run.output == first.output)
            #expect(other.repeatable == report.repeatable)
        }
        // What the guest has counted at its end, the report has too.
        let counts = LinuxTests.guestCounts(first.lines.compactMap(LinuxTests.lastWord))
        let serial = try #require(counts["ttyS0"])
        #expect(serial > 0)
        if aia == "aplic" {
            #expect(report.claimed("aplic.source10") == serial)
        } else {
            let sent = report.traffic.filter { $0.initiator == "aplic" && $0.target.hasPrefix("imsic") }
            let devices = serial + (counts["101000.rtc"] ?? 0)
            // The driver asks once more after each interrupt of a level.
            #expect(sent.reduce(0) { $0 + $1.writeBytes } >= 4 * devices)
            #expect(report.interrupts.filter { $0.line.hasSuffix(".seip") }.reduce(0) { $0 + $1.claimed } >= devices)
        }
    }

    @Test(
        "Debian takes messages of newdev, each one, and moves them to another hart", .needs(.tandem, .newDevice),
        arguments: ["newdev", "newdev,msix=on"])
    func newDevice(device: String) throws {
        let runs = try ["translate", "interpret"].map { engine in
            try self.device(device, rings: 10_000, ["-engine", engine], name: "newdev-\(engine)-\(device.count)")
        }
        let (run, report) = runs[0]
        #expect(runs[1].0.output == run.output)
        #expect(runs[1].1.repeatable == report.repeatable)
        var expected = PCITests.expected(access: "dma", pieces: 16, rings: 10_000)
        let place = try #require(expected.firstIndex(of: "rings 10000"))
        expected.insert(contentsOf: ["affinity 2: 0 10000 0 0", "affinity 8: 0 0 0 10000"], at: place + 1)
        #expect(PCITests.transcript(of: run) == expected, "\(run.errors)")
        let row = try #require(run.lines.first { $0.hasSuffix("newdevice") && $0.contains("PCI-MSI") })
        #expect(row.contains(device.contains("msix") ? "PCI-MSIX-0000:00:04.0" : "PCI-MSI-0000:00:04.0"))
        // Every message is a write of four bytes under the device's name, and no line is driven.
        let sent = report.traffic.filter { $0.initiator == "new" && $0.target.hasPrefix("imsic") }
        let messages = sent.reduce(0) { $0 + $1.writeBytes } / 4
        #expect(messages >= 30_000 && sent.allSatisfy { $0.errors == 0 && $0.readBytes == 0 })
        #expect(report.interrupts.filter { $0.line.hasPrefix("aplic.source3") }.allSatisfy { $0.raised == 0 })
    }

    // QEMU 7.2 loses interrupts between its APLIC and its IMSICs, so that Debian's kernel stalls on it: what edu prints by its
    // pin is compared with QEMU (`PCITests`), what it prints by messages with that.
    @Test("the same module prints the same with edu's messages and with its pin", .needs(.tandem, .newDevice))
    func edu() throws {
        let runs = try ["on", "off"].map { messages in
            try device(
                "edu,dma_mask=0xffffffff,msi=\(messages)", rings: 500, size: 2048, name: "edu-\(messages)"
            ).0
        }
        let transcript = PCITests.transcript(of: runs[0])
        #expect(transcript == PCITests.transcript(of: runs[1]))
        #expect(transcript.last == "TANDEM-NEWDEVICE-END" && transcript.contains("affinity 8: 0 0 0 500"))
        #expect(runs.map { $0.lines.contains { $0.contains("PCI-MSI-0000:00:04.0") } } == [true, false])
    }

    private static func words(rings: Int, size: Int) -> String {
        "tandem.rings=\(rings) tandem.pieces=16 tandem.size=\(size) tandem.affinity=2.8"
    }

    private func device(
        _ device: String, rings: Int, size: Int = 4096, _ options: [String] = [], name: String
    ) throws -> (Program, RunReport) {
        let guest = try Peer.newDevice.required()
        return try run(
            "aplic-imsic", harts: 4, name: name,
            [
                "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
                "\(guest)/newdevice.cpio.gz", "-append", "console=ttyS0 \(Self.words(rings: rings, size: size))",
                "-device", "\(device),id=new,addr=4",
            ] + options)
    }

    private func run(
        _ aia: String, harts: Int, name: String, _ options: [String]
    ) throws -> (Program, RunReport) {
        let file = "\(Repository.scratch)/message-\(aia)-\(harts)-\(name).json"
        let run = try Tandem.run(
            [
                "-machine", "virt,aia=\(aia)", "-smp", "\(harts)", "-m", "1G", "-nographic", "-report", "json:\(file)",
            ] + options, limit: 600)
        return (run, try RunReport(file: file))
    }
}
