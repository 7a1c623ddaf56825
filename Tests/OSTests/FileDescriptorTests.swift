import TandemOS
import Testing

@Suite("FileDescriptor")
struct FileDescriptorTests {
    @Test("what is written is read back, from the beginning, from an offset and after a seek")
    func roundTrip() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "data")
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try Files.write(bytes, to: path)
        let file = try FileDescriptor(opening: path, .readWrite)
        #expect(try file.size == 200_000)
        #expect(try file.readAll() == bytes)
        #expect(try file.readAll() == [])
        try file.seek(to: 199_998)
        #expect(try file.read(atMost: 10) == Array(bytes[199_998...]))
        var patch: [UInt8] = [1, 2, 3, 4]
        try patch.withUnsafeBytes { try file.write($0, at: 100) }
        let count = try patch.withUnsafeMutableBytes { try file.read(into: $0, at: 99) }
        #expect(count == 4)
        #expect(patch == [bytes[99], 1, 2, 3])
        let beyond = try patch.withUnsafeMutableBytes { try file.read(into: $0, at: 199_999) }
        #expect(beyond == 1)
        try file.close()
    }

    @Test("a file is created anew or written at its end")
    func creation() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "log")
        for _ in 0..<2 { try Files.write("one", to: path) }
        let log = try FileDescriptor(opening: path, .append)
        try log.write("two")
        #expect(try Files.read(path) == Array("onetwo".utf8))
    }

    @Test("a large write passes a small pipe whole, also where its end is non-blocking", arguments: [false, true])
    func partialWrites(_ isNonBlocking: Bool) throws {
        let pipe = try Pipe(isNonBlocking: isNonBlocking)
        let number = pipe.reading.number
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
        let writing = try pipe.writing.duplicate()
        let poll = try Poll()
        let thread = try HostThread(name: "writer") { [writing = SendableBox(writing)] in
            try? writing.descriptor.write(bytes)
        }
        var received: [UInt8] = []
        while received.count < bytes.count {
            var entries = [Poll.Entry(number)]
            try poll.wait(&entries)
            received += try pipe.reading.read(atMost: 10_000)
        }
        thread.join()
        #expect(received == bytes)
    }

    @Test("a write to nobody is an error where the signal is ignored")
    func brokenPipe() async {
        await #expect(processExitsWith: .success) {
            Signal.brokenPipe.ignore()
            let writing = try writerWithoutReader()
            let error = #expect(throws: OSError.self) { try writing.write("x") }
            #expect(error?.errno == .brokenPipe)
        }
    }

    @Test("errors say what failed, on what and why")
    func errors() throws {
        let directory = try TemporaryDirectory()
        let missing = directory.path(of: "missing")
        let error = #expect(throws: OSError.self) { try Files.read(missing) }
        #expect(error?.description == "open of '\(missing)' failed: no such file or directory (ENOENT)")
        #expect(throws: OSError.self) { _ = try MemoryMapping(file: missing) }
        #expect(throws: OSError.self) { _ = try MemoryMapping(file: directory.path) }
        let isDirectory = #expect(throws: OSError.self) { try Files.read(directory.path) }
        #expect(isDirectory?.description == "read of '\(directory.path)' failed: is a directory (EISDIR)")
    }

    @Test("a file is mapped for reading")
    func mapping() throws {
        let directory = try TemporaryDirectory()
        for size in [0, 1, 4096, 10_000] {
            let path = directory.path(of: "image")
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            try Files.write(bytes, to: path)
            let mapping = try MemoryMapping(file: path)
            #expect(Array(mapping.bytes) == bytes)
        }
    }

    @Test("directories list in order and go away with all that is in them")
    func directories() throws {
        var path = ""
        do {
            let directory = try TemporaryDirectory()
            path = directory.path
            for name in ["b", "a", "B", "é"] { try Files.write(name, to: directory.path(of: name)) }
            try Files.makeDirectory(directory.path(of: "sub"))
            try Files.write("x", to: directory.path(of: "sub/x"))
            #expect(try Files.names(in: path) == ["B", "a", "b", "sub", "é"])
            #expect(Files.isDirectory(directory.path(of: "sub")))
            #expect(!Files.isDirectory(directory.path(of: "a")))
            #expect(try Files.resolved(directory.path(of: "sub/../a")) == Files.resolved(path) + "/a")
        }
        #expect(!Files.exists(path))
    }

    @Test("the process knows its program and its environment")
    func process() throws {
        let path = HostProcess.executablePath
        #expect(path.hasPrefix("/"))
        #expect(Files.exists(path))
        #expect(HostProcess.environment("PATH") != nil)
        #expect(HostProcess.environment("TANDEM_NO_SUCH_VARIABLE") == nil)
        #expect(HostProcess.workingDirectory?.hasPrefix("/") == true)
    }

    @Test("clocks go forward")
    func clocks() {
        for clock in [HostClock.monotonic, .threadCPU, .processCPU] {
            let before = clock.nanoseconds
            #expect(clock.nanoseconds >= before)
        }
        // 2020-01-01 is past.
        #expect(HostClock.realtime.seconds > 1_577_836_800)
        #expect(ProcessUsage.peakResidentBytes() > 0)
    }
}

/// An owned descriptor for a closure, which cannot capture what is not copyable.
final class SendableBox: Sendable {
    let descriptor: FileDescriptor
    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
}

private func writerWithoutReader() throws(OSError) -> FileDescriptor {
    let pipe = try Pipe()
    return try pipe.writing.duplicate()
}
