import TandemJSON
import Testing

/// `-report vcd:FILE` as other programs read it: a strict reader from Python's registry, and GTKWave's converter.
struct WaveformTests {
    /// Reads a file to its end, and tells how often each line rose and how many bytes each link carried: a link's value
    /// holds until its next change, for so many bins as begin meanwhile.
    private static let judge = """
        import sys
        from vcd.reader import TokenKind, tokenize
        names, scope, levels, rises, bytes, time, width = {}, [], {}, {}, {}, 0, int(sys.argv[2])
        def close(name):
            if name in levels and isinstance(levels[name], tuple):
                since, value = levels[name]
                bytes[name] = bytes.get(name, 0) + -(-(time - since) // width) * value
        for token in tokenize(open(sys.argv[1], "rb")):
            if token.kind is TokenKind.SCOPE:
                scope.append(token.scope.ident)
            elif token.kind is TokenKind.UPSCOPE:
                scope.pop()
            elif token.kind is TokenKind.VAR:
                names[token.var.id_code] = ".".join(scope + [token.var.reference])
            elif token.kind is TokenKind.TIMESCALE:
                print("timescale", token.timescale.magnitude, token.timescale.unit)
            elif token.kind is TokenKind.CHANGE_TIME:
                assert token.time_change >= time, "time goes back"
                time = token.time_change
            elif token.kind is TokenKind.CHANGE_SCALAR:
                name, value = names[token.scalar_change.id_code], token.scalar_change.value
                rises[name] = rises.get(name, 0) + (value == "1" and levels.get(name) == "0")
                levels[name] = value
            elif token.kind is TokenKind.CHANGE_VECTOR:
                name = names[token.vector_change.id_code]
                close(name)
                levels[name] = time, token.vector_change.value
        assert not scope, "a scope is left open"
        for name in list(levels):
            close(name)
        print("end", time)
        print(*sorted(f"rises {name} {count}" for name, count in rises.items()), sep="\\n")
        print(*sorted(f"bytes {name} {count}" for name, count in bytes.items()), sep="\\n")
        """

    private static func read(_ file: String, bin: Int) throws -> [Substring] {
        let run = try Program.run(Peer.waveReader.required(), ["-c", judge, file, "\(bin)"])
        #expect(run.exitCode == 0, "\(run.errors)")
        return run.lines.filter { !$0.isEmpty }
    }

    private static func demo(_ name: String) throws -> (waves: String, report: JSONValue) {
        let (waves, json) = ("\(Repository.scratch)/\(name).vcd", "\(Repository.scratch)/\(name).json")
        let run = try Tandem.run([
            "demo", "-traffic-bin", "20us", "-report", "vcd:\(waves)", "-report", "json:\(json)",
        ])
        #expect(run.exitCode == 0, "\(run.errors)")
        return (waves, try JSON5Reader(.json).read(bytes(of: json), file: json))
    }

    @Test(
        "a strict reader finds every rise of every line and every byte of every link in the waveform",
        .needs(.tandem, .waveReader))
    func strict() throws {
        let (waves, report) = try Self.demo("waves")
        let lines = try Self.read(waves, bin: 20_000_000)
        #expect(lines.first?.hasPrefix("timescale 1 ") == true)
        #expect(lines.contains("end \(try report.member("simulatedPicoseconds").number().literal)"))
        let interrupts = try report.member("interrupts").array()
        for row in interrupts {
            let input = try row.member("line").string().split(separator: " -> ").last ?? ""
            let raised = try row.member("raised").number().literal
            // Supervisor interrupts of a hart itself are no lines.
            guard lines.contains(where: { $0.hasPrefix("rises \(input) ") }) else { continue }
            #expect(lines.contains("rises \(input) \(raised)"), "\(lines)")
        }
        #expect(lines.count { $0.hasPrefix("rises ") } >= interrupts.count - 3)
        let traffic = try report.member("traffic").array()
        for row in traffic {
            let name = try "\(row.member("initiator").string())->\(row.member("target").string())"
            let total = try ["readBytes", "writeBytes", "fetchBytes"].reduce(0 as UInt64) {
                $0 + (try row.member($1).integer())
            }
            let shown = "bytes traffic.\(name.replacing(".", with: "/")) \(total)"
            #expect(lines.contains(Substring(shown)), "\(shown) in \(lines)")
        }
        #expect(lines.count { $0.hasPrefix("bytes ") } == traffic.count)
    }

    @Test(
        "GTKWave takes the waveform into its own form and gives the same back",
        .needs(.tandem, .waveReader, .gtkwave))
    func converter() throws {
        let (waves, _) = try Self.demo("waves-gtkwave")
        let (packed, back) = ("\(waves).fst", "\(waves).back")
        let pack = try Program.run(Peer.gtkwave.required(), [waves, packed])
        #expect(pack.exitCode == 0, "\(pack.output)\(pack.errors)")
        let unpack = try Program.run("fst2vcd", ["-o", back, packed])
        #expect(unpack.exitCode == 0, "\(unpack.output)\(unpack.errors)")
        let (ours, theirs) = (try Self.read(waves, bin: 20_000_000), try Self.read(back, bin: 20_000_000))
        #expect(ours == theirs)
    }
}
