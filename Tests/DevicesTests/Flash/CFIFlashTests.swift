import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

/// A bank of two chips of 16 bits, driven as a driver does.
private struct FlashBench {
    let bench = SimBench()
    let flash: CFIFlash
    static let base: UInt64 = 0x2000_0000
    static let block = 0x4_0000

    init(_ properties: PropertyValues = [:]) throws {
        var properties = properties
        if properties["size"] == nil { properties.set("size", .size(.mebibytes(1))) }
        flash = try bench.make(CFIFlash.self, "flash", properties)
        try bench.map(flash.bus, at: Self.base, size: flash.size)
        try bench.simulation.elaborate()
    }

    /// A command for both chips.
    func command(_ command: UInt32, at address: Int = 0) {
        bench.probe.write(Self.base + UInt64(address), command << 16 | command)
    }
    func write(_ value: UInt32, at address: Int) { bench.probe.write(Self.base + UInt64(address), value) }
    func read(_ address: Int) -> UInt32 { bench.probe.read(Self.base + UInt64(address)) }

    /// Waits until the chips are ready, and returns the status that they end with.
    func wait() -> UInt32 {
        while read(0) & 0x80 == 0 { bench.run(for: .microseconds(1)) }
        return read(0)
    }

    func program(_ value: UInt32, at address: Int) -> UInt32 {
        command(0x40, at: address)
        write(value, at: address)
        return wait()
    }

    func erase(_ address: Int) -> UInt32 {
        command(0x20, at: address)
        command(0xd0, at: address)
        return wait()
    }
}

@Suite struct CFIFlashTests {
    static let ready: UInt32 = 0x0080_0080

    @Test("the query tells a driver the chips, their size, times and blocks")
    func query() throws {
        let flash = try FlashBench(["size": .size(.mebibytes(32))])
        flash.command(0x98, at: 0x55 * 4)
        func chip(_ word: Int) -> UInt32 {
            let value = flash.read(word * 4)
            #expect(value >> 16 == value & 0xffff)
            return value & 0xffff
        }
        #expect([0x10, 0x11, 0x12].map(chip) == [0x51, 0x52, 0x59])
        #expect(chip(0x13) == 1 && chip(0x15) == 0x31)
        #expect([0x1f, 0x20, 0x21].map(chip) == [8, 8, 10], "2^8 us, 2^8 us, 2^10 ms")
        #expect(chip(0x27) == 24 && chip(0x28) == 1 && chip(0x2a) == 5)
        #expect(chip(0x2c) == 1 && chip(0x2d) == 127 && chip(0x2f) == 0 && chip(0x30) == 2)
        #expect([0x31, 0x32, 0x33, 0x34].map(chip) == [0x50, 0x52, 0x49, 0x31])
        #expect(chip(0x100 + 0x10) == 0x51)
        flash.command(0x90)
        #expect(chip(0) == 0x89 && chip(1) == 0x18 && chip(2) == 0)
        flash.command(0xff)
        #expect(flash.read(0) == 0)
    }

    @Test(
        "whatever the widths, each chip answers on its lines and is written as a whole",
        arguments: [(1, 1), (2, 1), (2, 2), (4, 1), (4, 4), (8, 2), (8, 4)])
    func widths(bank: Int, chip: Int) throws {
        let flash = try FlashBench(["width": .choice("\(bank)"), "chip-width": .choice("\(chip)")])
        let chips = bank / chip
        func all(_ byte: UInt8) -> [UInt8] {
            (0..<chips).flatMap { _ in [byte] + Array(repeating: 0, count: chip - 1) }
        }
        let probe = flash.bench.probe
        probe.write(FlashBench.base, bytes: all(0x98))
        for (word, byte) in zip(0x10..., "QRY".utf8) {
            #expect(probe.read(FlashBench.base + UInt64(word * bank), count: bank) == all(byte))
        }
        probe.write(FlashBench.base, bytes: all(0x20))
        probe.write(FlashBench.base, bytes: all(0xd0))
        #expect(probe.read(FlashBench.base, count: bank) == all(0))
        flash.bench.run(for: .seconds(1))
        #expect(probe.read(FlashBench.base, count: bank) == all(0x80))
        // A buffer of four bank words.
        probe.write(FlashBench.base, bytes: all(0xe8))
        probe.write(FlashBench.base, bytes: all(3))
        let data = (0..<UInt8(4 * bank)).map { $0 &* 37 }
        for word in 0..<4 {
            probe.write(
                FlashBench.base + UInt64(word * bank), bytes: Array(data[word * bank..<(word + 1) * bank]))
        }
        probe.write(FlashBench.base, bytes: all(0xd0))
        flash.bench.run(for: .microseconds(218))
        #expect(probe.read(FlashBench.base, count: bank) == all(0x80))
        probe.write(FlashBench.base, bytes: all(0xff))
        #expect(probe.read(FlashBench.base, count: 4 * bank + 1) == data + [0xff])
    }

