import TandemKernel
import Testing

@testable import TandemMonitor

@Suite struct RSPCodecTests {
    private func items(_ bytes: [UInt8]) -> [RSPCodec.Item] {
        var codec = RSPCodec()
        return bytes.compactMap { codec.take($0) }
    }

    private static let streams: [(text: String, items: [RSPCodec.Item])] = [
        ("$#00", [.packet([])]),
        ("$OK#9a", [.packet(Array("OK".utf8))]),
        ("$OK#9A", [.packet(Array("OK".utf8))]),
        ("+-\u{3}", [.acknowledgement, .rejection, .interrupt]),
        ("noise\r\n$OK#9a", [.packet(Array("OK".utf8))]),
        ("$OK#9b$OK#9a", [.damaged, .packet(Array("OK".utf8))]),
        ("$OK#zz", [.damaged]),
        ("$half a pac$OK#9a", [.packet(Array("OK".utf8))]),
        // An escape counts as it stands on the wire; Ctrl-C in a packet is data.
        ("$}\u{3}#80", [.packet([0x23])]),
        ("$\u{3}#03", [.packet([3])]),
        ("$never ending", []),
    ]

    @Test("a stream becomes packets, acknowledgements and interruptions", arguments: streams)
    func decoding(text: String, expected: [RSPCodec.Item]) { #expect(items(Array(text.utf8)) == expected) }

    @Test("what must not stand in a body is escaped")
    func escaping() {
        #expect(RSPCodec.packet(Array("$#}*".utf8)) == Array("$}\u{4}}\u{3}}]}\u{a}#62".utf8))
    }

    @Test("any body goes over the wire and comes back", arguments: [1, 2, 3] as [UInt64])
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let body = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            #expect(items(RSPCodec.packet(body)) == [.packet(body)], "seed \(seed)")
        }
    }

    @Test("noise of any kind is survived, and the next packet is understood", arguments: [11, 12, 13] as [UInt64])
    func noise(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let alphabet = Array("$#}+-*0aF".utf8) + [0, 3, 0xff]
        var codec = RSPCodec()
        for _ in 0..<200 {
            for _ in 0..<Int.random(in: 0...100, using: &random) {
                _ = codec.take(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
            }
            // Whatever was begun, two digits and a new beginning end it.
            for byte in "#00$".utf8 { _ = codec.take(byte) }
            let found = "OK#9a".utf8.compactMap { codec.take($0) }
            #expect(found == [.packet(Array("OK".utf8))], "seed \(seed)")
        }
    }

    @Test("a body of the greatest length is taken, a longer one is dropped and named")
    func limit() {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: RSPCodec.largestBody)
        #expect(items(RSPCodec.packet(body)) == [.packet(body)])
        #expect(items(RSPCodec.packet(body + [0])) == [.oversized])
    }
}
