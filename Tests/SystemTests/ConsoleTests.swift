import Testing

/// Consoles and monitors as people use them: at a terminal, through telnet, through socat at a pseudo terminal.
struct ConsoleTests {
    private static func tandem(_ arguments: [String]) throws -> Terminal {
        try Terminal(Peer.tandem.required(), ["run"] + arguments)
    }

    /// The place that a line of ours on standard error names: `tandem: ID: a program may open PLACE`.
    private static func place(of id: String, _ terminal: Terminal) throws -> String {
        try terminal.await("tandem: \(id): a program may ")
        return try terminal.await("\n").split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
    }

    @Test(
        "a person at a terminal boots Linux, goes to the monitor, stops, looks, goes on and quits",
        .needs(.tandem, .guest))
    func session() throws {
        let guest = try Peer.guest.required()
        let terminal = try Self.tandem([
            "virt", "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
            "\(guest)/initramfs.cpio.gz", "-append", "console=ttyS0", "-m", "1G", "-nographic",
        ])
        try terminal.await("OpenSBI v")
        #expect(!terminal.isEchoing)
        try terminal.type("\u{1}h")
        try terminal.await("from the console to the monitor, and back")
        try terminal.type("\u{1}c")
        try terminal.await("(tandem) ")
        try terminal.type("info status\r")
        try terminal.await("VM status: running\n")
        try terminal.type("stop\r")
        try terminal.await("stop\n(tandem) ")
        // Completed from the beginnings of the words; the cursor is at the end of the line.
        try terminal.type("info reg\t\r")
        let registers = try terminal.await("mhartid ")
        #expect(registers.contains("info registers \n") && registers.contains(" pc   "), "\(registers)")
        try terminal.await("(tandem) ")
        try terminal.type("sim-time\r")
        try terminal.await("time_ns: ")
        let time = try terminal.await("\n(tandem) ")
        // The same command from the history; time stands.
        try terminal.type("\u{10}\r")
        try terminal.await("time_ns: ")
        #expect(try terminal.await("\n(tandem) ") == time)
        try terminal.type("cont\r")
        try terminal.await("cont\n(tandem) ")
        try terminal.type("\u{1}c")
        try terminal.await("Linux version ")
        try terminal.type("\u{1}x")
        let end = try terminal.end()
        #expect(end.code == 0, "\(terminal.transcript.suffix(2000))")
        #expect(end.text.contains("quit"), "\(end.text)")
        #expect(terminal.isEchoing)
    }

    @Test(
        "GDB finds the kernel in a dump by virtual addresses", .needs(.tandem, .guest, .gdb))
    func pagedCore() throws {
        let guest = try Peer.guest.required()
        let core = "\(Repository.scratch)/paged-core"
        let terminal = try Self.tandem([
            "virt", "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
            "\(guest)/initramfs.cpio.gz", "-append", "console=ttyS0", "-m", "512M", "-monitor", "stdio", "-serial",
            "null",
            "-S", "-report", "none",
        ])
        try terminal.await("(tandem) ")
        // Into the kernel, and on until none of its calls into the firmware is under way.
        for span in ["500ms"] + Array(repeating: "100us", count: 50) {
            try terminal.type("step \(span)\r")
            try terminal.await("\n(tandem) ")
            while true {
                try terminal.type("info status\r")
                if try terminal.await("\n(tandem) ").contains("paused") { break }
            }
            try terminal.type("info cpus\r")
            if try terminal.await("\n(tandem) ").contains("supervisor") { break }
        }
        try terminal.type("p $pc\r")
        try terminal.await("0x")
        let place = try terminal.await("\n").dropLast()
        try terminal.type("x/1xw $pc\r")
        try terminal.await(": 0x")
        let word = try terminal.await("\n").dropLast()
        try terminal.type("dump-guest-memory -p \(core)\r")
        try terminal.await("\n(tandem) ")
        try terminal.type("quit\r")
        #expect(try terminal.end().code == 0)
        #expect(place.hasPrefix("ffffffff"), "\(terminal.transcript)")

        let run = try Program.run(
            Peer.gdb.required(),
            [
                "-q", "-nx", "-batch", "-ex", "set architecture riscv:rv64", "-ex", "core \(core)", "-ex",
                "printf \"pc %lx\\n\", (long)$pc", "-ex", "printf \"word %08x\\n\", *(unsigned *)$pc",
            ])
        #expect(run.lines.contains("pc \(place)"), "\(run.output)\(run.errors)")
        #expect(run.lines.contains("word \(word)"), "\(run.output)\(run.errors)")
        _ = try Program.run("rm", ["-f", core])
    }

    @Test("telnet edits lines, completes them and finds them again", .needs(.tandem, .telnet))
    func telnet() throws {
        let machine = try Self.tandem([
            "demo", "-serial", "null", "-S", "-report", "none", "-monitor", "telnet::0,server,nowait",
        ])
        let port = try Self.place(of: "monitor", machine).split(separator: ":").last.map(String.init) ?? ""
        let person = try Terminal(Peer.telnet.required(), ["127.0.0.1", port])
        try person.await("(tandem) ")
        // A word too much is taken out, a name is completed.
        try person.type("xx info stat\u{1}\u{4}\u{4}\u{4}\u{5}\t\r")
        try person.await("VM status: paused (prelaunch)\n(tandem) ")
        try person.type("bogus\u{15}\u{1B}[A\r")
        try person.await("VM status: paused (prelaunch)\n(tandem) ")
        try person.type("quit\r")
        try person.await("Connection closed")
        #expect(try machine.end().code == 0)
    }

    @Test("socat reaches the console and the monitor at pseudo terminals", .needs(.tandem, .socat))
    func pseudoTerminals() throws {
        let machine = try Self.tandem([
            "demo", "-serial", "pty", "-S", "-no-shutdown", "-report", "none", "-monitor", "pty",
        ])
        let console = try Terminal(
            Peer.socat.required(), ["-,raw,echo=0", "\(Self.place(of: "serial0", machine)),raw,echo=0"])
        let monitor = try Terminal(
            Peer.socat.required(), ["-,raw,echo=0", "\(Self.place(of: "monitor", machine)),raw,echo=0"])
        try monitor.await("(tandem) ")
        // The machine starts when somebody reads the console: what is sent before is nobody's.
        while true {
            try monitor.type("info chardevs\r")
            if !(try monitor.await("\n(tandem) ").contains("disconnected:")) { break }
        }
        try monitor.type("cont\r")
        try console.await("\n")
        // A terminal whose controlling end closes forgets what nobody has read yet: the machine stays until then.
        try monitor.type("quit\r")
        #expect(try machine.end().code == 0)
    }
}
