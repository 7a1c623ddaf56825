import Testing

/// The device 1337:0001 and QEMU's teaching device `edu` behind the driver of `guest/newdevice`, in Debian's kernel.
@Suite(.serialized)
struct PCITests {
    @Test(
        "the driver of newdev does its work by DMA, memory and ports, and the report has every byte of the DMA",
        .needs(.tandem, .newDevice), arguments: ["dma", "mmio", "pio"])
    func newDevice(access: String) throws {
        let (run, report) = try boot("newdev", "tandem.access=\(access)", number: 0)
        let transcript = Self.transcript(of: run)
        #expect(transcript == Self.expected(access: access, pieces: 256, rings: 10_000), "\(run.errors)")
        let rows = report.traffic.filter { $0.initiator == "new" }
        let moved = Self.moved(of: run)
        #expect(moved.count == 4)
        #expect(rows.reduce(0) { $0 + $1.readBytes } == moved.reduce(0) { $0 + $1.sent })
        #expect(rows.reduce(0) { $0 + $1.writeBytes } == moved.reduce(0) { $0 + $1.received })
        #expect((moved.first?.sent ?? 0 > 1 << 20) == (access == "dma"))
        #expect(report.interrupts.filter { $0.line.hasPrefix("pci.interrupt") }.reduce(0) { $0 + $1.raised } >= 10_000)
        let text = run.lines.joined(separator: "\n")
        #expect(text.contains("Region 0: Memory at 40") && text.contains("Region 1: I/O ports at "), "\(text)")
        guard access == "dma" else { return }
        // What was shown, the kernel's log included, for whoever looks at the artefacts of a CI run.
        try write(Array(run.output.utf8), to: Artefacts.file("newdevice-console.txt"))
        try write(Array((transcript.joined(separator: "\n") + "\n").utf8), to: Artefacts.file("newdevice.txt"))
        // The other engine, and the same once more.
        for (number, engine) in ["interpret", "translate"].enumerated() {
            let (other, again) = try boot("newdev", "tandem.access=dma", ["-engine", engine], number: number + 1)
            #expect(other.output == run.output)
            #expect(again.repeatable == report.repeatable)
        }
    }

    @Test("the session that the tutorial shows is the one that Debian's kernel is held to")
    func tutorial() throws {
        let page = try String(decoding: bytes(of: "\(Repository.root)/docs/tutorial/pci-device.md"), as: UTF8.self)
        let blocks = page.split(separator: "```console\n").dropFirst()
        let shown = try #require(blocks.first).split(separator: "\n").prefix { $0 != "```" }
        let lines = Self.expected(access: "dma", pieces: 256, rings: 10_000)
        #expect(Array(shown) == Array(lines.dropFirst().dropLast()))
    }

