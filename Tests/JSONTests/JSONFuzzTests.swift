import TandemJSON
import Testing

/// SplitMix64: the same sequence for the same seed on every host.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension JSONValue {
    /// A value of any kind that JSON can express.
    static func random(using random: inout SeededRandom, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 7), using: &random) {
        case 0: return .null
        case 1: return JSONValue(Bool.random(using: &random))
        case 2: return JSONValue(UInt64.random(in: 0...UInt64.max, using: &random))
        case 3: return JSONValue(Int64.random(in: Int64.min...Int64.max, using: &random))
        case 4:
            let double = Double(bitPattern: random.next())
            return double.isFinite ? JSONValue(double) : JSONValue(0.5)
        case 5, 6:
            var text = ""
            for _ in 0..<Int.random(in: 0..<8, using: &random) {
                let limit: UInt32 = Bool.random(using: &random) ? 0x7F : 0x10FFFF
                if let scalar = Unicode.Scalar(UInt32.random(in: 0...limit, using: &random)) {
                    text.unicodeScalars.append(scalar)
                }
            }
            return JSONValue(text)
        case 7:
            return JSONValue(
                (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                    .random(using: &random, depth: depth - 1)
                })
        default:
            return JSONValue(
                members: (0..<Int.random(in: 0..<20, using: &random)).map { index in
                    JSONMember("key \(index)", .random(using: &random, depth: depth - 1))
                })
        }
    }
}

@Suite("Reading any bytes")
struct JSONFuzzTests {
    private static let seeds: [String] = [
        #"{ // c\#n a: [1, -2.5e3, 0xFF, +Infinity, .5, 5.], 'b': "x\u00e9\uD83D\uDE00\\", /* */ c: {d: null,},}"#,
        #"{"execute":"qmp_capabilities","arguments":{"a":[true,false,null,1.5,"\u0041\n"]},"id":18446744073709551615}"#,
        "['\\x41\\\r\n\\v\\0', NaN, -NaN, '\u{2028}', \u{FEFF} {ünï: 1, \\u0061: 2}]",
        String(repeating: "[{a:", count: 40) + "1" + String(repeating: "}]", count: 40),
    ]

    @Test("mutated texts give a value or an error inside the text, never a crash", arguments: seeds)
    func mutations(_ text: String) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        let original = Array(text.utf8)
        let interesting: [UInt8] =
            Array(#"{}[]:,"'\/*+-.0123456789eExXuIN"#.utf8) + [0, 9, 10, 13, 0x80, 0xC3, 0xE2, 0xF0, 0xFF]
        for _ in 0..<1500 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes.insert(interesting[Int.random(in: 0..<interesting.count, using: &random)], at: index)
                case 1 where index < bytes.count: bytes.remove(at: index)
                case 2 where index < bytes.count: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 3: bytes.removeSubrange(index...)
                default:
                    let end = Int.random(in: index...bytes.count, using: &random)
                    bytes.insert(contentsOf: bytes[index..<end].prefix(40), at: index)
                }
            }
            check(bytes, seed: seed)
        }
    }

    @Test("random bytes give a value or an error")
    func randomBytes() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<2000 {
            check(
                (0..<Int.random(in: 0..<24, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next()) },
                seed: seed)
        }
    }

    private func check(_ bytes: [UInt8], seed: UInt64) {
        let lines = bytes.count { $0 == 10 || $0 == 13 } + 1
        for dialect in [JSON5Reader.Dialect.json5, .json] {
            do throws(JSONError) {
                let value = try JSON5Reader(dialect).read(bytes)
                _ = JSONWriter(.pretty).text(of: value)
            } catch {
                #expect((1...lines).contains(error.location.line), "seed \(seed): \(bytes)")
                #expect((1...bytes.count + 1).contains(error.location.column), "seed \(seed): \(bytes)")
                #expect(!error.message.isEmpty)
            }
        }
    }
}
