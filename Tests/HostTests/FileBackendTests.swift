import Glibc
import TandemHost
import TandemOS
import Testing

@Suite struct FileBackendTests {
    private let path = "/tmp/tandem-file-backend-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).txt"

    @Test("everything is in the file once the line is gone, flushed or not")
    func complete() throws {
        defer { unlink(path) }
        let text = String(repeating: "a line\n", count: 2000) + "no end"
        do {
            let line = try FileBackend(path)
            for character in text.utf8 { line.send(character) }
        }
        #expect(String(decoding: try FileDescriptor(opening: path, .read).readAll(), as: UTF8.self) == text)
    }

    @Test("a flush shows what was sent so far")
    func flush() throws {
        defer { unlink(path) }
        let line = try FileBackend(path)
        line.send(0x41)
        line.flush()
        #expect(try FileDescriptor(opening: path, .read).readAll() == [0x41])
    }

    @Test("a place that cannot be written is an error that names it")
    func unwritable() {
        let error = #expect(throws: OSError.self) { try FileBackend("/nonexistent/serial.txt") }
        #expect(error?.description.contains("/nonexistent/serial.txt") == true)
    }
}
