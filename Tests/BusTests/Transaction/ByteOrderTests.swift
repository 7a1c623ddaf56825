import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Initiators of the other byte order")
struct ByteOrderTests {
    @Test("a word of a big-endian initiator has the same value on the bus")
    func words() throws {
        let bench = SimBench()
        _ = try bench.addRam(at: 0, size: 0x1000)
        let converter = ByteOrderConverter(wordSize: 4)
        var bytes: [UInt8] = [0x11, 0x22, 0x33, 0x44]
        var delay = SimTime.zero
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            var transaction = Transaction(.write, address: 8, data: base, count: 4)
            converter.transport(&transaction, through: bench.probe.bus, delay: &delay)
            let isWhole = transaction.address == 8 && transaction.count == 4 && transaction.data == base
            #expect(isWhole && transaction.response == .ok)
        }
        #expect(bench.probe.read(8, as: UInt32.self) == 0x1122_3344)
    }

    @Test("random accesses move the bytes that a model moves one by one", arguments: [UInt64(1), 2, 3])
    func random(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let bench = SimBench()
        _ = try bench.addRam(at: 0, size: 0x1000)
        var model = [UInt8](repeating: 0, count: 256)
        for round in 0..<400 {
            let wordSize = 1 << Int(generator.next() % 4)
            let converter = ByteOrderConverter(wordSize: wordSize)
            let count = 1 + Int(generator.next() % 20)
            let width = generator.next() % 3 == 0 ? 1 + Int(generator.next() % UInt64(count)) : count
            let address = Int(generator.next() % 200)
            let enableCount = Int(generator.next() % 4)
            let enables = (0..<enableCount).map { _ in generator.next() % 2 == 0 ? UInt8(0) : 0xff }
            var data = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let isWrite = generator.next() % 2 == 0
            var expected = data
            for index in 0..<count where enables.isEmpty || enables[index % enables.count] != 0 {
                let place = (address + index % width) ^ (wordSize - 1)
                if isWrite { model[place] = data[index] } else { expected[index] = model[place] }
            }
            var delay = SimTime.zero
            data.withUnsafeMutableBytes { buffer in
                enables.withUnsafeBufferPointer { enables in
                    guard let base = buffer.baseAddress else { return }
                    var transaction = Transaction(
                        isWrite ? .write : .read, address: UInt64(address), data: base, count: count)
                    transaction.streamingWidth = width
                    if enableCount > 0 {
                        transaction.byteEnables = enables.baseAddress
                        transaction.byteEnableCount = enableCount
                    }
                    converter.transport(&transaction, through: bench.probe.bus, delay: &delay)
                    #expect(transaction.response == .ok, "seed \(seed), round \(round)")
                }
            }
            #expect(data == expected, "seed \(seed), round \(round)")
            #expect(bench.probe.read(0, count: 256) == model, "seed \(seed), round \(round)")
        }
    }
}
