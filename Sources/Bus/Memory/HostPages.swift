/// Zeroed host memory in pages, touched lazily: what memories and their bitmaps are made of.
final class HostPages {
    let base: UnsafeMutableRawPointer
    let size: Int

    init(size: Int) {
        self.size = size
        base = .allocate(byteCount: max(size, 1), alignment: 4096)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    }

    deinit { base.deallocate() }

    /// Calls `body` with the index of every 4 KiB page that may hold something else than zeros, in ascending order.
    func forEachTouchedPage(_ body: (Int) -> Void) {
        for page in 0..<(size + 4095) / 4096 { body(page) }
    }
}
