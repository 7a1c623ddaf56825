/// A file that names places of guest code besides the images that are loaded: an ELF file, or a text such as Linux'
/// `System.map` and `/proc/kallsyms`, with a line “ADDRESS TYPE NAME” for each.
public struct SymbolFile: Equatable, Sendable {
    public var name: String
    /// What is added to the addresses in the file, wrapping.
    public var offset: UInt64

    public init(_ name: String, offset: UInt64 = 0) {
        self.name = name
        self.offset = offset
    }

    /// “FILE” or “FILE,offset=N”, where N may be negative; nil for anything else.
    public init?(parsing text: String) {
        guard let comma = text.lastIndex(of: ","), text[comma...].hasPrefix(",offset=") else {
            if text.isEmpty { return nil }
            self.init(text)
            return
        }
        var digits = text[comma...].dropFirst(",offset=".count)
        let isNegative = digits.hasPrefix("-")
        if isNegative { digits = digits.dropFirst() }
        let number = digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
        guard let number, comma > text.startIndex else { return nil }
        self.init(String(text[..<comma]), offset: isNegative ? 0 &- number : number)
    }

    /// The names in the file.
    func symbols(from images: ImageSource) throws(PlatformError) -> [SymbolTable.Symbol] {
        let file = try images.open(name)
        let symbols =
            ELFImage.isELF(file) ? try ELFImage(file).symbols(movedBy: offset) : Self.lines(of: file, movedBy: offset)
        guard !symbols.isEmpty else {
            throw PlatformError(
                at: name, "the file names no place",
                expected: "an ELF file with symbols, or lines such as “ffffffff80000000 T _start”")
        }
        return symbols
    }

    /// Lines of another form are passed over: consoles mix them in.
    private static func lines(of file: ImageBytes, movedBy offset: UInt64) -> [SymbolTable.Symbol] {
        file.contents.split(whereSeparator: { $0 == 10 || $0 == 13 }).compactMap { line in
            let words = String(decoding: line, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\t" })
            // A fourth word names the module.
            guard words.count == 3 || words.count == 4, words[1].count == 1, "TtWwDdBbRr".contains(words[1]),
                let address = UInt64(words[0], radix: 16), address != 0, !words[2].hasPrefix("$"),
                !words[2].hasPrefix(".L")
            else { return nil }
            return SymbolTable.Symbol(String(words[2]), at: address &+ offset)
        }
    }
}
