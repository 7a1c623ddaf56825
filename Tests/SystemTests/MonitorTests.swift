import Testing

/// The monitors as their users reach them: through socat, telnet, QEMU's own library and GDB.
struct MonitorTests {
    /// Starts a guest that never ends by itself, halted, with monitors at two sockets in a folder of its own, and runs
    /// `talk`, a piece of a shell script, beside it. The output is that of the script; then the rights of the socket in
    /// the file system, and “exit” with our exit code.
    private static func run(_ talk: String, _ arguments: [String] = []) throws -> Program {
        let script = """
            set -u
            tandem=$1; shift
            folder=$(mktemp -d) || exit 1
            trap 'kill $guest 2>/dev/null; rm -rf "$folder"' EXIT
            mkfifo "$folder/errors" "$folder/keys"
            # The one instruction “j .”.
            printf '\\x6f\\x00\\x00\\x00' >"$folder/loop"
            "$tandem" run virt -bios "$folder/loop" -serial null -report none -S -qmp "unix:$folder/qmp,server,nowait" \\
                -monitor tcp::0,server,nowait 2>"$folder/errors" &
            guest=$!
            exec 3<"$folder/errors"
            read -r line <&3 && read -r line <&3 || exit 1
            port=${line##*:}
            rights=$(stat -c %a "$folder/qmp")
            \(talk)
            wait $guest; code=$?
            echo "rights $rights"
            echo "exit $code"
            """
        return try Program.run(
            "/bin/bash", ["-c", script, "bash", Peer.tandem.required()] + arguments, limit: 120)
    }

