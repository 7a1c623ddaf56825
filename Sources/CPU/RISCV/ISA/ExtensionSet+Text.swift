/// An ISA string that cannot be read, with the place and what was expected there.
public struct ExtensionSetError: Error, Equatable, CustomStringConvertible {
    /// The whole string as given.
    public let text: String
    /// The part that is wrong.
    public let part: String
    /// What is wrong with it, and what is legal.
    public let reason: String

    public var description: String { "ISA string '\(text)': '\(part)' \(reason)" }
}

extension ExtensionSet {
    /// Every extension that has a place in ISA strings, in canonical order (Unpriv. spec "ISA Extension Naming Conventions"): letters, then Z names
    /// by the category letter that follows the Z, then S names by alphabet.
    static let named: [(name: StaticString, member: ExtensionSet)] = [
        ("i", .i), ("m", .m), ("a", .a), ("f", .f), ("d", .d), ("c", .c), ("b", .b),
        ("zicbom", .zicbom), ("zicbop", .zicbop), ("zicboz", .zicboz), ("zicntr", .zicntr), ("zicsr", .zicsr),
        ("zifencei", .zifencei), ("zihintpause", .zihintpause), ("zihpm", .zihpm), ("zawrs", .zawrs),
        ("zba", .zba), ("zbb", .zbb), ("zbs", .zbs),
        ("smaia", .smaia), ("ssaia", .ssaia), ("sstc", .sstc), ("svade", .svade), ("svadu", .svadu),
        ("svinval", .svinval), ("svnapot", .svnapot),
        ("svpbmt", .svpbmt),
    ]

    /// The names of the members in canonical order: the strings of the device tree's `riscv,isa-extensions`.
    public var names: [String] {
        Self.named.filter { contains($0.member) }.map { $0.name.description }
    }

    /// The ISA string, for instance `rv64imafdc_zicsr_zifencei`: the device tree's `riscv,isa`.
    /// The letter B is left out, since its three parts are named and older software does not know the letter.
    public func isaString(xlen: XLEN) -> String {
        let letters = names.filter { $0.utf8.count == 1 && $0 != "b" }
        let longNames = names.filter { $0.utf8.count > 1 }
        return (["rv\(xlen.bits)" + letters.joined()] + longNames).joined(separator: "_")
    }

    /// Reads an ISA string such as `rv64imafdc_zba_zbb` or `rv32gc`. Upper and lower case mean the same, underscores may
    /// separate anything, and what an extension requires is added (`withImplied`).
    ///
    /// - Throws: `ExtensionSetError` for a wrong prefix, a missing base, or an extension that this project lacks.
    public static func parse(isaString text: String) throws(ExtensionSetError) -> (xlen: XLEN, extensions: ExtensionSet)
    {
        let lower = text.lowercased()
        let xlen: XLEN
        if lower.hasPrefix("rv64") {
            xlen = .rv64
        } else if lower.hasPrefix("rv32") {
            xlen = .rv32
        } else {
            throw ExtensionSetError(text: text, part: String(text.prefix(4)), reason: "must be rv32 or rv64")
        }
        var set: ExtensionSet = []
        for part in lower.dropFirst(4).split(separator: "_") {
            var rest = part
            while let first = rest.first {
                // A name takes everything up to the next underscore.
                let isName = first == "z" || first == "s"
                let item = isName ? rest : rest.prefix(1)
                rest = rest.dropFirst(item.count)
                if item == "g" {
                    set.formUnion(.g)
                } else if let row = named.first(where: { $0.name.description == item }) {
                    set.formUnion(row.member)
                } else {
                    let known = named.map { $0.name.description }.joined(separator: ", ")
                    throw ExtensionSetError(
                        text: text, part: String(item),
                        reason: "is not an extension of this hart; known are g, \(known)")
                }
            }
        }
        guard set.contains(.i) else {
            throw ExtensionSetError(text: text, part: String(lower.dropFirst(4)), reason: "must begin with i or g")
        }
        return (xlen, set.withImplied)
    }
}

extension ExtensionSet: CustomStringConvertible {
    /// The members' names, joined by underscores.
    public var description: String { names.joined(separator: "_") }
}