    @Test("programming clears bits and sets none; an erase sets those of its block; both take their time")
    func programs() throws {
        let flash = try FlashBench()
        #expect(flash.erase(FlashBench.block) == Self.ready)
        #expect(flash.bench.now >= .seconds(1))
        let before = flash.bench.now
        #expect(flash.program(0xffff_f0f0, at: FlashBench.block + 8) == Self.ready)
        #expect(flash.bench.now - before >= .microseconds(210) && flash.bench.now - before < .microseconds(212))
        #expect(flash.program(0x1234_ff0f, at: FlashBench.block + 8) == Self.ready)
        flash.command(0xff)
        #expect(flash.read(FlashBench.block + 8) == 0x1234_f000)
        #expect(flash.read(FlashBench.block + 4) == 0xffff_ffff)
        #expect(flash.read(FlashBench.block - 4) == 0 && flash.read(2 * FlashBench.block) == 0)
        // A byte and a half-word are programmed alone.
        flash.command(0x40)
        flash.bench.probe.write(FlashBench.base + UInt64(FlashBench.block) + 1, UInt8(0x5a))
        _ = flash.wait()
        flash.command(0xff)
        #expect(flash.read(FlashBench.block) == 0xffff_5aff)
    }

    @Test("while they work, chips show that they are busy, and take no command")
    func busy() throws {
        let flash = try FlashBench()
        flash.command(0x20)
        flash.command(0xd0)
        #expect(flash.read(0) == 0)
        flash.command(0xff)
        flash.command(0x98)
        #expect(flash.read(0x40) == 0)
        flash.bench.run(for: .milliseconds(999))
        #expect(flash.read(0x40) == 0)
        flash.bench.run(for: .milliseconds(1))
        #expect(flash.read(0x40) == Self.ready)
    }

    @Test(
        "a buffer that is too long, leaves its place or is not confirmed is a sequence error, and nothing is programmed"
    )
    func sequences() throws {
        let flash = try FlashBench()
        let failed = Self.ready | 0x0030_0030
        func begin(_ count: UInt32) {
            flash.command(0x50)
            flash.command(0xe8)
            #expect(flash.read(0) == Self.ready)
            flash.command(count)
        }
        _ = flash.erase(0)
        begin(16)
        #expect(flash.read(0) == failed)
        begin(1)
        flash.write(0, at: 0x10)
        flash.write(0, at: 0x18)
        #expect(flash.read(0) == failed)
        begin(1)
        flash.write(0, at: FlashBench.block - 4)
        flash.write(0, at: FlashBench.block)
        #expect(flash.read(0) == failed)
        begin(0)
        flash.write(0, at: 0x10)
        flash.command(0xff)
        #expect(flash.read(0) == failed)
        flash.command(0x20)
        flash.command(0xff)
        #expect(flash.read(0) == failed)
        flash.command(0x60)
        flash.command(0xff)
        #expect(flash.read(0) == failed)
        flash.command(0xff)
        #expect(flash.flash.storage[0..<FlashBench.block].allSatisfy { $0 == 0xff })
    }

    @Test("locked blocks are neither programmed nor erased, until all are unlocked")
    func locks() throws {
        let flash = try FlashBench()
        flash.command(0x60, at: FlashBench.block)
        flash.command(0x01, at: FlashBench.block)
        #expect(flash.wait() == Self.ready)
        flash.command(0x90)
        #expect(flash.read(8) == 0 && flash.read(FlashBench.block + 8) == 0x0001_0001)
        flash.command(0x98)
        #expect(flash.read(FlashBench.block + 8) == 0x0001_0001)
        #expect(flash.erase(FlashBench.block) == Self.ready | 0x0022_0022)
        flash.command(0x50)
        #expect(flash.program(0, at: FlashBench.block) == Self.ready | 0x0012_0012)
        flash.bench.simulation.reset(.cold)
        flash.command(0x90)
        #expect(flash.read(FlashBench.block + 8) == 0x0001_0001, "locks are not volatile")
        flash.command(0x60)
        flash.command(0xd0)
        let before = flash.bench.now
        #expect(flash.wait() == Self.ready && flash.bench.now - before >= .milliseconds(499))
        #expect(flash.erase(FlashBench.block) == Self.ready)
    }

