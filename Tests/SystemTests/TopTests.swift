import Glibc
import TandemOS
import Testing

/// `tandem top` beside a machine, both the release binary.
struct TopTests {
    private static let place = "/tmp/tandem-top-\(getpid())"

    /// A machine that boots Linux on two harts and serves programs at a socket; `talk` is a piece of a shell script.
    private static func run(_ name: String, _ options: [String], _ talk: String) throws -> Program {
        let guest = try Peer.guest.required()
        let script = """
            set -u
            tandem=$1; socket=$2; shift 2
            "$tandem" "$@" -qmp "unix:$socket,server,nowait" </dev/null >/dev/null 2>"$socket.errors" &
            machine=$!
            trap 'kill $machine 2>/dev/null; rm -f "$socket" "$socket.errors"' EXIT
            until [ -S "$socket" ]; do kill -0 $machine || exit 9; done
            \(talk)
            wait $machine; echo "exit $?"
            """
        let machine = [
            "run", "virt", "-smp", "2", "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
            "\(guest)/initramfs.cpio.gz", "-append", "console=ttyS0", "-m", "512M", "-serial", "null",
        ]
        return try Program.run(
            "/bin/bash",
            ["-c", script, "bash", try Peer.tandem.required(), "\(place)-\(name)"] + machine + options, limit: 300)
    }

    @Test("a machine that is looked at again and again gives the report of one that is not", .needs(.tandem, .guest))
    func unchanged() throws {
        var reports: [String] = []
        for isWatched in [true, false] {
            let file = "\(Repository.scratch)/top-\(isWatched).json"
            let run = try Self.run(
                "unchanged-\(isWatched)", ["-for", "400ms", "-report", "json:\(file)"],
                isWatched
                    ? #"n=0; while "$tandem" top "unix:$socket" -once >/dev/null 2>&1; do n=$((n + 1)); done; echo "looks $n""#
                    : "")
            #expect(run.lines.contains("exit 0"), "\(run.output)\(run.errors)")
            if isWatched {
                let looks = run.lines.first { $0.hasPrefix("looks ") }.flatMap { Int($0.dropFirst(6)) }
                #expect(looks ?? 0 > 3, "\(run.output)")
            }
            reports.append(try RunReport(file: file).repeatable)
        }
        #expect(reports[0] == reports[1])
    }

    @Test("in a pipe there is one table without escape sequences", .needs(.tandem, .guest))
    func pipe() throws {
        let run = try Self.run(
            "pipe", ["-report", "none"],
            #""$tandem" top "unix:$socket"; echo "top $?"; kill -INT $machine"#)
        for part in ["virt at unix:\(Self.place)-pipe: running\n", "simulated ", "\nhart  instructions", "\ntop 0\n"] {
            #expect(run.output.contains(part), "“\(part)” in\n\(run.output)\(run.errors)")
        }
        #expect(!run.output.contains("\u{1B}"))
    }

    @Test(
        "a person looks at a machine at a terminal, sorts, holds, reads the help and leaves; the machine goes on",
        .needs(.tandem, .guest))
    func session() throws {
        let guest = try Peer.guest.required()
        let socket = "\(Self.place)-session"
        let machine = try Terminal(
            Peer.tandem.required(),
            [
                "run", "virt", "-smp", "2", "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
                "\(guest)/initramfs.cpio.gz", "-append", "console=ttyS0", "-m", "512M", "-serial", "null", "-S",
                "-no-shutdown", "-monitor", "stdio", "-report", "none", "-qmp", "unix:\(socket),server,nowait",
            ])
        try machine.await("(tandem) ")
        let person = try Terminal(Peer.tandem.required(), ["top", "unix:\(socket)", "-interval", "50ms"])
        try person.await("\u{1B}[?1049h\u{1B}[?25l")
        try person.await("virt: prelaunch; every 50 ms, links by bandwidth; h for help; unix:")
        #expect(!person.isEchoing)
        person.resize(columns: 120, rows: 40)
        try machine.type("cont\r")
        try person.await(": running; every 50 ms")
        try person.await("cpu0       uart0 ")
        try person.type("a")
        try person.await("links by accesses")
        try person.type("+")
        try person.await("every 100 ms")
        try person.type("h")
        try person.await("hold, and go on")
        try person.type("x")
        try person.await("interrupt ")
        try person.type(" ")
        try person.await("; held, ")
        person.resize(columns: 40, rows: 6)
        try person.await("\u{1B}[J")
        try person.type(" r")
        try person.await("every 100 ms")
        try person.type("q")
        let end = try person.end()
        #expect(end.code == 0 && end.text.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"), "\(end)")
        #expect(person.isEchoing)

        // Another one is there when the run ends: it leaves the last table behind.
        let witness = try Terminal(Peer.tandem.required(), ["top", "unix:\(socket)", "-interval", "50ms"])
        try witness.await("virt: running; every 50 ms")
        try machine.type("quit\r")
        #expect(try machine.end().code == 0)
        let last = try witness.end()
        #expect(last.code == 0 && last.text.contains("\u{1B}[?1049l"), "\(last)")
        #expect(last.text.hasSuffix("\nthe run is over\n"), "\(last)")
    }

    @Test("a machine that vanishes, and an interrupt, lead back to the terminal as it was", .needs(.tandem))
    func vanishing() throws {
        let socket = "\(Self.place)-vanishing"
        for isInterrupted in [false, true] {
            var machine: Terminal? = try Terminal(
                Peer.tandem.required(),
                ["run", "demo", "-S", "-serial", "null", "-report", "none", "-qmp", "unix:\(socket),server,nowait"])
            try machine?.await("a program may connect")
            let person = try Terminal(Peer.tandem.required(), ["top", "unix:\(socket)"])
            try person.await("demo: prelaunch; every 1 s")
            if isInterrupted { try person.type("\u{3}") } else { machine = nil }
            let end = try person.end()
            #expect(end.code == (isInterrupted ? 130 : 2), "\(end)")
            #expect(end.text.contains("\u{1B}[?25h\u{1B}[?1049l"))
            if !isInterrupted { #expect(end.text.contains("unix:\(socket): the machine has hung up"), "\(end)") }
            #expect(person.isEchoing)
            unlink(socket)
        }
    }

    @Test("whoever is no machine gets a located error", .needs(.tandem))
    func errors() throws {
        let run = try Program.run(Peer.tandem.required(), ["top", "unix:\(Self.place)-nobody"])
        #expect(run.exitCode == 2)
        #expect(
            run.errors.hasPrefix("tandem: error: unix:\(Self.place)-nobody: nobody can be reached there"),
            "\(run.errors)")
    }
}
