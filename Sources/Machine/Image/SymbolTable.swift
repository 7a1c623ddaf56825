/// Names of places in guest code and data, sorted by address, for messages about the guest.
public struct SymbolTable: Equatable, Sendable {
    /// One name.
    public struct Symbol: Equatable, Sendable {
        public var name: String
        public var address: UInt64
        /// Bytes; 0 where the file does not say.
        public var size: UInt64

        public init(_ name: String, at address: UInt64, size: UInt64 = 0) {
            self.name = name
            self.address = address
            self.size = size
        }
    }

    /// Sorted by address; at one address in the order in which they were added.
    public private(set) var symbols: [Symbol] = []

    public init(_ symbols: [Symbol] = []) { add(symbols) }

    public var isEmpty: Bool { symbols.isEmpty }

    /// Adds the names of another file.
    public mutating func add(_ more: [Symbol]) {
        let all = symbols + more
        // A stable order at equal addresses keeps messages the same from run to run.
        symbols = all.enumerated().sorted { ($0.element.address, $0.offset) < ($1.element.address, $1.offset) }
            .map(\.element)
    }

    /// The last symbol at or below `address` that may contain it: one whose size is unknown, or whose end is above.
    /// - Complexity: O(log n) and a few steps back where several symbols nest.
    public func nearest(to address: UInt64) -> (symbol: Symbol, offset: UInt64)? {
        let low = count(upTo: address)
        for index in stride(from: low - 1, through: max(0, low - 16), by: -1) where index >= 0 {
            let symbol = symbols[index]
            let offset = address - symbol.address
            if symbol.size == 0 || offset < symbol.size { return (symbol, offset) }
        }
        return nil
    }

    /// How many symbols begin at or below `address`.
    private func count(upTo address: UInt64) -> Int {
        var low = 0
        var high = symbols.count
        while low < high {
            let middle = (low + high) / 2
            if symbols[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The symbol that may contain `address`, and the addresses around it for which that is the answer.
    public func place(of address: UInt64) -> (symbol: Symbol, range: Range<UInt64>)? {
        guard let (symbol, _) = nearest(to: address) else { return nil }
        let low = count(upTo: address)
        var first = symbols[low - 1].address
        // Symbols inside that end before the address leave the rest to those around them.
        for index in stride(from: low - 1, through: max(0, low - 16), by: -1) {
            let (end, carry) = symbols[index].address.addingReportingOverflow(symbols[index].size)
            if symbols[index].size != 0, !carry, end <= address { first = max(first, end) }
        }
        var end = low < symbols.count ? symbols[low].address : UInt64.max
        if symbol.size != 0 { end = min(end, symbol.address &+ symbol.size) }
        return (symbol, first..<max(end, address &+ 1))
    }

    /// "main+0x12", or nothing where no symbol is near.
    public func describe(_ address: UInt64) -> String? {
        guard let (symbol, offset) = nearest(to: address) else { return nil }
        return offset == 0 ? symbol.name : "\(symbol.name)+\(hexadecimal(offset))"
    }

    /// The address of a name.
    public func address(of name: String) -> UInt64? { symbols.first { $0.name == name }?.address }
}

extension ELFImage {
    /// The symbols of functions, objects and labels, moved by `offset`. A table that is damaged ends where it is:
    /// symbols only serve messages.
    public func symbols(movedBy offset: UInt64 = 0) -> [SymbolTable.Symbol] {
        let is64 = width == .bits64
        func section(_ index: UInt64) -> (type: UInt32, offset: UInt64, size: UInt64, link: UInt32)? {
            let (product, overflow) = index.multipliedReportingOverflow(by: sectionTable.entrySize)
            let (start, carry) = sectionTable.offset.addingReportingOverflow(product)
            if overflow || carry { return nil }
            var fields = ELFFields(file, bigEndian: isBigEndian, is64: is64, at: start)
            _ = fields.word()  // sh_name
            let type = fields.word()
            _ = fields.address()  // sh_flags
            _ = fields.address()  // sh_addr
            let offset = fields.address()
            let size = fields.address()
            let link = fields.word()
            return fields.isPastEnd ? nil : (type, offset, size, link)
        }
        var symbols: [SymbolTable.Symbol] = []
        for index in 0..<sectionTable.count {
            guard let table = section(index), table.type == 2, let names = section(UInt64(table.link)) else { continue }
            let entrySize: UInt64 = is64 ? 24 : 16
            guard file.slice(at: table.offset, count: table.size) != nil,
                file.slice(at: names.offset, count: names.size) != nil
            else { continue }
            for entry in 0..<(table.size / entrySize) {
                var fields = ELFFields(
                    file, bigEndian: isBigEndian, is64: is64, at: table.offset + entry * entrySize)
                let nameOffset = fields.word()
                var info: UInt8 = 0
                var sectionIndex: UInt16 = 0
                if is64 {
                    info = fields.byte()
                    _ = fields.byte()
                    sectionIndex = fields.half()
                }
                let value = fields.address()
                let size = fields.address()
                if !is64 {
                    info = fields.byte()
                    _ = fields.byte()
                    sectionIndex = fields.half()
                }
                // STT_NOTYPE, STT_OBJECT, STT_FUNC in a section; not the undefined and absolute ones.
                guard info & 15 <= 2, sectionIndex != 0, sectionIndex < 0xFF00, !fields.isPastEnd,
                    let name = file.text(at: UInt64(nameOffset), start: names.offset, limit: names.size),
                    !name.isEmpty, !name.hasPrefix("$"), !name.hasPrefix(".L")
                else { continue }
                symbols.append(SymbolTable.Symbol(name, at: value &+ offset, size: size))
            }
        }
        return symbols
    }
}
