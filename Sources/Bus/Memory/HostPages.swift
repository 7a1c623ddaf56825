internal import TandemOS

/// Host memory in pages, touched lazily: what memories and their bitmaps are made of. Zeroed, or the contents of a file.
final class HostPages {
    let base: UnsafeMutableRawPointer
    let size: Int
    /// What holds the contents, if they are not zeros at first.
    let file: MemoryFile?
    private let mapping: MemoryMapping
    private var hugePages: HugePages

    init(size: Int) throws(OSError) {
        mapping = try MemoryMapping(anonymous: size)
        base = mapping.base
        hugePages = HugePages(base: mapping.base, byteCount: size)
        self.size = size
        file = nil
    }

    /// The first `size` bytes of a file, which must have them.
    init(size: Int, _ file: MemoryFile) throws(OSError) {
        mapping = try MemoryMapping(file: file.path, writable: size, shared: file.isShared)
        base = mapping.base
        // The pages belong to the file.
        hugePages = HugePages(base: mapping.base, byteCount: 0)
        self.size = size
        self.file = file
    }

    /// Gives huge pages of the host to what is in use densely.
    func condense() { hugePages.condense() }

    /// Calls `body` with the index of every 4 KiB page that may hold something else than zeros, in ascending order.
    func forEachTouchedPage(_ body: (Int) -> Void) {
        let page = Int(WriteWatch.pageSize)
        let count = (size + page - 1) / page
        guard file == nil else {
            for index in 0..<count { body(index) }
            return
        }
        // The host's pages may be larger.
        let perHostPage = max(Page.size / page, 1)
        mapping.forEachTouchedPage { offset in
            for index in offset / page..<min(offset / page + perHostPage, count) { body(index) }
        }
    }

    /// Bytes of the host's memory that are in use.
    var residentBytes: UInt64 {
        guard file == nil else { return UInt64(mapping.residentBytes) }
        var count: UInt64 = 0
        forEachTouchedPage { _ in count += WriteWatch.pageSize }
        return count
    }

    /// Makes all pages untouched again: zeros, or what the file holds.
    func discardAll() { mapping.discard(0..<size) }
}

/// A file whose contents a memory has.
struct MemoryFile: Equatable, Sendable {
    var path: String
    /// What the guest writes goes to the file; otherwise the file stays as it is.
    var isShared: Bool
}
