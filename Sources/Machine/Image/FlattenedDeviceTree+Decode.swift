extension FlattenedDeviceTree {
    /// Reads a blob. Every length and offset is checked; a damaged blob is an error with the offset of the damage.
    public init(decoding bytes: [UInt8], name: String = "device tree") throws(PlatformError) {
        var reader = DeviceTreeBlob(bytes, name: name)
        guard try reader.cell(at: 0) == Self.magic else {
            throw reader.error(at: 0, "this is no device tree", expected: "the magic number 0xd00dfeed")
        }
        let total = Int(try reader.cell(at: 4))
        guard total <= bytes.count else {
            throw reader.error(
                at: 4, "the device tree is truncated: it has \(total) bytes and the file \(bytes.count)",
                expected: "the whole blob")
        }
        reader.end = total
        reader.position = Int(try reader.cell(at: 8))
        reader.stringsStart = Int(try reader.cell(at: 12))
        let version = try reader.cell(at: 20)
        guard version >= 16, try reader.cell(at: 24) <= 17 else {
            throw reader.error(at: 20, "the device tree has version \(version)", expected: "version 16 or 17")
        }
        bootHart = try reader.cell(at: 28)
        guard reader.position % 4 == 0 else {
            throw reader.error(at: 8, "the structure block is not aligned", expected: "a multiple of 4")
        }
        guard try reader.token() == .beginNode else {
            throw reader.error(at: reader.position, "the structure block begins with no node", expected: "the root")
        }
        root = try reader.node(depth: 0)
        guard try reader.token() == .end else {
            throw reader.error(at: reader.position, "something follows the root", expected: "the end of the structure")
        }
    }
}

/// A blob that is being read.
private struct DeviceTreeBlob {
    let bytes: [UInt8]
    let name: String
    var position = 0
    var stringsStart = 0
    var end: Int

    /// Linux and dtc use trees a few levels deep; the limit keeps a damaged blob off the host's stack.
    static let deepest = 64

    init(_ bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
        end = bytes.count
    }

    func error(at offset: Int, _ problem: String, expected: String) -> PlatformError {
        PlatformError(at: "\(name): offset \(offset)", problem, expected: expected)
    }

    func cell(at offset: Int) throws(PlatformError) -> UInt32 {
        guard offset >= 0, end >= 4, offset <= end - 4 else {
            throw error(at: offset, "the device tree is truncated", expected: "four more bytes")
        }
        return bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private mutating func next() throws(PlatformError) -> UInt32 {
        let value = try cell(at: position)
        position += 4
        return value
    }

    mutating func token() throws(PlatformError) -> DeviceTreeToken {
        while true {
            let place = position
            let value = try next()
            guard let token = DeviceTreeToken(rawValue: value) else {
                throw error(at: place, "there is no token \(value)", expected: "1, 2, 3, 4 or 9")
            }
            if token != .noOperation { return token }
        }
    }

    private func text(at offset: Int) throws(PlatformError) -> String {
        guard offset >= 0, offset < end, let stop = bytes[offset..<end].firstIndex(of: 0) else {
            throw error(at: offset, "a name does not end", expected: "a NUL")
        }
        return String(decoding: bytes[offset..<stop], as: UTF8.self)
    }

    mutating func node(depth: Int) throws(PlatformError) -> FlattenedDeviceTree.Node {
        guard depth < Self.deepest else {
            throw error(at: position, "nodes nest too deeply", expected: "at most \(Self.deepest) levels")
        }
        let name = try text(at: position)
        guard let stop = bytes[position..<end].firstIndex(of: 0) else {
            throw error(at: position, "a name does not end", expected: "a NUL")
        }
        position = (stop + 4) & ~3
        var node = FlattenedDeviceTree.Node(name)
        while true {
            let place = position
            switch try token() {
            case .beginNode: node.children.append(try self.node(depth: depth + 1))
            case .endNode: return node
            case .property:
                let length = Int(try next())
                let nameAt = stringsStart + Int(try next())
                guard length <= end - position else {
                    throw error(at: place, "a property of \(length) bytes leaves the blob", expected: "a length inside")
                }
                node.properties.append(
                    FlattenedDeviceTree.Property(
                        try text(at: nameAt), bytes: Array(bytes[position..<position + length])))
                position = (position + length + 3) & ~3
            case .end, .noOperation:
                throw error(at: place, "the node “\(name)” does not end", expected: "its end token")
            }
        }
    }
}
