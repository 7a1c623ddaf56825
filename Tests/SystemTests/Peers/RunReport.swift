import TandemJSON
import Testing

/// What `-report json:FILE` wrote.
struct RunReport {
    let value: JSONValue

    init(file: String) throws {
        value = try JSON5Reader(.json).read(bytes(of: file), file: file)
    }

    /// Everything but what depends on the host, as text: two runs of the same thing agree in it to the byte.
    var repeatable: String {
        get throws {
            let members = try value.members().filter { $0.key != "host" }
            return JSONWriter(.pretty).text(of: JSONValue(members: members))
        }
    }

    func integer(_ name: String) throws -> UInt64 { try value.member(name).integer() }
    func string(_ name: String) throws -> String { try value.member(name).string() }
    func list(_ name: String) throws -> [JSONValue] { try value.member(name).array() }

    /// The sum of a field over the lines whose name satisfies `isMeant`.
    func interrupts(_ field: String, where isMeant: (String) -> Bool) throws -> UInt64 {
        try list("interrupts").filter { isMeant(try $0.member("line").string()) }.reduce(0) {
            try $0 + $1.member(field).integer()
        }
    }
}
