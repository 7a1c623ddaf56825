import TandemKernel
import Testing

@testable import TandemMonitor

@Suite struct QMPFramingTests {
    /// The messages of a stream: texts, and complaints after a “!”.
    private func messages(_ stream: [UInt8], piece: Int = .max) -> [String] {
        var framing = QMPFraming()
        var messages: [[UInt8]] = []
        var rest = stream[...]
        while !rest.isEmpty {
            messages += framing.take(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        messages += framing.end()
        return messages.map { message in
            (message[0] == QMPFraming.Mark.complaint ? "!" : "") + String(decoding: message.dropFirst(), as: UTF8.self)
        }
    }

    @Test(
        "a stream becomes messages, whatever the pieces in which it comes",
        arguments: [
            ("", []), (" \r\n\t\n", []), (#"{"a":1}"#, [#"{"a":1}"#]),
            (#"{"a":1}{"b":2}"#, [#"{"a":1}"#, #"{"b":2}"#]),
            ("{\n\"a\":\n1\n}\n", ["{\n\"a\":\n1\n}"]), (#"{"a":"}{"}[1]"#, [#"{"a":"}{"}"#, "[1]"]),
            (#"{"a":"\"}"} x"#, [#"{"a":"\"}"}"#, "x"]), ("hello\n{}\n", ["hello", "{}"]),
            ("{\"a\":\"b\n{}\n", ["{\"a\":\"b", "{}"]), ("}\n{}", ["}", "{}"]), ("{\"half\":", ["{\"half\":"]),
            ("\"quit\"\n", ["\"quit\""]),
        ] as [(String, [String])])
    func cuts(stream: String, expected: [String]) {
        for piece in [1, 2, 3, 7, .max] { #expect(messages(Array(stream.utf8), piece: piece) == expected) }
    }

    @Test("a byte that no text can have begins anew", arguments: [0xFF, 0x00, 0x04] as [UInt8])
    func anew(byte: UInt8) {
        #expect(messages(Array(#"{"a":["#.utf8) + [byte] + Array("{}".utf8)) == [#"{"a":["#, "{}"])
        #expect(messages([byte, byte] + Array("{}".utf8)) == ["{}"])
    }

    @Test("a hundred megabytes without a line end take one complaint and hardly any memory")
    func flood() {
        var framing = QMPFraming()
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        var found: [[UInt8]] = []
        // Debug code is slow: what is dropped costs the same for each piece.
        for _ in 0..<4 { found += framing.take(piece) }
        #expect(
            found.map { String(decoding: $0.dropFirst(), as: UTF8.self) } == ["a message is longer than 1048576 bytes"])
        #expect(framing.take(Array("\n{}".utf8)).map { $0.dropFirst() } == [Array("{}".utf8)[...]])
    }

    @Test("what nests too deep takes one complaint")
    func depth() {
        let deep = String(repeating: "[", count: 300) + "\n{}"
        #expect(messages(Array(deep.utf8)) == ["!arrays and objects nest deeper than 256 levels", "{}"])
    }

    @Test("noise of any kind is survived, and the next message is understood", arguments: 0..<20)
    func noise(round: Int) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        let noise = (0..<5000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        var framing = QMPFraming()
        _ = framing.take(noise)
        _ = framing.take([0xFF, 0x0A])
        #expect(framing.take(Array("{}".utf8)).last.map { Array($0.dropFirst()) } == Array("{}".utf8), "seed \(seed)")
    }
}
