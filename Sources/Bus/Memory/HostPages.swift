import TandemOS

/// Zeroed host memory in pages, touched lazily: what memories and their bitmaps are made of.
final class HostPages {
    let base: UnsafeMutableRawPointer
    private let mapping: MemoryMapping

    /// Pages for `size` bytes. Where the host has no room for them, nothing can go on: the process says so and exits.
    init(size: Int) {
        do throws(OSError) {
            mapping = try MemoryMapping(anonymous: size)
        } catch {
            Fatal.exit(error, while: "mapping \(size) bytes of memory for the platform")
        }
        base = mapping.base
    }

    /// Calls `body` with the index of every 4 KiB page that may hold something else than zeros, in ascending order.
    func forEachTouchedPage(_ body: (Int) -> Void) {
        // Pages of the host may be larger than 4 KiB, never smaller.
        let perHostPage = Page.size / 4096
        mapping.forEachTouchedPage { offset in
            for page in 0..<perHostPage { body(offset / 4096 + page) }
        }
    }
}
