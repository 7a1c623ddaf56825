import Testing

@testable import TandemMachine

@Suite("Files of symbols")
struct SymbolFileTests {
    private func read(_ text: [UInt8], _ file: SymbolFile) throws -> SymbolTable {
        SymbolTable(
            try file.symbols(from: ImageSource { (name) throws(PlatformError) in ImageBytes(text, name: name) }))
    }

    @Test("System.map and kallsyms are read line by line, what is none of them passed over, and the offset added")
    func lines() throws {
        let text = """
            [    0.1] booting\r
            ffffffff80000000 T _start\r
            ffffffff80000100 t inner\t[module]
            ffffffff80000180 a absolute
            ffffffff80000200 D data
            0000000000000000 T hidden
            """
        let table = try read(Array(text.utf8), SymbolFile("System.map", offset: 0x10))
        #expect(table.symbols.map(\.name) == ["_start", "inner", "data"])
        #expect(table.describe(0xffff_ffff_8000_0012) == "_start+0x2")
        #expect(throws: PlatformError.self) { try read(Array("nothing".utf8), SymbolFile("x")) }
    }

    @Test("an ELF file names places too")
    func elf() throws {
        var builder = ELFBuilder()
        builder.segments = [ELFBuilder.Segment(address: 0x8000_0000, bytes: [1, 2, 3, 4])]
        builder.symbols = [("main", 0x8000_0000, 4)]
        #expect(try read(builder.bytes, SymbolFile("a.elf", offset: 0 &- 0x1000)).address(of: "main") == 0x7fff_f000)
    }

    static let texts: [(text: String, file: SymbolFile?)] = [
        ("a.map", SymbolFile("a.map")), ("a,b", SymbolFile("a,b")), ("a,offset=16", SymbolFile("a", offset: 16)),
        ("a,offset=0x10", SymbolFile("a", offset: 16)), ("a,offset=-1", SymbolFile("a", offset: .max)),
        ("", nil), (",offset=1", nil), ("a,offset=x", nil), ("a,offset=", nil),
    ]

    @Test("a file is named with its offset", arguments: texts)
    func parsing(text: String, file: SymbolFile?) { #expect(SymbolFile(parsing: text) == file) }

    @Test("the place of an address holds for all addresses for which the nearest symbol is the same")
    func places() {
        let table = SymbolTable([
            SymbolTable.Symbol("outer", at: 0x100, size: 0x100), SymbolTable.Symbol("inner", at: 0x140, size: 0x10),
            SymbolTable.Symbol("label", at: 0x180), SymbolTable.Symbol("last", at: 0x400),
        ])
        for address in 0xf0...0x420 as ClosedRange<UInt64> {
            let place = table.place(of: address)
            #expect(place?.symbol == table.nearest(to: address)?.symbol, "\(address)")
            guard let place else { continue }
            #expect(place.range.contains(address))
            let (low, high) = (place.range.lowerBound, place.range.upperBound)
            for other in low..<min(high, low + 0x200) where table.nearest(to: other)?.symbol != place.symbol {
                Issue.record("\(place.symbol.name) at \(address) is said to hold at \(other)")
            }
        }
    }
}
