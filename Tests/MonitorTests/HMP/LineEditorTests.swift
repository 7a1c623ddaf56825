import Testing

@testable import TandemMonitor

@Suite struct LineEditorTests {
    /// A terminal of 80 columns that shows one line: what our escape sequences do to it.
    private struct Terminal {
        var cells: [Character] = []
        var column = 0

        mutating func show(_ bytes: [UInt8]) {
            var rest = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)[...]
            while let scalar = rest.popFirst() {
                switch scalar {
                case "\r": column = 0
                case "\n": (cells, column) = ([], 0)
                case "\u{7}": break
                case "\u{1B}":
                    rest = rest.dropFirst()
                    var number = ""
                    while let digit = rest.first, digit.properties.numericType != nil {
                        number.unicodeScalars.append(digit)
                        rest = rest.dropFirst()
                    }
                    switch rest.popFirst() {
                    case "K": cells.removeSubrange(min(column, cells.count)...)
                    case "D": column -= Int(number) ?? 1
                    case "H": column = 0
                    case "J": cells = []
                    default: Issue.record("an escape sequence that not every terminal knows")
                    }
                default:
                    while cells.count <= column { cells.append(" ") }
                    cells[column] = Character(scalar)
                    column += 1
                }
            }
        }

        var text: String { String(cells) }
    }

    private struct Bench {
        var editor = LineEditor(prompt: "> ")
        var terminal = Terminal()
        var lines: [String] = []
        var words: [String] = []

        init() { terminal.show(editor.shown) }

        mutating func type(_ text: String) { for byte in text.utf8 { type(byte) } }

        mutating func type(_ byte: UInt8) {
            let words = words
            let event = editor.take(byte) { text in
                Completion(String(text.split(separator: " ", omittingEmptySubsequences: false).last ?? ""), of: words)
            }
            switch event {
            case .show(let bytes): terminal.show(bytes)
            case .line(let bytes, let line):
                terminal.show(bytes)
                lines.append(line)
                terminal.show(editor.shown)
            case nil: break
            }
        }
    }

    @Test(
        "keys edit the line, and the terminal shows it with the cursor where it is",
        arguments: [
            ("abc", "abc", 3), ("abc\u{8}\u{7F}d", "ad", 2), ("abc\u{1}X", "Xabc", 1), ("abc\u{2}\u{2}X", "aXbc", 2),
            ("abc\u{1}\u{6}\u{4}", "ac", 1), ("abc\u{1}\u{5}d", "abcd", 4), ("ab cd\u{17}x", "ab x", 4),
            ("ab cd\u{15}", "", 0), ("ab cd\u{1}\u{6}\u{B}", "a", 1), ("ab cd\u{17}\u{1}\u{19}", "cdab ", 2),
            ("ab\u{14}", "ba", 2), ("abc\u{1}\u{6}\u{14}", "bac", 2), ("ab cd\u{1B}bX", "ab Xcd", 4),
            ("ab cd\u{1}\u{1B}f!", "ab! cd", 3), ("ab cd\u{1}\u{1B}d", " cd", 0), ("ab\u{1B}[DX", "aXb", 2),
            ("ab\u{1B}[HX\u{1B}[FY", "XabY", 4), ("ab\u{1B}OH\u{1B}[3~", "b", 0), ("ab\u{1B}[1~X\u{1B}[4~Y", "XabY", 4),
            ("a\u{1B}[15;2~b\u{1B}[<0;1;1Mc", "abc", 3), ("ab cd\u{1B}\u{7F}", "ab ", 3),
            ("\u{4}\u{2}\u{6}\u{B}a", "a", 1),
            ("größe\u{7F}", "größ", 4), ("日本\u{2}x", "日x本", 2), ("a\u{1}é", "éa", 1),
        ] as [(String, String, Int)])
    func editing(keys: String, text: String, cursor: Int) {
        var bench = Bench()
        bench.type(keys)
        #expect(bench.editor.line == text)
        #expect(bench.editor.cursor == cursor)
        // Characters of two columns would need two cells.
        guard text.allSatisfy({ $0.isASCII || $0.isLetter && $0 < "⺀" }) else { return }
        #expect(bench.terminal.text.drop { $0 == " " } == "> " + text)
        #expect(bench.terminal.column == 2 + cursor)
    }

    @Test("lines end as terminals and programs end them")
    func ends() {
        var bench = Bench()
        bench.type("a\rb\r\nc\n\n")
        #expect(bench.lines == ["a", "b", "c", ""])
    }

    @Test("the arrows walk through the lines that were typed, and back to what was being typed")
    func history() {
        var bench = Bench()
        bench.type("one\rtwo\rtwo\r\r")
        #expect(bench.editor.history.lines == ["one", "two"])
        bench.type("dra\u{1B}[A")
        #expect(bench.editor.line == "two")
        bench.type("\u{10}")
        #expect(bench.editor.line == "one")
        bench.type("\u{10}\u{E}\u{1B}[B")
        #expect(bench.editor.line == "dra")
        bench.type("\u{10}!\r")
        #expect(bench.lines.last == "two!")
        for number in 0..<1000 { bench.type("\(number)\r") }
        #expect(bench.editor.history.lines.count == LineHistory.limit)
        #expect(bench.editor.history.lines.last == "999")
    }

    @Test("a line that is given up is neither performed nor kept")
    func giveUp() {
        var bench = Bench()
        bench.type("rm\u{3}ok\r")
        #expect(bench.lines == ["ok"])
        #expect(bench.editor.history.lines == ["ok"])
    }

    @Test("a tab completes as far as it is clear, then lists")
    func completion() {
        var bench = Bench()
        bench.words = ["status", "stop", "registers"]
        bench.type("info r\t")
        #expect(bench.editor.line == "info registers ")
        bench.type("\u{15}info s\t")
        #expect(bench.editor.line == "info st")
        let event = bench.editor.take(9) { _ in Completion("st", of: ["status", "stop"]) }
        #expect(event == .show(Array("\r\nstatus  stop\r\n> info st".utf8)))
        bench.type("x\t")
        #expect(bench.editor.line == "info stx")
    }

    @Test("a line longer than the terminal is shown in part, around the cursor")
    func long() {
        var bench = Bench()
        let text = String((0..<200).map { Character(UnicodeScalar(UInt8(ascii: "a") + UInt8($0 % 26))) })
        bench.type(text)
        #expect(bench.terminal.column < LineEditor.columns)
        #expect(text.hasSuffix(bench.terminal.text.dropFirst(2)))
        bench.type("\u{1}")
        #expect(bench.terminal.column == 2)
        #expect(text.hasPrefix(bench.terminal.text.dropFirst(2)))
        bench.type("\r")
        #expect(bench.lines == [text])
    }

    @Test("a line is bounded, and random bytes never do harm", arguments: 0..<10)
    func random(_ seed: Int) {
        var bench = Bench()
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let event = bench.editor.take(UInt8(truncatingIfNeeded: state >> 33)) { Completion($0, of: [$0 + "x"]) }
            if case .line(_, let line) = event { bench.lines.append(line) }
            #expect(bench.editor.cursor <= bench.editor.text.count, "seed \(seed)")
        }
        var flooded = LineEditor(prompt: "> ")
        for _ in 0..<LineEditor.sizeLimit + 10 { _ = flooded.take(0x61) { Completion($0, of: []) } }
        #expect(flooded.line.utf8.count == LineEditor.sizeLimit)
    }
}

@Suite struct CommandCompletionTests {
    private func complete(_ text: String) throws -> [String] {
        let bench = try MonitorBench(debuggedMachine("1: j 1b"))
        return CommandCompletion(bench.context).complete(text).candidates
    }

    @Test(
        "names, groups, objects and their properties complete from what is declared",
        arguments: [
            ("sto", ["stop"]), ("info stat", ["status"]), ("help info chard", ["chardevs"]),
            ("qom-get /machine/cp", ["/machine/cpu0"]), ("qom-get /machine/cpu0 frequ", ["frequency"]),
            ("sim-time vir", ["virtual", "virtual-rt"]), ("nonsense ", []), ("stop x", []),
        ] as [(String, [String])])
    func completes(text: String, candidates: [String]) throws {
        #expect(try complete(text) == candidates)
    }

    @Test("an empty line could become any command")
    func empty() throws {
        let all = try complete("")
        #expect(all.contains("info") && all.contains("quit") && all == all.sorted())
    }
}
