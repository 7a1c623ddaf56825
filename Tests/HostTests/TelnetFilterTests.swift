import TandemHost
import Testing

@Suite struct TelnetFilterTests {
    @Test("keys pass, and the protocol does not", arguments: [1, 2, 3, 100])
    func data(_ pieceSize: Int) {
        var filter = TelnetFilter()
        var data: [UInt8] = []
        let wire: [UInt8] =
            [
                0x61, 255, 253, 1, 0x62, 255, 250, 24, 0, 255, 255, 7, 255, 240, 0x63, 255, 255, 13, 0, 0x64, 13, 10,
                0x65,
            ]
        for start in stride(from: 0, to: wire.count, by: pieceSize) {
            data += filter.feed(Array(wire[start..<min(start + pieceSize, wire.count)])).data
        }
        #expect(data == [0x61, 0x62, 0x63, 255, 13, 0x64, 13, 0x65])
    }

    @Test("what we offered is not offered again, and what we do not know is declined")
    func negotiation() {
        var filter = TelnetFilter()
        // DO ECHO, DO SGA, WILL SGA, WILL BINARY: agreed before. WILL NAWS (31), DO TTYPE (24): no.
        let agreed = filter.feed([255, 253, 1, 255, 253, 3, 255, 251, 3, 255, 251, 0])
        #expect(agreed.data.isEmpty && agreed.answer.isEmpty)
        #expect(filter.feed([255, 251, 31, 255, 253, 24]).answer == [255, 254, 31, 255, 252, 24])
        #expect(filter.feed([255, 252, 31, 255, 254, 24]).answer.isEmpty)
    }

    @Test("a peer that sends eight bits sends ends of lines as they are")
    func binary() {
        var filter = TelnetFilter()
        #expect(filter.feed([255, 251, 0, 13, 10, 13, 0]).data == [13, 10, 13, 0])
    }

    @Test("the interrupt and erase commands are the keys of that name")
    func commands() {
        var filter = TelnetFilter()
        #expect(filter.feed([255, 244, 255, 247, 255, 241]).data == [0x03, 0x7F])
    }

    @Test("random bytes never do harm, and never get more answers than questions", arguments: 0..<20)
    func random(_ seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        var filter = TelnetFilter()
        for _ in 0..<50 {
            let bytes = (0..<100).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state >> 60 < 8 ? 255 : UInt8(truncatingIfNeeded: state >> 33)
            }
            let (data, answer) = filter.feed(bytes)
            #expect(data.count <= bytes.count && answer.count <= bytes.count, "seed \(seed)")
        }
    }
}
