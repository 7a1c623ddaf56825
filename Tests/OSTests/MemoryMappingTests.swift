import Glibc
import TandemOS
import Testing

@Suite("MemoryMapping")
struct MemoryMappingTests {
    @Test("a gibibyte costs nothing until it is touched, and then a page a touch")
    func laziness() throws {
        let mapping = try MemoryMapping(anonymous: 1 << 30)
        #expect(mapping.residentBytes == 0)
        for megabyte in stride(from: 0, to: 1024, by: 8) {
            (mapping.base + megabyte << 20).storeBytes(of: 1, as: UInt8.self)
        }
        #expect(mapping.residentBytes == 128 * Page.size)
        var offsets: [Int] = []
        mapping.forEachTouchedPage { offsets.append($0) }
        #expect(offsets == stride(from: 0, to: 1 << 30, by: 8 << 20).map { $0 })
        mapping.discard(0..<1 << 29)
        #expect(mapping.residentBytes == 64 * Page.size)
        #expect(mapping.base.load(as: UInt8.self) == 0)
    }

    @Test("sizes round up to pages and begin at zero", arguments: [0, 1, 4095, 4096, 4097])
    func sizes(_ count: Int) throws {
        let mapping = try MemoryMapping(anonymous: count)
        #expect(mapping.byteCount == count)
        #expect(UInt(bitPattern: mapping.base) % UInt(Page.size) == 0)
        #expect(mapping.bytes.allSatisfy { $0 == 0 })
        if count > 0 { (mapping.base + count - 1).storeBytes(of: 7, as: UInt8.self) }
        #expect(mapping.residentBytes <= 2 * Page.size)
    }

    @Test("a discard keeps the pages that it covers in part")
    func partialDiscard() throws {
        let mapping = try MemoryMapping(anonymous: 3 * Page.size)
        for offset in 0..<3 * Page.size { (mapping.base + offset).storeBytes(of: 9, as: UInt8.self) }
        mapping.discard(1..<2 * Page.size + 1)
        #expect(mapping.bytes[Page.size - 1] == 9)
        #expect(mapping.bytes[Page.size] == 0)
        #expect(mapping.bytes[2 * Page.size] == 9)
    }

    @Test("the pages before and after fault")
    func guards() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let mapping = try MemoryMapping(anonymous: Page.size)
            (mapping.base - 1).storeBytes(of: 1, as: UInt8.self)
        }
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let mapping = try MemoryMapping(anonymous: Page.size)
            (mapping.base + Page.size).storeBytes(of: 1, as: UInt8.self)
        }
    }

    @Test("what the host cannot give is an error that says so")
    func tooLarge() {
        for count in [Int.max, 1 << 60] {
            do throws(OSError) {
                _ = try MemoryMapping(anonymous: count)
                Issue.record("\(count) bytes were mapped")
            } catch {
                #expect(error.description == "mmap failed: cannot allocate memory (ENOMEM)")
            }
        }
    }
}
