import TandemBus
import TandemKernel
import TandemOS
import TandemTesting
import Testing

@Suite("Memory of a file")
struct MemoryFileTests {
    private let folder: String
    // Removed when the suite value goes away.
    private let directory: DirectoryBox

    private final class DirectoryBox {
        let directory: TemporaryDirectory
        init() throws { directory = try TemporaryDirectory() }
    }

    init() throws {
        directory = try DirectoryBox()
        folder = directory.directory.path
    }

    private func ram(_ bench: SimBench, _ file: String, size: UInt64 = 0x2000, share: Bool? = nil) throws -> Ram {
        var properties: PropertyValues = [
            "size": .size(ByteSize(bytes: size)), "mem-path": .string("\(folder)/\(file)"),
        ]
        if let share { properties.set("mem-share", .bool(share)) }
        return try bench.make(Ram.self, "ram", properties)
    }

    @Test("a private file is what the guest starts with, and stays as it is")
    func isPrivate() throws {
        let bytes = (0..<0x2000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        try Files.write(bytes, to: "\(folder)/image")
        let bench = SimBench()
        let ram = try ram(bench, "image")
        try bench.map(ram.bus, at: 0, size: 0x2000)
        #expect(ram.bytes(at: 0, count: 0x2000) == bytes)
        #expect(bench.probe.write(0x1000, UInt64(0)) == .ok)
        #expect(ram.bytes(at: 0x1000, count: 8) == [0, 0, 0, 0, 0, 0, 0, 0])
        #expect(try Files.read("\(folder)/image") == bytes)
        let saved = ram.saveState()
        ram.reset(.enter(.cold))
        #expect(ram.bytes(at: 0, count: 0x2000) == bytes)
        try ram.restoreState(saved)
        #expect(ram.bytes(at: 0x1000, count: 8) == [0, 0, 0, 0, 0, 0, 0, 0])
        #expect(ram.saveState() == saved)
    }

    @Test("a shared file is made where it is missing, takes what is written, and is there for the next run")
    func isShared() throws {
        do {
            let bench = SimBench()
            let ram = try ram(bench, "shared", share: true)
            #expect(Files.size("\(folder)/shared") == 0x2000)
            ram.load([7, 8, 9], at: 0x1ffd)
            ram.reset(.enter(.cold))
        }
        #expect(try Files.read("\(folder)/shared").suffix(3) == [7, 8, 9])
        let bench = SimBench()
        #expect(try ram(bench, "shared", share: true).bytes(at: 0x1ffd, count: 3) == [7, 8, 9])
    }

    @Test("equal contents have equal hashes, in a file or not")
    func hashes() throws {
        try Files.write([UInt8](repeating: 5, count: 0x2000), to: "\(folder)/image")
        let bench = SimBench()
        let ram = try ram(bench, "image")
        let plain = try SimBench().make(Ram.self, "plain", ["size": .size(.kibibytes(8))])
        plain.load([UInt8](repeating: 5, count: 0x2000), at: 0)
        #expect(ram.contentHash == plain.contentHash)
    }

    @Test("a cold reset tells who watches its pages, as the contents may change")
    func watch() throws {
        final class Watcher: WriteWatchObserver {
            var written: [UInt64] = []
            func memoryWritten(offset: UInt64, count: Int, by initiator: InitiatorID) { written.append(offset) }
            func pageBecameWatched(_ page: UInt64, for reason: WatchReason, by initiator: InitiatorID) {}
        }
        try Files.write([UInt8](repeating: 5, count: 0x2000), to: "\(folder)/image")
        let ram = try ram(SimBench(), "image")
        let watcher = Watcher()
        ram.writeWatch.add(watcher)
        ram.writeWatch.watch(page: 1)
        ram.reset(.enter(.cold))
        #expect(watcher.written == [0x1000])
    }

    @Test("a file that is missing, of another size or no file, and sharing without one, are located errors")
    func mistakes() throws {
        func message(_ body: () throws -> Ram) -> String? {
            (#expect(throws: ElaborationError.self) { _ = try body() })?.diagnosis.problem
        }
        let bench = SimBench()
        #expect(message { try ram(bench, "none") }?.contains("there is no file “\(folder)/none”") == true)
        try Files.write([1, 2, 3], to: "\(folder)/short")
        #expect(message { try ram(bench, "short") }?.contains("has 3 B and the memory 8 KiB") == true)
        #expect(message { try ram(bench, "short", share: true) }?.contains("has 3 B") == true)
        #expect(message { try ram(bench, "") }?.contains("is no regular file") == true)
        #expect(message { try ram(bench, "no/folder", share: true) }?.contains("cannot be made") == true)
        let alone = message {
            try bench.make(Ram.self, "ram", ["size": .size(.kibibytes(4)), "mem-share": .bool(true)])
        }
        #expect(alone?.contains("there is no file to share") == true)
    }
}
