/// A flattened device tree (Devicetree specification 0.4, chapter 5), version 17: a tree of nodes with properties of
/// bytes.
public struct FlattenedDeviceTree: Equatable, Sendable {
    /// A node; the root has the empty name.
    public struct Node: Equatable, Sendable {
        public var name: String
        public var properties: [Property]
        public var children: [Node]

        public init(_ name: String, properties: [Property] = [], children: [Node] = []) {
            self.name = name
            self.properties = properties
            self.children = children
        }

        /// The value of a property.
        public subscript(name: String) -> [UInt8]? { properties.first { $0.name == name }?.value }

        /// The node at a path of names, "soc/serial@10000000"; itself for the empty path.
        public func node(_ path: String) -> Node? {
            var node = self
            for name in path.split(separator: "/") {
                guard let child = node.children.first(where: { $0.name == name }) else { return nil }
                node = child
            }
            return node
        }

        /// The cells of a property.
        public func cells(_ name: String) -> [UInt32]? {
            guard let value = self[name], value.count % 4 == 0 else { return nil }
            return stride(from: 0, to: value.count, by: 4).map { at in
                value[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) }
            }
        }

        /// The texts of a property, each ended by a NUL.
        public func strings(_ name: String) -> [String]? {
            guard let value = self[name], value.last == 0 else { return nil }
            return value.dropLast().split(separator: 0, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// One property.
    public struct Property: Equatable, Sendable {
        public var name: String
        public var value: [UInt8]

        public init(_ name: String, bytes value: [UInt8] = []) {
            self.name = name
            self.value = value
        }
        /// 32-bit cells, big-endian.
        public init(_ name: String, cells: [UInt32]) {
            self.init(
                name, bytes: cells.flatMap { cell in (0..<4).map { UInt8(truncatingIfNeeded: cell >> (24 - 8 * $0)) } })
        }
        /// 64-bit numbers, two cells each.
        public init(_ name: String, wideCells: [UInt64]) {
            self.init(
                name, cells: wideCells.flatMap { [UInt32($0 >> 32), UInt32(truncatingIfNeeded: $0)] })
        }
        /// Texts, each ended by a NUL.
        public init(_ name: String, strings: [String]) {
            self.init(name, bytes: strings.flatMap { Array($0.utf8) + [0] })
        }
    }

    public var root: Node
    /// `boot_cpuid_phys`.
    public var bootHart: UInt32

    public init(root: Node = Node(""), bootHart: UInt32 = 0) {
        self.root = root
        self.bootHart = bootHart
    }

    static let magic: UInt32 = 0xD00D_FEED
    static let headerSize = 40

    /// The blob.
    public func encoded() -> [UInt8] {
        var writer = FlattenedDeviceTreeWriter()
        writer.write(root)
        writer.token(.end)
        let reservations = [UInt8](repeating: 0, count: 16)  // the terminating entry only
        let structureAt = Self.headerSize + reservations.count
        let stringsAt = structureAt + writer.structure.count
        let total = (stringsAt + writer.strings.count + 7) & ~7
        var blob: [UInt8] = []
        blob.reserveCapacity(total)
        for cell in [
            Self.magic, UInt32(total), UInt32(structureAt), UInt32(stringsAt), UInt32(Self.headerSize), 17, 16,
            bootHart,
            UInt32(writer.strings.count), UInt32(writer.structure.count),
        ] {
            blob.appendCell(cell)
        }
        blob += reservations + writer.structure + writer.strings
        blob += [UInt8](repeating: 0, count: total - blob.count)
        return blob
    }
}

extension [UInt8] {
    fileprivate mutating func appendCell(_ cell: UInt32) {
        for shift in [24, 16, 8, 0] as [UInt32] { append(UInt8(truncatingIfNeeded: cell >> shift)) }
    }
}

/// The tokens of the structure block (§5.4.1).
enum DeviceTreeToken: UInt32 {
    case beginNode = 1
    case endNode = 2
    case property = 3
    case noOperation = 4
    case end = 9
}

/// Builds the structure block and the strings block.
private struct FlattenedDeviceTreeWriter {
    var structure: [UInt8] = []
    var strings: [UInt8] = []
    /// Where each property name stands; looked up only, so that its order is of no account.
    private var places: [String: UInt32] = [:]

    mutating func token(_ token: DeviceTreeToken) { structure.appendCell(token.rawValue) }

    mutating func write(_ node: FlattenedDeviceTree.Node) {
        token(.beginNode)
        structure += Array(node.name.utf8) + [0]
        pad()
        for property in node.properties {
            token(.property)
            structure.appendCell(UInt32(property.value.count))
            structure.appendCell(place(of: property.name))
            structure += property.value
            pad()
        }
        for child in node.children { write(child) }
        token(.endNode)
    }

    private mutating func place(of name: String) -> UInt32 {
        if let place = places[name] { return place }
        let place = UInt32(strings.count)
        places[name] = place
        strings += Array(name.utf8) + [0]
        return place
    }

    private mutating func pad() {
        while structure.count % 4 != 0 { structure.append(0) }
    }
}