    @Test("contents are direct memory, until a command comes; code on them is told of what is programmed")
    func direct() throws {
        let flash = try FlashBench()
        let probe = flash.bench.probe
        #expect(probe.bus.directMemory(at: FlashBench.base, for: .read)?.allowsWrite == false)
        flash.command(0x70)
        #expect(probe.invalidated.count == 2, "elaboration, and the command")
        #expect(probe.bus.directMemory(at: FlashBench.base, for: .read) == nil)
        final class Watcher: WriteWatchObserver {
            var written: [UInt64] = []
            func memoryWritten(offset: UInt64, count: Int, by initiator: InitiatorID) { written.append(offset) }
            func pageBecameWatched(_ page: UInt64, for reason: WatchReason, by initiator: InitiatorID) {}
        }
        let watcher = Watcher()
        flash.flash.writeWatch.add(watcher)
        flash.flash.writeWatch.watch(page: 1)
        _ = flash.program(0, at: 0x1004)
        _ = flash.program(0, at: 0x2004)
        #expect(watcher.written == [0x1004])
        flash.command(0xff)
        #expect(probe.bus.directMemory(at: FlashBench.base, for: .read) != nil)
    }

    @Test("a snapshot holds contents, locks and what is under way; one of another flash is refused")
    func snapshot() throws {
        let flash = try FlashBench()
        flash.command(0x60)
        flash.command(0x01)
        _ = flash.wait()
        _ = flash.erase(FlashBench.block)
        flash.command(0xe8, at: FlashBench.block)
        flash.command(1)
        flash.write(0x0102_0304, at: FlashBench.block)
        let saved = flash.flash.saveState()
        let other = try FlashBench()
        try other.flash.restoreState(saved)
        #expect(other.flash.saveState() == saved)
        other.write(0x0506_0708, at: FlashBench.block + 4)
        other.command(0xd0, at: FlashBench.block)
        #expect(other.wait() == Self.ready)
        other.command(0xff)
        #expect(other.read(FlashBench.block) == 0x0102_0304 && other.read(FlashBench.block + 4) == 0x0506_0708)
        #expect(other.read(FlashBench.block + 8) == 0xffff_ffff)
        let small = try FlashBench(["size": .size(.kibibytes(512))])
        #expect(throws: SnapshotError.self) { try small.flash.restoreState(saved) }
    }

    @Test(
        "debuggers change the contents whatever the chips are doing, and the file follows them, commands and restores")
    func storage() throws {
        final class Kept: StorageBackend {
            var bytes: [Int: UInt8] = [:]
            func store(_ new: ArraySlice<UInt8>, at offset: Int) {
                for (index, byte) in new.enumerated() where byte != 0 { bytes[offset + index] = byte }
            }
        }
        let flash = try FlashBench()
        let kept = Kept()
        flash.flash.connectStorage([1, 2, 3, 4], kept)
        flash.command(0x70)
        #expect(flash.bench.probe.debugRead(FlashBench.base, count: 5) == [1, 2, 3, 4, 0])
        flash.bench.probe.debugWrite(FlashBench.base + 0x10, bytes: [9])
        _ = flash.program(0xffff_ff05, at: 0)
        #expect(kept.bytes == [0x10: 9, 0: 1, 1: 2, 2: 3, 3: 4])
        kept.bytes = [:]
        try flash.flash.restoreState(flash.flash.saveState())
        #expect(kept.bytes == [0x10: 9, 0: 1, 1: 2, 2: 3, 3: 4])
    }

    @Test(
        "dimensions that make no flash are refused with the property and what is legal",
        arguments: [
            ("size", PropertyValue.size(ByteSize(bytes: 3 << 20)), "a flash has a power of two of bytes"),
            ("block-size", .size(ByteSize(bytes: 3 << 10)), "the bank cannot have blocks of 3 KiB"),
            ("block-size", .size(.mebibytes(4)), "expected a power of two from 512 bytes to the size of the bank"),
            ("chip-width", .choice("8"), "a chip of 8 bytes is wider than the bank; expected at most the “width”, 4"),
        ])
    func dimensions(name: String, value: PropertyValue, message: String) throws {
        let error = #expect(throws: ElaborationError.self) { try FlashBench([name: value]) }
        #expect(error?.description.contains("“\(name)” of “flash”") ?? false, "\(error?.description ?? "")")
        #expect(error?.description.contains(message) ?? false, "\(error?.description ?? "")")
    }
}
