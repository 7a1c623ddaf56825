import TandemJSON
import Testing

private func read(_ text: String, _ dialect: JSON5Reader.Dialect = .json5) throws(JSONError) -> JSONValue {
    try JSON5Reader(dialect).read(text)
}

/// The message of the error that reading `text` gives.
private func complaint(_ text: String, _ dialect: JSON5Reader.Dialect = .json5, file: String = "") -> String {
    do throws(JSONError) {
        return "no error: \(JSONWriter().text(of: try JSON5Reader(dialect).read(text, file: file)))"
    } catch {
        return error.description
    }
}

@Suite("JSON5Reader")
struct JSON5ReaderTests {
    @Test("the example of the JSON5 specification reads as it says")
    func example() throws {
        let value = try read(
            #"""
            {
              // comments
              unquoted: 'and you can quote me on that',
              singleQuotes: 'I can use "double quotes" here',
              lineBreaks: "Look, Mom! \
            No \\n's!",
              hexadecimal: 0xdecaf,
              leadingDecimalPoint: .8675309, andTrailing: 8675309.,
              positiveSign: +1,
              trailingComma: 'in objects', andIn: ['arrays',],
              "backwardsCompatible": "with JSON", /* and so on */
            }
            """#)
        #expect(
            value == [
                "unquoted": "and you can quote me on that",
                "singleQuotes": "I can use \"double quotes\" here",
                "lineBreaks": "Look, Mom! No \\n's!",
                "hexadecimal": 0xdecaf,
                "leadingDecimalPoint": 0.8675309,
                "andTrailing": 8675309.0,
                "positiveSign": 1,
                "trailingComma": "in objects",
                "andIn": ["arrays"],
                "backwardsCompatible": "with JSON",
            ])
    }

    @Test(
        "numbers are kept exactly where they are integers of 64 bits",
        arguments: [
            ("0", JSONNumber.Value.unsigned(0)),
            ("-0", .unsigned(0)),
            ("18446744073709551615", .unsigned(.max)),
            ("18446744073709551616", .double(0x1p64)),
            ("-9223372036854775808", .signed(.min)),
            ("-9223372036854775809", .double(-0x1p63)),
            ("0xFFFFFFFFFFFFFFFF", .unsigned(.max)),
            ("-0x8000000000000000", .signed(.min)),
            ("-0x8000000000000001", .double(-0x1p63)),
            ("0x10000000000000000", .double(0x1p64)),
            ("+5", .unsigned(5)),
            ("+0x10", .unsigned(16)),
            ("-0x10", .signed(-16)),
            (".5", .double(0.5)),
            ("-.5e1", .double(-5)),
            ("5.", .double(5)),
            ("5.e2", .double(500)),
            ("0.1", .double(0.1)),
            ("0e0", .double(0)),
            ("1e3", .double(1000)),
            ("Infinity", .double(.infinity)),
            ("+Infinity", .double(.infinity)),
            ("-Infinity", .double(-.infinity)),
            ("5e-324", .double(.leastNonzeroMagnitude)),
            ("1e-999", .double(0)),
        ])
    func numbers(_ literal: String, _ expected: JSONNumber.Value) throws {
        let number = try read(literal).number()
        #expect(number.value == expected)
        #expect(number.literal == literal)
    }

    @Test("a NaN has either sign", arguments: ["NaN", "+NaN", "-NaN"])
    func notANumber(_ literal: String) throws {
        #expect(try read(literal).double().isNaN)
    }

    @Test(
        "escapes stand for their characters",
        arguments: [
            (#""\b\f\n\r\t\v\0\\\/\"""#, "\u{8}\u{C}\n\r\t\u{B}\0\\/\""),
            (#"'\'\a\q'"#, "'aq"),
            (#"'\x41\xff'"#, "A\u{FF}"),
            (#"'\u00e9\uD83D\uDE00'"#, "\u{E9}\u{1F600}"),
            ("'a\\\r\nb\\\nc\\\rd\\\u{2028}e'", "abcde"),
            ("'tab\there'", "tab\there"),
            ("'\u{2028}'", "\u{2028}"),
            ("\"it's\"", "it's"),
        ])
    func escapes(_ literal: String, _ expected: String) throws {
        #expect(Array(try read(literal).string().utf8) == Array(expected.utf8))
    }

    @Test(
        "keys may be names of any script and hold escapes",
        arguments: [
            ("{$_a1:0}", "$_a1"), ("{ünïcödé:0}", "ünïcödé"), (#"{\u0061b:0}"#, "ab"), ("{null:0}", "null"),
            ("{'a b':0}", "a b"), ("{\"\":0}", ""), ("{a\u{200D}b:0}", "a\u{200D}b"),
        ])
    func keys(_ text: String, _ expected: String) throws {
        #expect(try read(text).members().map(\.key) == [expected])
    }

    @Test("white space and comments of every kind separate nothing from nothing")
    func space() throws {
        let value = try read("\u{FEFF}\u{A0}/**/[\u{2003}1 /***/ , // one\u{2028}2\u{B}\u{C}] // end")
        #expect(value == [1, 2])
    }

    @Test("every value and key knows its line and column")
    func locations() throws {
        let value = try JSON5Reader().read("{\r\n  é: [1,\n\t'x'],\r  b: {}\n}", file: "p.json5")
        #expect(value.location == SourceLocation(file: "p.json5", line: 1, column: 1))
        let members = try value.members()
        #expect(members.map(\.keyLocation.description) == ["p.json5:2:3", "p.json5:4:3"])
        #expect(members[0].value.location.description == "p.json5:2:6")
        #expect(try members[0].value.array().map(\.location.description) == ["p.json5:2:7", "p.json5:3:2"])
        #expect(members[1].value.location.description == "p.json5:4:6")
    }

    @Test(
        "a syntax error says where it stands, what was expected and what was found",
        arguments: [
            ("", "1:1: expected a value, found the end of the text"),
            ("{a: 1 x}", "1:7: expected ',' or '}' after a member, found 'x'"),
            ("[1\n 2]", "2:2: expected ',' or ']' after an element, found '2'"),
            ("[,]", "1:2: expected a value, found ','"),
            ("{,}", "1:2: expected a key or '}', found ','"),
            ("{a 1}", "1:4: expected ':' after the key 'a', found '1'"),
            ("{1: 2}", "1:2: expected a key or '}', found '1'"),
            ("{a: 1,\n b: 2,\n a: 3}", "3:2: duplicate key 'a'; it was first given at 1:2"),
            ("treu", "1:1: expected a value, found 'treu'"),
            ("1 2", "1:3: expected the end of the text after the value, found '2'"),
            ("01", "1:1: a number does not begin with a zero before another digit"),
            ("0x", "1:3: expected a hexadecimal digit after '0x', found the end of the text"),
            ("12px", "1:3: expected the end of the number '12', found 'p'"),
            (".", "1:2: expected a digit after the point, found the end of the text"),
            ("-", "1:2: expected a digit, found the end of the text"),
            ("-Infinite", "1:2: expected a number after '-', found 'Infinite'"),
            ("1e+", "1:4: expected a digit of the exponent, found the end of the text"),
            ("1e999", "1:1: the number '1e999' is beyond what 64 bits of floating point hold"),
            ("'abc", "1:1: expected ' to end this string, found the end of the text"),
            ("[\n'ab\nc']", "2:4: expected ' to end the string that begins at 2:1, found the end of the line"),
            (#"'\1'"#, #"1:2: '\1' is not an escape; write '\x' and two digits"#),
            (#"'\x4'"#, "1:5: expected 2 hexadecimal digits, found '''"),
            (#"'\uD800'"#, "1:2: half of a surrogate pair stands alone"),
            (#"'\uDC00\uD800'"#, "1:2: half of a surrogate pair stands alone"),
            ("/* x", "1:1: expected '*/' to end this comment, found the end of the text"),
            ("/ x", "1:2: expected '/' or '*' to begin a comment, found ' '"),
            ("[1,\u{7}]", "1:4: expected a value, found U+0007"),
        ])
    func syntaxErrors(_ text: String, _ expected: String) {
        #expect(complaint(text) == expected)
    }

    @Test("an error names its file")
    func file() {
        #expect(
            complaint("{\n  a: 1,\n  bc: [2, 3}", file: "platform.json5")
                == "platform.json5:3:12: expected ',' or ']' after an element, found '}'")
    }

    @Test("a duplicate is found among many keys, and different spellings of one letter are different keys")
    func duplicates() throws {
        let many = (0..<100).map { "k\($0): 0" }.joined(separator: ", ")
        #expect(try read("{\(many)}").members().count == 100)
        #expect(complaint("{\(many), 'k3': 1}").contains("duplicate key 'k3'; it was first given at 1:23"))
        #expect(complaint("{\(many), k99: 1}").contains("duplicate key 'k99'"))
        #expect(try read("{'\u{E9}': 1, 'e\u{301}': 2}").members().count == 2)
    }

    @Test("nesting ends at the limit", arguments: [1, 2, 256, JSON5Reader.deepest])
    func depth(_ limit: Int) throws {
        let reader = JSON5Reader(depthLimit: limit)
        let deepest = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
        #expect(throws: Never.self) { try reader.read(deepest) }
        let error = #expect(throws: JSONError.self) { try reader.read(String(repeating: "[", count: limit + 1)) }
        #expect(error?.message == "arrays and objects nest deeper than \(limit) levels")
    }

    @Test(
        "strict JSON refuses what only JSON5 has",
        arguments: [
            "{a: 1}", "{'a': 1}", "'a'", "[1,]", "{\"a\":1,}", "+1", ".5", "5.", "0x10", "Infinity", "-Infinity", "NaN",
            "-NaN", "// c\n1", "/* c */ 1", "\u{A0}1", "\u{FEFF}1", "\u{B}1", "\"\\v\"", "\"\\x41\"", "\"\\'\"",
            "\"a\\\nb\"", "\"a\tb\"", "\"\\0\"", "01", "-", "1.e5", "[1 2]", "\"\u{1}\"",
        ])
    func strict(_ text: String) {
        #expect(throws: JSONError.self) { try JSON5Reader(.json).read(text) }
    }

    @Test("strict JSON reads all of RFC 8259")
    func strictAccepts() throws {
        let value = try read(
            #" { "a" : [ -1.5E+3 , 0 , true , false , null , "\u0041\ud83d\ude00\/\b" ] , "" : { } } "#, .json)
        #expect(value == ["a": [-1500.0, 0, true, false, nil, "A😀/\u{8}"], "": [:]])
        #expect(complaint("[1,]", .json) == "1:4: expected another element after ',', found ']'")
        #expect(complaint("{a:1}", .json) == "1:2: expected a key in double quotes or '}', found 'a'")
    }

    @Test(
        "bytes that are not UTF-8 are refused where they stand",
        arguments: [
            ([0x80], "80"), ([0xC0, 0x80], "C0"), ([0xC3, 0x28], "C3 28"), ([0xC3], "C3"),
            ([0xE0, 0x80, 0x80], "E0 80"),
            ([0xED, 0xA0, 0x80], "ED A0"), ([0xE2, 0x82], "E2 82"), ([0xF0, 0x80, 0x80, 0x80], "F0 80"),
            ([0xF4, 0x90, 0x80, 0x80], "F4 90"), ([0xF5], "F5"), ([0xFF], "FF"),
        ] as [([UInt8], String)])
    func illFormed(_ bytes: [UInt8], _ shown: String) {
        let error = #expect(throws: JSONError.self) { try JSON5Reader().read(Array("\n 'é".utf8) + bytes) }
        #expect(error?.description == "2:4: expected UTF-8, found bytes \(shown)")
    }
}