    @Test(
        "a device that is plugged into a root port is found by Debian's kernel, works, and goes",
        .needs(.tandem, .newDevice))
    func plugging() throws {
        let guest = try Peer.newDevice.required()
        let terminal = try Terminal(
            Peer.tandem.required(),
            [
                "run", "virt", "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
                "\(guest)/newdevice.cpio.gz", "-append", "console=ttyS0 quiet tandem.plug", "-m", "1G", "-nographic",
                "-device", "pcie-root-port,id=rp0,addr=3,slot=1",
            ])
        /// Types a line in the guest's shell and returns what it prints.
        func shell(_ line: String) throws -> String {
            try terminal.type("\(line); echo do''ne\n")
            return try terminal.await("done\n", limit: 300)
        }
        /// Types a line in the monitor and returns what it prints.
        func monitor(_ line: String) throws -> String {
            try terminal.type("\u{1}c")
            try terminal.await("(tandem) ")
            try terminal.type("\(line)\r")
            let answer = try terminal.await("\n(tandem) ")
            try terminal.type("\u{1}c")
            return answer
        }
        try terminal.await("TANDEM-NEWDEVICE-READY", limit: 300)
        #expect(try shell("lspci -n").contains("00:03.0 0604: 1b36:000c"))
        for round in 1...2 {
            _ = try monitor("device_add newdev,bus=rp0,id=n\(round)")
            #expect(try monitor("info pci").contains("slot 1: occupied, power on"))
            #expect(try !shell("lspci -n").contains("1337:0001"))
            let session = try shell(
                "echo 1 > /sys/bus/pci/rescan; lspci -n; echo plugged \(round) > /proc/newdevice; cat /proc/newdevice")
            #expect(
                session.contains("01:00.0 00ff: 1337:0001") && session.contains("\nplugged \(round)\n"), "\(session)")
            let gone = try shell("echo 1 > /sys/bus/pci/devices/0000:01:00.0/remove; ls /proc/newdevice; lspci -n")
            #expect(gone.contains("No such file") && !gone.contains("1337:0001"), "\(gone)")
            _ = try monitor("device_del n\(round)")
            #expect(try monitor("info pci").contains("slot 1: empty, power on"))
            #expect(try !shell("echo 1 > /sys/bus/pci/rescan; lspci -n").contains("1337:0001"))
        }
        // Pulled out under the driver: reads give ones, and Linux goes on.
        _ = try monitor("device_add newdev,bus=rp0,id=last")
        #expect(try shell("echo 1 > /sys/bus/pci/rescan; lspci -n").contains("1337:0001"))
        _ = try monitor("device_del last")
        #expect(try shell("echo 1 > /sys/bus/pci/devices/0000:01:00.0/remove; lspci -n").contains("00:03.0"))
        try terminal.type("poweroff -f\n")
        #expect(try terminal.end(limit: 300).code == 0, "\(terminal.transcript.suffix(2000))")
    }

    @Test(
        "the same module prints the same on QEMU's edu and on ours", .needs(.tandem, .newDevice, .qemu))
    func edu() throws {
        let arguments = "tandem.size=2048 tandem.pieces=16 tandem.rings=500"
        let guest = try Peer.newDevice.required()
        let theirs = try QEMU.run(
            [
                "-bios", "\(guest)/fw_dynamic.bin", "-m", "1G", "-kernel", "\(guest)/Image", "-initrd",
                "\(guest)/newdevice.cpio.gz", "-append", "console=ttyS0 \(arguments)", "-nic", "none", "-device",
                "edu,addr=4,dma_mask=0xffffffff",
            ], limit: 600)
        let (ours, _) = try boot("edu,dma_mask=0xffffffff", arguments, number: 10)
        #expect(Self.transcript(of: ours) == Self.transcript(of: theirs))
        #expect(Self.transcript(of: ours).last == "TANDEM-NEWDEVICE-END")
        #expect(Self.transcript(of: ours).contains("00:04.0 00ff: 1234:11e8 (rev 10)"))
    }

    private func boot(
        _ device: String, _ arguments: String, _ options: [String] = [], number: Int
    ) throws -> (Program, RunReport) {
        let guest = try Peer.newDevice.required()
        let name = device.prefix { $0 != "," }
        let file = "\(Repository.scratch)/pci-\(name)-\(number).json"
        let run = try Tandem.run(
            [
                "virt", "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
                "\(guest)/newdevice.cpio.gz", "-append", "console=ttyS0 \(arguments)", "-m", "1G", "-nographic",
                "-device", "\(device),id=new,addr=4", "-report", "json:\(file)",
            ] + options, limit: 600)
        return (run, try RunReport(file: file))
    }

    /// What the guest's shell printed, without the kernel's log.
    static func transcript(of run: Program) -> [Substring] {
        let lines = run.lines.drop { $0 != "TANDEM-NEWDEVICE-BEGIN" }.filter { !$0.hasPrefix("[") }
        return Array(lines.prefix { $0 != "TANDEM-NEWDEVICE-END" }) + lines.filter { $0 == "TANDEM-NEWDEVICE-END" }
    }

    /// What the driver said at each removal: bytes to the device and from it.
    static func moved(of run: Program) -> [(sent: UInt64, received: UInt64)] {
        run.lines.filter { $0.contains("DMA moved ") }.compactMap { line in
            let numbers = line.split(separator: " ").drop { $0 != "moved" }.compactMap { UInt64($0) }
            return numbers.count >= 2 ? (numbers[0], numbers[1]) : nil
        }
    }

    static func expected(access: String, pieces: Int, rings: Int) -> [Substring] {
        let lspci = ["# lspci -n", "00:00.0 0600: 1b36:0008", "00:04.0 00ff: 1337:0001"]
        let lines =
            ["TANDEM-NEWDEVICE-BEGIN"] + lspci + [
                "# insmod /lib/newdevice.ko access=\(access)", "# ls /proc/newdevice", "/proc/newdevice",
                "# echo \"Hello, newdevice!\" > /proc/newdevice", "# cat /proc/newdevice", "Hello, newdevice!",
            ] + lspci + [
                "# cat /proc/newdevice", "Hello, newdevice!", "append", "pieces \(pieces * 4096)", "pieces same",
                "long refused", "long same", "rings \(rings)", "workers 0 wrong", "# rmmod newdevice", "gone",
                "# insmod /lib/newdevice.ko access=\(access)", "unbound",
                "# echo \"bound again\" > /proc/newdevice; cat /proc/newdevice", "bound again", "# lspci -n",
                "00:00.0 0600: 1b36:0008",
            ] + lspci + [
                "# echo \"scanned again\" > /proc/newdevice; cat /proc/newdevice", "scanned again",
                "TANDEM-NEWDEVICE-END",
            ]
        return lines.map { $0[...] }
    }
}
