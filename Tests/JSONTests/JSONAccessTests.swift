import TandemJSON
import Testing

@Suite("Typed access")
struct JSONAccessTests {
    private let value: JSONValue

    init() throws {
        value = try JSON5Reader().read(
            """
            { name: 'uart0', base: 0x10000000, clock: 1e9,
              ratio: 1.5, big: 1e19, negative: -3,
              on: true, list: [1, 'two'], nested: {} }
            """, file: "p.json5")
    }

    private func complaint<T>(_ body: () throws(JSONError) -> T) -> String {
        do throws(JSONError) {
            return "no error: \(try body())"
        } catch {
            return error.description
        }
    }

    @Test("what was asked for is there")
    func success() throws {
        #expect(try value.member("name").string() == "uart0")
        #expect(try value.member("name").string(among: ["uart0", "uart1"]) == "uart0")
        #expect(try value.member("base").integer(as: UInt64.self) == 0x1000_0000)
        #expect(try value.member("clock").integer(as: UInt32.self, in: 1...4_000_000_000) == 1_000_000_000)
        #expect(try value.member("negative").integer(as: Int8.self) == -3)
        #expect(try value.member("ratio").double() == 1.5)
        #expect(try value.member("base").double() == 268435456)
        #expect(try value.member("on").bool())
        #expect(try value.member("list").array().count == 2)
        #expect(try value.optionalMember("absent") == nil)
        #expect(value["list"]?[1] == "two")
        #expect(value["list"]?[2] == nil)
        #expect(value["name"]?["x"] == nil)
        #expect(try value.member("nested").members(allowed: []).isEmpty)
    }

    @Test("what was asked for in vain is an error at the value")
    func failure() {
        #expect(
            complaint { () throws(JSONError) in try value.member("nam") }
                == "p.json5:1:1: the object lacks the member 'nam'")
        #expect(
            complaint { () throws(JSONError) in try value.member("name").integer(as: Int.self) }
                == "p.json5:1:9: expected an integer, found \"uart0\"")
        #expect(
            complaint { () throws(JSONError) in try value.member("ratio").integer(as: Int.self) }
                == "p.json5:2:10: expected an integer, found 1.5")
        #expect(
            complaint { () throws(JSONError) in try value.member("negative").integer(in: UInt8(1)...32) }
                == "p.json5:2:36: expected an integer from 1 to 32, found -3")
        #expect(
            complaint { () throws(JSONError) in try value.member("big").integer(as: UInt64.self) }
                == "p.json5:2:20: expected an integer from 0 to 18446744073709551615, found 1e19")
        #expect(
            complaint { () throws(JSONError) in try value.member("on").string() }
                == "p.json5:3:7: expected a string, found true")
        #expect(
            complaint { () throws(JSONError) in try value.member("name").string(among: ["a", "b"]) }
                == "p.json5:1:9: expected \"a\" or \"b\", found \"uart0\"")
        #expect(
            complaint { () throws(JSONError) in try value.bool() }
                == "p.json5:1:1: expected true or false, found an object")
        #expect(
            complaint { () throws(JSONError) in try value.array() } == "p.json5:1:1: expected an array, found an object"
        )
        #expect(
            complaint { () throws(JSONError) in try value.member("list").members() }
                == "p.json5:3:19: expected an object, found an array")
        #expect(
            complaint { () throws(JSONError) in try value.members(allowed: ["name", "size"]) }
                == "p.json5:1:18: unknown member 'base'; expected 'name' or 'size'")
    }
}
