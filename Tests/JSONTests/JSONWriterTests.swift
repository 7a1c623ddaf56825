import TandemJSON
import Testing

@Suite("JSONWriter")
struct JSONWriterTests {
    private let value: JSONValue = [
        "b": [1, -2, 1.5, []], "a": ["x": nil, "y": true, "empty": [:]], "text": "q\"\\\n\u{1}\u{7F}é",
    ]

    @Test("compact text has no space and keeps the order of members")
    func compact() {
        #expect(
            JSONWriter(.compact).text(of: value)
                == #"{"b":[1,-2,1.5,[]],"a":{"x":null,"y":true,"empty":{}},"text":"q\"\\\n\u0001\#u{7F}é"}"#)
    }

    @Test("pretty text has one element a line and two spaces a level")
    func pretty() {
        #expect(
            JSONWriter(.pretty).text(of: value) == """
                {
                  "b": [
                    1,
                    -2,
                    1.5,
                    []
                  ],
                  "a": {
                    "x": null,
                    "y": true,
                    "empty": {}
                  },
                  "text": "q\\"\\\\\\n\\u0001\u{7F}é"
                }

                """)
    }

    @Test(
        "numbers are exact or shortest",
        arguments: [
            (JSONValue(UInt64.max), "18446744073709551615"), (JSONValue(Int64.min), "-9223372036854775808"),
            (JSONValue(0.1), "0.1"), (JSONValue(1.0), "1.0"), (JSONValue(1e300), "1e+300"),
            (JSONValue(Double.leastNonzeroMagnitude), "5e-324"), (JSONValue(-0.0), "-0.0"),
            (JSONValue(Double.nan), "null"),
            (JSONValue(-Double.infinity), "null"),
        ])
    func numbers(_ value: JSONValue, _ expected: String) {
        #expect(JSONWriter().text(of: value) == expected)
    }

    @Test("what is written reads back the same, in both layouts and dialects")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<300 {
            let value = JSONValue.random(using: &random, depth: 5)
            for writer in [JSONWriter(.compact), JSONWriter(.pretty)] {
                let text = writer.text(of: value)
                #expect(try JSON5Reader(.json).read(text) == value, "seed \(seed): \(text)")
                #expect(try JSON5Reader(.json5).read(text) == value, "seed \(seed): \(text)")
            }
        }
    }
}
