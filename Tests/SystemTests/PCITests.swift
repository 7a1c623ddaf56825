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
        // The other engine, and the same once more.
        for (number, engine) in ["interpret", "translate"].enumerated() {
            let (other, again) = try boot("newdev", "tandem.access=dma", ["-engine", engine], number: number + 1)
            #expect(other.output == run.output)
            #expect(again.repeatable == report.repeatable)
        }
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
