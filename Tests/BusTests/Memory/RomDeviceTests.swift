import TandemBus
import TandemKernel
import TandemTesting
import Testing

/// Any write turns reads over to the device, which gives 0xd0; a write of 0xff turns them back.
private final class Switching: RomDevice {
    private(set) var served: [UInt64] = []

    init(_ context: ModuleContext) throws(ElaborationError) {
        try super.init(
            context, size: .kibibytes(64), readLatency: .nanoseconds(1), writeLatency: .nanoseconds(10))
    }

    override func serve(_ transaction: inout Transaction, delay: inout SimTime) {
        served.append(transaction.address)
        if transaction.command == .write {
            setReadsContents(transaction.data.load(as: UInt8.self) == 0xff)
        } else {
            transaction.data.initializeMemory(as: UInt8.self, repeating: 0xd0, count: transaction.count)
        }
        transaction.response = .ok
    }
}

@Suite("ROM devices")
struct RomDeviceTests {
    private let bench = SimBench()

    @Test("reads go to the contents or to the device, writes always to the device, and grants end with the switch")
    func modes() throws {
        let flash = try Switching(bench.context("flash"))
        try bench.map(flash.bus, at: 0x2000_0000, size: 0x1_0000)
        flash.load([1, 2, 3, 4], at: 0x100)
        #expect(bench.probe.read(0x2000_0100, as: UInt32.self) == 0x0403_0201)
        #expect(bench.probe.delay == .nanoseconds(1))
        let grant = try #require(bench.probe.bus.directMemory(at: 0x2000_0000, for: .read))
        #expect(grant.end == 0x2000_ffff && !grant.allowsWrite)
        #expect(bench.probe.bus.directMemory(at: 0x2000_0000, for: .write) == nil)
        bench.probe.write(0x2000_0000, UInt8(0x90))
        #expect(bench.probe.delay == .nanoseconds(11))
        #expect(bench.probe.invalidated.dropFirst() == [0x2000_0000...0x2000_ffff])
        #expect(bench.probe.bus.directMemory(at: 0x2000_0000, for: .read) == nil)
        #expect(bench.probe.read(0x2000_0100, count: 2) == [0xd0, 0xd0])
        #expect(bench.probe.debugRead(0x2000_0100, count: 2) == [1, 2])
        bench.probe.write(0x2000_0000, UInt8(0xff))
        #expect(bench.probe.invalidated.count == 3)
        #expect(bench.probe.read(0x2000_0100, count: 2) == [1, 2])
        #expect(flash.served == [0, 0x100, 0])
    }

    @Test("code that was fetched from it is watched: what the device writes is told")
    func watched() throws {
        final class Watcher: WriteWatchObserver {
            var written: [UInt64] = []
            func memoryWritten(offset: UInt64, count: Int, by initiator: InitiatorID) { written.append(offset) }
            func pageBecameWatched(_ page: UInt64, for reason: WatchReason, by initiator: InitiatorID) {}
        }
        let flash = try Switching(bench.context("flash"))
        let watcher = Watcher()
        flash.writeWatch.add(watcher)
        flash.writeWatch.watch(page: 1)
        flash.load([1], at: 0x1004)
        flash.load([1], at: 0x2004)
        #expect(watcher.written == [0x1004])
    }

    @Test("accesses that no device understands are refused before it sees them")
    func refused() throws {
        let flash = try Switching(bench.context("flash"))
        try bench.map(flash.bus, at: 0, size: 0x2_0000)
        #expect(bench.probe.write(0x1_0000, UInt8(1)) == .addressError)
        #expect(bench.probe.write(0, bytes: []) == .burstError)
        #expect(bench.probe.write(0, bytes: [1, 2], byteEnables: [0xff, 0]) == .byteEnableError)
        #expect(bench.probe.write(0, bytes: [1, 2], streamingWidth: 1) == .burstError)
        #expect(!bench.probe.storeConditional(0, 1))
        #expect(flash.served.isEmpty)
    }
}
