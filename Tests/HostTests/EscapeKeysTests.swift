import TandemHost
import Testing

@Suite struct EscapeKeysTests {
    @Test("plain characters pass, also control characters")
    func plain() {
        var keys = EscapeKeys()
        #expect(keys.feed([0x03, 0x41, 0x1b]) == [.send([0x03, 0x41, 0x1b])])
    }

    @Test("Ctrl-a x quits, Ctrl-a h helps, Ctrl-a c switches, Ctrl-a Ctrl-a is Ctrl-a, anything else is dropped")
    func commands() {
        var keys = EscapeKeys()
        #expect(
            keys.feed(Array("a\u{1}xb\u{1}h\u{1}c\u{1}\u{1}\u{1}qc".utf8)) == [
                .send([0x61]), .quit, .send([0x62]), .help, .switchClient, .send([0x01, 0x63]),
            ])
    }

    @Test("the two keys may come apart")
    func apart() {
        var keys = EscapeKeys()
        #expect(keys.feed([1]) == [])
        #expect(keys.feed([0x78]) == [.quit])
    }
}
