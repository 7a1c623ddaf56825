import TandemKernel
import Testing

@testable import TandemMachine

@Suite struct FlattenedDeviceTreeTests {
    typealias Node = FlattenedDeviceTree.Node
    typealias Property = FlattenedDeviceTree.Property

    static let tree = FlattenedDeviceTree(
        root: Node(
            "",
            properties: [Property("#address-cells", cells: [2]), Property("model", strings: ["a board"])],
            children: [
                Node("chosen", properties: [Property("flag"), Property("odd", bytes: [1, 2, 3])]),
                Node(
                    "soc",
                    children: [Node("serial@10000000", properties: [Property("reg", wideCells: [0x1000_0000, 256])])]),
            ]), bootHart: 3)

    @Test("what is written is read back")
    func roundTrip() throws {
        let blob = Self.tree.encoded()
        #expect(try FlattenedDeviceTree(decoding: blob) == Self.tree)
        #expect(blob.count % 8 == 0)
        let read = try FlattenedDeviceTree(decoding: blob).root
        #expect(read.node("soc/serial@10000000")?.cells("reg") == [0, 0x1000_0000, 0, 256])
        #expect(read.strings("model") == ["a board"])
    }

    @Test("the header is that of version 17 (Devicetree specification 0.4 §5.2)")
    func header() {
        let blob = Self.tree.encoded()
        let cells = (0..<10).map { index in blob[index * 4..<index * 4 + 4].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        }
        #expect(cells[0] == 0xD00D_FEED)
        #expect(cells[1] == UInt32(blob.count))
        #expect(cells[2] == 56)  // structure: header and the empty reservation list before it
        #expect(cells[4] == 40)
        #expect(cells[5...7] == [17, 16, 3])
        #expect(cells[3] == cells[2] + cells[9])
    }

    @Test("a damaged blob is an error with its offset")
    func damage() {
        func error(_ bytes: [UInt8]) -> String? {
            do throws(PlatformError) {
                _ = try FlattenedDeviceTree(decoding: bytes, name: "x.dtb")
                return nil
            } catch { return error.description }
        }
        let blob = Self.tree.encoded()
        #expect(
            error([1, 2, 3, 4, 5, 6, 7, 8])
                == "x.dtb: offset 0: this is no device tree; expected the magic number 0xd00dfeed")
        #expect(
            error(Array(blob.dropLast(8)))
                == "x.dtb: offset 4: the device tree is truncated: it has \(blob.count) bytes and the file \(blob.count - 8); expected the whole blob"
        )
        #expect(error([]) == "x.dtb: offset 0: the device tree is truncated; expected four more bytes")
    }

    @Test("no sequence of bytes crashes the reader", arguments: [11, 12, 13] as [UInt64])
    func fuzz(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let whole = Self.tree.encoded()
        for _ in 0..<5000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            guard let tree = try? FlattenedDeviceTree(decoding: bytes, name: "fuzz \(seed)") else { continue }
            #expect(tree.encoded().count >= 56)
        }
    }
}
