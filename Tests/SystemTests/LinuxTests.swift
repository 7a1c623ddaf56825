import Testing

/// Debian's kernel, unmodified, behind Debian's OpenSBI.
@Suite(.serialized)
struct LinuxTests {
    @Test(
        "Debian boots to user land and powers off, compiled and interpreted the same, and twice the same",
        .needs(.tandem, .guest), arguments: ["fw_dynamic", "fw_jump"], [1, 4])
    func boot(firmware: String, harts: Int) throws {
        // Once in each engine, and a second time with the one that is usual.
        let engines = ["translate", "interpret"] + (firmware == "fw_dynamic" ? ["translate"] : [])
        let runs = try engines.enumerated().map {
            try boot(firmware: firmware, harts: harts, options: ["-engine", $1], number: $0)
        }
        for (run, _) in runs {
            #expect(run.exitCode == 0, "\(run.errors)\n\(run.lines.suffix(20).joined(separator: "\n"))")
            #expect(run.lines.contains("TANDEM-GUEST-READY"))
            #expect(run.lines.contains { $0.hasPrefix("Linux ") && $0.contains("riscv64") })
            #expect(run.lines.filter { $0.hasPrefix("processor") }.count == harts)
            #expect(run.lines.contains { $0.hasSuffix("reboot: Power down") })
        }
        for (run, report) in runs.dropFirst() {
            #expect(run.output == runs[0].0.output)
            #expect(report.repeatable == runs[0].1.repeatable)
        }
        try compareInterrupts(of: runs[0].0, with: runs[0].1, harts: harts)
    }

    @Test(
        "the first 20 ms of the boot have the same traffic to the unit with and without direct memory",
        .needs(.tandem, .guest), arguments: [1, 4])
    func window(harts: Int) throws {
        let options = [["-engine", "translate"], ["-engine", "interpret"], ["-set", "cpu.dmi=false"]]
        let reports = try options.enumerated().map { number, options in
            let (_, report) = try boot(
                firmware: "fw_dynamic", harts: harts, options: options + ["-for", "20ms"], number: 10 + number)
            return ProgramJudge.withoutTransactions(report.repeatable)
        }
        #expect(reports[0].contains("time-limit"))
        #expect(reports[1] == reports[0])
        #expect(reports[2] == reports[0])
    }

    @Test(
        "the first 20 ms of the boot are the same while they are measured, and so are their bins in each engine and without direct memory",
        .needs(.tandem, .guest), arguments: [1, 4])
    func measured(harts: Int) throws {
        let probe = "all,file=\(Repository.scratch)/linux-\(harts).probe,format=binary"
        let bins = ["-traffic-bin", "70us"]
        let options: [[String]] = [
            [], bins, bins + ["-engine", "interpret"], bins + ["-set", "cpu.dmi=false"], ["-probe", probe],
            ["-traffic-bin", "1ms", "-traffic", "pages", "-probe", probe],
        ]
        let reports = try options.enumerated().map { number, options in
            try boot(firmware: "fw_dynamic", harts: harts, options: options + ["-for", "20ms"], number: 20 + number).1
        }
        for (report, options) in zip(reports, options) {
            #expect(report.unmeasured == reports[0].unmeasured, "\(options)")
        }
        #expect(reports[1].repeatable.contains("\"binPicoseconds\": 70000000"))
        let measured = reports[1...3].map { ProgramJudge.withoutTransactions($0.repeatable) }
        #expect(measured[1] == measured[0] && measured[2] == measured[0])
    }

    @Test(
        "programs of real size do the same work in the guest as on QEMU", .needs(.tandem, .guest, .qemu))
    func work() throws {
        let guest = try Peer.guest.required()
        let linux = [
            "-m", "1G", "-kernel", "\(guest)/Image", "-initrd", "\(guest)/work.cpio.gz", "-append",
            "console=ttyS0 quiet",
        ]
        let theirs = Self.work(try QEMU.run(linux, limit: 600))
        let run = try Tandem.run(
            ["virt", "-bios", "\(guest)/fw_dynamic.bin", "-nographic", "-report", "none"] + linux, limit: 600)
        #expect(run.exitCode == 0, "\(run.errors)")
        let ours = Self.work(run)
        #expect(ours == theirs)
        #expect(ours.filter { $0 == "same" }.count == 3 && ours.last == "TANDEM-WORK-END", "\(ours)")
    }

