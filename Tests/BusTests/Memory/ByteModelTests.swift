import TandemBus
import TandemKernel
import TandemTesting
import Testing

/// Memories against a model that moves one byte after the other, as IEEE 1666-2023 §14.13 and §14.14 say: byte *i* of an
/// access belongs to `address + i % streamingWidth`, and moves if its enable, repeated, is set.
@Suite("Byte enables and streaming against a naive model")
struct ByteModelTests {
    @Test("random accesses move the bytes that the model moves", arguments: [1, 2, 3, 4] as [UInt64])
    func random(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        let size = 64
        let bench = SimBench()
        let ram = try bench.addRam(at: 0x1000, size: UInt64(size))
        let rom = try bench.make(Rom.self, "rom", ["size": .size(ByteSize(bytes: UInt64(size)))])
        try bench.map(rom.bus, at: 0x2000, size: UInt64(size))
        var model = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
        let image = model
        ram.load(model, at: 0)
        rom.load(model, at: 0)
        if seed % 2 == 0 { ram.writeWatch.watch(page: 0) }
        for _ in 0..<2000 {
            let isRom = Int.random(in: 0..<4, using: &random) == 0
            let isWrite = Bool.random(using: &random)
            let count = Int.random(in: 0...17, using: &random)
            let width = [count, count, Int.random(in: 0...18, using: &random)].randomElement(using: &random)!
            let offset = Int.random(in: 0..<size, using: &random)
            var enables: [UInt8]?
            if Int.random(in: 0..<3, using: &random) == 0 {
                enables = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                    Bool.random(using: &random) ? 0xff : 0
                }
            }
            let expected: Response =
                count == 0 || width == 0
                ? .burstError
                : offset + min(width, count) > size
                    ? .addressError
                    : enables?.isEmpty == true ? .byteEnableError : isRom && isWrite ? .commandError : .ok
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let address = UInt64((isRom ? 0x2000 : 0x1000) + offset)
            func isEnabled(_ index: Int) -> Bool { enables.map { $0[index % $0.count] != 0 } ?? true }
            if isWrite {
                bench.probe.write(address, bytes: bytes, byteEnables: enables, streamingWidth: width)
                if expected == .ok {
                    for index in 0..<count where isEnabled(index) { model[offset + index % width] = bytes[index] }
                }
            } else {
                let read = bench.probe.read(address, count: count, byteEnables: enables, streamingWidth: width)
                let source = isRom ? image : model
                let right = (0..<count).map {
                    expected == .ok && isEnabled($0) ? source[offset + $0 % width] : UInt8(0xee)
                }
                #expect(read.prefix(count).elementsEqual(right))
            }
            #expect(bench.probe.response == expected)
            #expect(ram.bytes(at: 0, count: size) == model && rom.bytes(at: 0, count: size) == image)
        }
    }
}
