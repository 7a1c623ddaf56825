import TandemKernel

/// One region of `pci-testdev`: three tests of writes, one behind the other. QEMU's `docs/specs/pci-testdev.rst` describes
/// the header that software sees at the start of the region.
struct PCITestRegion: Equatable {
    /// "mmio" or "portio".
    let kind: String
    let size: Int
    /// The test that software has chosen; nothing before, or when there is none of that number.
    private var chosen: Int?
    /// Writes that the chosen test has seen.
    private var count: UInt32 = 0

    /// What is written, by test: the second takes any value.
    private static let tests = ["no-eventfd", "wildcard-eventfd", "datamatch-eventfd"]
    private static let value: UInt32 = 0xfa
    private static let width: UInt8 = 1

    init(_ kind: String, size: Int) {
        self.kind = kind
        self.size = size
    }

    /// Where a test is written to: behind the header.
    private static func place(of test: Int) -> Int { 64 + test }

    /// The header: test, width, offset, data, count, name.
    private var header: [UInt8] {
        guard let chosen else { return [] }
        var bytes: [UInt8] = [UInt8(chosen), Self.width, 0, 0]
        for word in [UInt32(Self.place(of: chosen)), Self.value, count] {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return bytes + Array("\(kind)-\(Self.tests[chosen])".utf8)
    }

    func read(_ offset: Int) -> UInt8 {
        let header = header
        return header.indices.contains(offset) ? header[offset] : 0
    }

    mutating func write(_ offset: Int, _ value: UInt64, count bytes: Int) {
        if offset == 0 {
            chosen =
                Self.tests.indices.contains(Int(UInt8(truncatingIfNeeded: value)))
                ? Int(UInt8(truncatingIfNeeded: value)) : nil
            count = 0
        } else if let chosen, offset == Self.place(of: chosen), bytes == Int(Self.width) {
            if chosen < 2 || UInt32(truncatingIfNeeded: value) == Self.value { count &+= 1 }
        }
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(optional: chosen) { $0.write(UInt8($1)) }
        writer.write(count)
    }

    mutating func restore(from reader: inout SnapshotReader) throws(SnapshotError) {
        let test = try reader.read(optional: { reader throws(SnapshotError) in try reader.read(UInt8.self) })
        count = try reader.read()
        guard test.map({ Int($0) < Self.tests.count }) ?? true else {
            throw reader.error("the test has the number \(test ?? 0)", expected: "0 to \(Self.tests.count - 1)")
        }
        chosen = test.map { Int($0) }
    }
}

/// The state of `pci-testdev`: that of its two regions.
struct PCITestDeviceCore: SnapshotPayload {
    static let schema = SnapshotSchema("pci-testdev")
    var regions = [PCITestRegion("mmio", size: 4096), PCITestRegion("portio", size: 256)]

    init() {}

    func encode(to writer: inout SnapshotWriter) { for region in regions { region.encode(to: &writer) } }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        for index in regions.indices { try regions[index].restore(from: &reader) }
    }
}
