import Glibc
import TandemOS
import Testing

@Suite("Executable memory")
struct ExecutableMemoryTests {
    @Test("what is written through one mapping is seen at once through the other")
    func twoMappings() throws {
        let memory = try ExecutableMemory(codeByteCount: 10_000, dataByteCount: 5_000)
        #expect(memory.codeByteCount == 12_288 && memory.dataByteCount == 8_192)
        let executable = try #require(UnsafeRawPointer(bitPattern: memory.executable))
        #expect(executable.load(as: UInt64.self) == 0)
        memory.code.storeBytes(of: 0x1122_3344, toByteOffset: 8_000, as: UInt32.self)
        #expect(executable.load(fromByteOffset: 8_000, as: UInt32.self) == 0x1122_3344)
        memory.discardCode()
        #expect(executable.load(fromByteOffset: 8_000, as: UInt32.self) == 0)
    }

    @Test("no page of generated code is both writable and executable")
    func protection() throws {
        let memory = try ExecutableMemory(codeByteCount: 10_000, dataByteCount: 5_000)
        #expect(try rights(memory.executable) == "r-xs")
        #expect(try rights(UInt(bitPattern: memory.code)) == "rw-s")
        #expect(try rights(UInt(bitPattern: memory.data)) == "rw-p")
        #expect(try rights(memory.executable + UInt(memory.codeByteCount)) == "---p")
    }

    /// What the kernel says of the page at `address`.
    private func rights(_ address: UInt) throws -> String {
        let file = try #require(fopen("/proc/self/maps", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 4096)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let fields = text.split(separator: " ")
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            if ends.count == 2, (ends[0]..<ends[1]).contains(address) { return String(fields[1]) }
        }
        return "not mapped"
    }

    @Test("code and data are within a distance of 32 bits")
    func distance() throws {
        let memory = try ExecutableMemory(codeByteCount: 64 << 20, dataByteCount: 64 << 20)
        let end = UInt(bitPattern: memory.data + memory.dataByteCount)
        #expect(end > memory.executable && end - memory.executable <= UInt(Int32.max))
        memory.data.storeBytes(of: 7, toByteOffset: memory.dataByteCount - 8, as: UInt64.self)
        let place = memory.code + 1234
        #expect(memory.writablePlace(of: memory.executableAddress(of: place)) == place)
    }

    #if arch(x86_64)
        @Test("written code can be called")
        func call() throws {
            let memory = try ExecutableMemory(codeByteCount: 4096, dataByteCount: 0)
            // mov eax, edi; add eax, 1; ret
            let bytes: [UInt8] = [0x89, 0xf8, 0x83, 0xc0, 0x01, 0xc3]
            (memory.code + 100).copyMemory(from: bytes, byteCount: bytes.count)
            let address = try #require(UnsafeRawPointer(bitPattern: memory.executable + 100))
            let function = unsafeBitCast(address, to: (@convention(c) (Int32) -> Int32).self)
            #expect(function(41) == 42)
        }
    #endif
}