    @Test("a protocol script of QEMU's users works through socat", .needs(.tandem, .socat))
    func protocolScript() throws {
        let run = try Self.run(
            """
            printf '%s\\n' '{"execute":"qmp_capabilities"}' '{"execute":"query-status","id":1}' \\
                '{"execute":"qom-get","arguments":{"path":"/machine/ram","property":"size"},"id":2}' \\
                '{"execute":"human-monitor-command","arguments":{"command-line":"info status"}}' 'garbage' \\
                '{"execute":"cont"}' '{"execute":"stop"}' '{"execute":"quit","id":"end"}' |
                socat -t 60 - "UNIX-CONNECT:$folder/qmp"
            """)
        for part in [
            #"{"QMP":{"version":"#, #"{"return":{"running":false,"status":"prelaunch"},"id":1}"#,
            #""return":"VM status: paused (prelaunch)\n""#,
            #""desc":"JSON parse error, 1:1: expected a value, found 'garbage'""#,
            #""event":"RESUME""#, #""event":"STOP""#, #"{"return":{},"id":"end"}"#,
        ] { #expect(run.output.contains(part), "“\(part)” in\n\(run.output)\(run.errors)") }
        #expect(run.lines.contains("rights 600") && run.lines.contains("exit 0"), "\(run.output)\(run.errors)")
    }

    @Test("the monitor answers a person with telnet", .needs(.tandem, .telnet))
    func telnet() throws {
        let run = try Self.run(
            """
            telnet 127.0.0.1 "$port" <"$folder/keys" 2>&1 &
            client=$!
            exec 4>"$folder/keys"
            printf 'info status\\r\\nbogus\\r\\nx/1xw 0x80000000\\r\\nquit\\r\\n' >&4
            wait $client
            """)
        for part in [
            "Tandem ", "VM status: paused (prelaunch)", "error: there is no command “bogus”", "0000000080000000: 0x",
        ] {
            #expect(run.output.contains(part), "“\(part)” in\n\(run.output)\(run.errors)")
        }
        #expect(run.lines.contains("exit 0"), "\(run.output)\(run.errors)")
    }

    @Test("QEMU's own library speaks with the machine, hears its events and ends it", .needs(.tandem, .qmpLibrary))
    func library() throws {
        let python = """
            import asyncio, sys
            from qemu.qmp import QMPClient, ExecuteError
            async def main():
                client = QMPClient("test")
                with client.listener(("STOP", "RESUME")) as events:
                    await client.connect(sys.argv[1])
                    print("status", (await client.execute("query-status"))["status"])
                    await client.execute("cont")
                    await client.execute("stop")
                    print("events", (await events.get())["event"], (await events.get())["event"])
                    try:
                        await client.execute("nonsense")
                    except ExecuteError as error:
                        print("class", error.error.class_ if hasattr(error.error, "class_") else error.error_class)
                    print("commands", len(await client.execute("query-qmp-schema")) > 40)
                    await client.execute("quit")
                    try:
                        await client.disconnect()
                    except EOFError:
                        pass  # The machine has hung up first.
            asyncio.run(main())
            """
        let run = try Self.run(#""$1" -c "$2" "$folder/qmp""#, [Peer.qmpLibrary.required(), python])
        for line in ["status prelaunch", "events RESUME STOP", "class CommandNotFound", "commands True", "exit 0"] {
            #expect(run.lines.contains { $0 == line }, "“\(line)” in\n\(run.output)\(run.errors)")
        }
    }

    @Test(
        "a hundred megabytes without a line end are refused once, by either face, and take no memory",
        .needs(.tandem, .socat))
    func flood() throws {
        let run = try Self.run(
            #"""
            peak() { while read -r name size rest; do [ "$name" = VmHWM: ] && echo "$size"; done <"/proc/$guest/status"; }
            flood() { head -c 104857600 /dev/zero | tr '\0' a; printf '\n'; }
            before=$(peak)
            { printf '{"execute":"qmp_capabilities"}\n'; flood; printf '{"execute":"query-status","id":"alive"}\n'; } |
                socat -t 60 - "UNIX-CONNECT:$folder/qmp"
            { flood; printf 'info status\n'; } | socat -t 60 - "TCP:127.0.0.1:$port"
            printf '\ngrown by %d KiB\n' "$(($(peak) - before))"
            printf '{"execute":"qmp_capabilities"}{"execute":"quit"}' | socat -t 60 - "UNIX-CONNECT:$folder/qmp"
            """#)
        let complaints = run.lines.filter { $0.contains(" is longer than ") }
        #expect(complaints.count == 2, "\(complaints)\(run.errors)")
        #expect(complaints.first?.contains("a message is longer than 1048576 bytes") == true, "\(complaints)")
        #expect(complaints.last?.contains("a line is longer than 8192 bytes") == true, "\(complaints)")
        #expect(run.output.contains(#""id":"alive"}"#) && run.output.contains("VM status: paused (prelaunch)"))
        let growth = run.lines.first { $0.hasPrefix("grown by ") }?.split(separator: " ")[2]
        #expect(growth.flatMap { Int($0) }.map { $0 < 16 << 10 } == true, "\(run.output)\(run.errors)")
        #expect(run.lines.contains("exit 0"), "\(run.output)\(run.errors)")
    }

    @Test("the session that the page of the monitor shows happens so", .needs(.tandem))
    func documentation() throws {
        let page = try String(decoding: bytes(of: "\(Repository.root)/docs/monitor.md"), as: UTF8.self)
        let parts = page.split(separator: "```console\n", maxSplits: 1)
        let session = try #require(parts.last?.split(separator: "\n```").first.map(String.init))
        // The command, then what the terminal shows: what is typed stands behind the prompts.
        let lines = session.split(separator: "\n", maxSplits: 1)
        let words = try #require(lines.first).split(separator: " ").dropFirst(2).map(String.init)
        let prompt = "(tandem) "
        let terminal = try Terminal(Peer.tandem.required(), words)
        for line in lines[1].split(separator: "\n") where line.hasPrefix(prompt) {
            try terminal.await(prompt)
            try terminal.type(line.dropFirst(prompt.count) + "\r")
        }
        #expect(try terminal.end().code == 0)
        // Before the first prompt the monitor says who it is.
        let shown = terminal.transcript.split(separator: "\n").drop { !$0.hasPrefix(prompt) }
        #expect(Array(shown) == lines[1].split(separator: "\n"))
    }

    @Test("GDB opens a dump of the guest's memory", .needs(.tandem, .socat, .gdb))
    func core() throws {
        let run = try Self.run(
            """
            printf '%s\\n' 'step 20us' "dump-guest-memory $folder/core" 'p $pc' 'xp/1xw 0x80000000' quit |
                socat -t 60 - "TCP:127.0.0.1:$port"
            "$1" -q -nx -batch -ex "set architecture riscv:rv64" -ex "core $folder/core" -ex "info threads" \\
                -ex 'printf "pc %lx\\n", (long)$pc' -ex 'printf "word 0x%08x\\n", *(unsigned *)0x80000000' 2>&1
            """, [Peer.gdb.required()])
        // What the monitor showed is what GDB finds.
        let shown = run.lines.first { $0.contains("0000000080000000: 0x") }.flatMap { $0.split(separator: " ").last }
        let word = try #require(shown, "\(run.output)\(run.errors)")
        #expect(run.lines.contains { $0 == "word \(word)" }, "\(run.output)\(run.errors)")
        #expect(run.lines.contains { $0.hasPrefix("pc 8") || $0.hasPrefix("pc 1") }, "\(run.output)\(run.errors)")
        #expect(run.lines.contains("exit 0"), "\(run.output)\(run.errors)")
    }
}
