import TandemDevices
import TandemHost
import TandemKernel
import TandemOS
import TandemTesting
import Testing

@Suite struct FileStorageTests {
    private let path = "/tmp/tandem-storage-\(HostProcess.identifier)-\(UInt64.random(in: 0...UInt64.max)).bin"
    private let bench = SimBench()

    private func memory(_ mode: String) throws -> AT24 {
        try bench.make(AT24.self, "memory", ["file": .string(path), "file-mode": .choice(mode)])
    }

    @Test("a memory without a file is erased, and no file is made")
    func none() throws {
        let memory = try bench.make(AT24.self, "memory")
        try FileStorage.connect(memory)
        #expect(memory.storage == Array(repeating: 0xff, count: 256))
    }

    @Test("a short file gives the first contents, and in the mode “read” stays as it is")
    func read() throws {
        try Files.write([1, 2, 3], to: path)
        defer { try? Files.removeAll(path) }
        let memory = try memory("read")
        try FileStorage.connect(memory)
        #expect(memory.storage.prefix(4) == [1, 2, 3, 0xff])
        write(memory, [0, 9])
        #expect(memory.storage[0] == 9)
        #expect(try Files.read(path) == [1, 2, 3])
    }

    @Test("in the mode “write” a missing file is made, and follows every change")
    func write() throws {
        defer { try? Files.removeAll(path) }
        let memory = try memory("write")
        try FileStorage.connect(memory)
        #expect(try Files.read(path) == Array(repeating: 0xff, count: 256))
        write(memory, [5, 9, 8])
        #expect(try Files.read(path)[4..<8] == [0xff, 9, 8, 0xff])
    }

    @Test("a missing file and one that is too long are refused, with the memory's name")
    func refused() throws {
        let memory = try memory("read")
        let missing = #expect(throws: ElaborationError.self) { try FileStorage.connect(memory) }
        #expect(missing?.description.contains("file-mode “write”") == true)
        try Files.write(Array(repeating: 0, count: 257), to: path)
        defer { try? Files.removeAll(path) }
        let long = #expect(throws: ElaborationError.self) { try FileStorage.connect(memory) }
        #expect(
            long?.description
                == "memory: the file “\(path)” has 257 bytes; expected at most the 256 that the memory holds")
    }

    private func write(_ memory: AT24, _ bytes: [UInt8]) {
        _ = memory.i2cBegin(0x50, .write, at: .zero)
        for byte in bytes { _ = memory.i2cReceive(byte, at: .zero) }
        memory.i2cEnd(at: .zero)
    }
}
