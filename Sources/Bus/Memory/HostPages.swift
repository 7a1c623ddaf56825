internal import TandemOS

/// Zeroed host memory in pages, touched lazily: what memories and their bitmaps are made of.
final class HostPages {
    let base: UnsafeMutableRawPointer
    let size: Int
    private let mapping: MemoryMapping
    private var hugePages: HugePages

    init(size: Int) throws(OSError) {
        mapping = try MemoryMapping(anonymous: size)
        base = mapping.base
        hugePages = HugePages(base: mapping.base, byteCount: size)
        self.size = size
    }

    /// Gives huge pages of the host to what is in use densely.
    func condense() { hugePages.condense() }

    /// Calls `body` with the index of every 4 KiB page that may hold something else than zeros, in ascending order.
    func forEachTouchedPage(_ body: (Int) -> Void) {
        let page = Int(WriteWatch.pageSize)
        let count = (size + page - 1) / page
        // The host's pages may be larger.
        let perHostPage = max(Page.size / page, 1)
        mapping.forEachTouchedPage { offset in
            for index in offset / page..<min(offset / page + perHostPage, count) { body(index) }
        }
    }

    /// Makes all pages zero and untouched again.
    func discardAll() { mapping.discard(0..<size) }
}