    /// What the programs printed.
    private static func work(_ run: Program) -> [Substring] {
        Array(run.lines.drop { $0 != "TANDEM-WORK-BEGIN" }.prefix { $0 != "TANDEM-WORK-END" })
            + run.lines.filter { $0 == "TANDEM-WORK-END" }
    }

    private func boot(
        firmware: String, harts: Int, options: [String], number: Int
    ) throws -> (Program, RunReport) {
        let guest = try Peer.guest.required()
        let file = "\(Repository.scratch)/linux-\(firmware)-\(harts)-\(number).json"
        let run = try Tandem.run(
            [
                "virt", "-bios", "\(guest)/\(firmware).bin", "-kernel", "\(guest)/Image",
                "-initrd", "\(guest)/initramfs.cpio.gz", "-append", "console=ttyS0", "-m", "1G", "-smp", "\(harts)",
                "-nographic", "-report", "json:\(file)",
            ] + options, limit: 600)
        return (run, try RunReport(file: file))
    }

    /// `/proc/interrupts` as the guest printed it against the report.
    ///
    /// The guest prints its counts twice (`Scripts/debian-guest`): as ever, and at the very end through the kernel's log,
    /// which works without interrupts. So the last counts of the devices are the report's counts. The timer alone goes
    /// on until the power is off.
    private func compareInterrupts(of run: Program, with report: RunReport, harts: Int) throws {
        let first = Self.guestCounts(run.lines)
        let last = Self.guestCounts(run.lines.compactMap(Self.lastWord))
        let serial = try #require(last["ttyS0"], "the guest printed no last line for ttyS0")
        #expect(serial >= (first["ttyS0"] ?? 0))
        #expect(report.claimed("plic.source10") == serial)
        #expect(report.claimed("plic.source11") == last["101000.rtc"])
        let timer = try #require(last["riscv-timer"], "the guest printed no last line for riscv-timer")
        let taken = report.taken(".stip")
        #expect(
            taken >= timer && taken <= timer + 50 * UInt64(harts),
            "the guest took \(timer) timer interrupts, the report has \(taken)")
    }

    /// What a line of the kernel's log holds of the last counts: `[    1.197310] last CPU0`.
    static func lastWord(_ line: Substring) -> Substring? {
        let parts = line.split(separator: "] last ", maxSplits: 1)
        return parts.count == 2 && line.hasPrefix("[") ? parts[1] : nil
    }

    /// Interrupts of all harts by the name that stands last in a line of `/proc/interrupts`.
    static func guestCounts(_ lines: [Substring]) -> [String: UInt64] {
        func words(_ line: Substring) -> [Substring] { line.split(separator: " ") }
        var counts: [String: UInt64] = [:]
        guard let heading = lines.firstIndex(where: { words($0).first == "CPU0" }) else { return counts }
        let columns = words(lines[heading]).count
        for line in lines[(heading + 1)...] {
            let words = words(line)
            guard words.count > columns + 1, words[0].hasSuffix(":") else { break }
            counts[String(words[words.count - 1])] = words[1...columns].reduce(0) { $0 + (UInt64($1) ?? 0) }
        }
        return counts
    }

    @Test("the lines of /proc/interrupts are summed over the harts")
    func parsing() {
        let text = """
            Linux (none) 6.12
                       CPU0       CPU1
             10:        222        196  RISC-V INTC   5 Edge      riscv-timer
             12:        245          1  SiFive PLIC  10 Edge      ttyS0
            IPI0:        23         55  Rescheduling interrupts
            TANDEM-GUEST-READY
            [    1.052530] last CPU0       CPU1
            [    1.060256] last 12:         81          2  SiFive PLIC  10 Edge      ttyS0
            """
        let lines = text.split(separator: "\n")
        let last = Self.guestCounts(lines.compactMap(Self.lastWord))
        #expect(last == ["ttyS0": 83])
        let counts = Self.guestCounts(lines)
        #expect(counts["riscv-timer"] == 418)
        #expect(counts["ttyS0"] == 246)
    }
}
