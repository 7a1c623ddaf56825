import Glibc

/// Pages of the host's address space, owned: unmapped when the value goes away.
///
/// An inaccessible page stands before and one after, so that an access that misses the mapping by less than a page faults
/// instead of reaching something else. Memory that nobody has touched costs nothing: 1 GiB of guest RAM is an address
/// range, and one host page becomes resident when one of its bytes is first written or read.
public struct MemoryMapping: ~Copyable {
    /// The first byte. Page-aligned.
    public let base: UnsafeMutableRawPointer
    /// The number of bytes that were asked for. The mapping extends to the end of the last page.
    public let byteCount: Int

    private let reservation: Reservation

    // Not in the Glibc module: it hides what is not POSIX.
    private static let madviseNoHugePage: Int32 = 15

    /// `byteCount` zeroed bytes, readable and writable.
    ///
    /// Huge pages are off: with them a touch of one byte would make 2 MiB resident.
    public init(anonymous byteCount: Int) throws(OSError) {
        let reservation = try Reservation(byteCount)
        let base = reservation.base
        if byteCount > 0 {
            let pages = Page.roundUp(byteCount)
            guard mprotect(base, pages, PROT_READ | PROT_WRITE) == 0 else {
                throw reservation.abandoned(OSError("mprotect"))
            }
            // A kernel without huge pages refuses the advice and needs none.
            madvise(base, pages, Self.madviseNoHugePage)
        }
        self.reservation = reservation
        self.base = base
        self.byteCount = byteCount
    }

    /// The whole of the file at `path`, readable only. Pages are read when they are touched.
    ///
    /// A file that somebody truncates while it is mapped faults where it no longer is.
    public init(file path: String) throws(OSError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw OSError("open", path: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw OSError("fstat", path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw OSError("mmap", path: path, errno: .notRegularFile) }
        let byteCount = Int(status.st_size)
        let reservation = try Reservation(byteCount)
        let base = reservation.base
        if byteCount > 0 {
            let mapped = mmap(base, Page.roundUp(byteCount), PROT_READ, MAP_PRIVATE | MAP_FIXED, descriptor, 0)
            guard mapped != MAP_FAILED else { throw reservation.abandoned(OSError("mmap", path: path)) }
        }
        self.reservation = reservation
        self.base = base
        self.byteCount = byteCount
    }

    /// The first `byteCount` bytes of the file at `path`, which must have them, readable and writable. Pages are read when
    /// they are touched. What is written goes to the file when the mapping is `shared`, and is private to the mapping
    /// otherwise.
    public init(file path: String, writable byteCount: Int, shared isShared: Bool) throws(OSError) {
        let descriptor = open(path, (isShared ? O_RDWR : O_RDONLY) | O_CLOEXEC)
        guard descriptor >= 0 else { throw OSError("open", path: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw OSError("fstat", path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw OSError("mmap", path: path, errno: .notRegularFile) }
        // An access to what the file does not have would be a bus error of the host.
        guard Int(status.st_size) >= byteCount else { throw OSError("mmap", path: path, errno: .invalidArgument) }
        let reservation = try Reservation(byteCount)
        let base = reservation.base
        if byteCount > 0 {
            let kind = isShared ? MAP_SHARED : MAP_PRIVATE
            let mapped = mmap(
                base, Page.roundUp(byteCount), PROT_READ | PROT_WRITE, kind | MAP_FIXED, descriptor, 0)
            guard mapped != MAP_FAILED else { throw reservation.abandoned(OSError("mmap", path: path)) }
        }
        self.reservation = reservation
        self.base = base
        self.byteCount = byteCount
    }

    deinit {
        reservation.unmap()
    }

    /// The bytes of the mapping.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: byteCount) }

    /// How many bytes of the mapping are in the host's memory now, in whole pages.
    public var residentBytes: Int {
        let pageCount = Page.roundUp(byteCount) / Page.size
        var resident = 0
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.step) { states in
            guard let start = states.baseAddress else { return }
            for first in stride(from: 0, to: pageCount, by: Self.step) {
                let count = min(Self.step, pageCount - first)
                let result = mincore(base + first * Page.size, count * Page.size, start)
                precondition(result == 0, "pages of one's own have a state")
                for index in 0..<count where states[index] & 1 != 0 { resident += 1 }
            }
        }
        return resident * Page.size
    }

    /// Calls `body` with the offset of each host page (see ``Page/size``) that may hold something else than zeros, in
    /// ascending order: of each that was touched, in memory or swapped out, since it was mapped or discarded. For
    /// anonymous mappings.
    public func forEachTouchedPage(_ body: (_ offset: Int) -> Void) {
        let pageCount = Page.roundUp(byteCount) / Page.size
        let descriptor = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.step) { entries in
            for first in stride(from: 0, to: pageCount, by: Self.step) {
                let count = min(Self.step, pageCount - first)
                let place = (Int(bitPattern: base) / Page.size + first) * 8
                // A host that does not tell counts as one where every page was touched.
                let isKnown = descriptor >= 0 && pread(descriptor, entries.baseAddress, count * 8, place) == count * 8
                for index in 0..<count where !isKnown || entries[index] & Self.presentOrSwapped != 0 {
                    body((first + index) * Page.size)
                }
            }
        }
    }

    /// How many pages are asked about at a time.
    private static let step = 16 * 1024
    /// Linux, Documentation/admin-guide/mm/pagemap.rst: bit 63 is present, bit 62 swapped.
    private static let presentOrSwapped: UInt64 = 3 << 62

    /// Forgets the content of `range`: its whole pages read as zeros again (anonymous) or as the file (file-backed), and
    /// are no longer resident. Bytes of pages that `range` covers only in part stay as they are.
    public func discard(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "the range leaves the mapping")
        let lower = Page.roundUp(range.lowerBound)
        let upper = range.upperBound == byteCount ? Page.roundUp(byteCount) : range.upperBound & ~(Page.size - 1)
        guard lower < upper else { return }
        let result = madvise(base + lower, upper - lower, Int32(MADV_DONTNEED))
        precondition(result == 0, "pages of one's own can be discarded")
    }
}

/// An inaccessible range of addresses with room for a mapping between two guards.
private struct Reservation {
    private let start: UnsafeMutableRawPointer
    private let count: Int

    init(_ byteCount: Int) throws(OSError) {
        precondition(byteCount >= 0, "a mapping has no negative size")
        guard byteCount <= Int.max - 3 * Page.size - HugePages.size else { throw OSError("mmap", errno: .noMemory) }
        let slack = byteCount >= HugePages.size ? HugePages.size : 0
        count = Page.roundUp(byteCount) + 2 * Page.size + slack
        let mapped = mmap(nil, count, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let mapped, mapped != MAP_FAILED else { throw OSError("mmap") }
        start = mapped
        let first = start + Page.size
        // Mappings that can hold a huge page start at one.
        base = slack == 0 ? first : first.alignedUp(toMultipleOf: HugePages.size)
    }

    /// The first byte after the guard.
    let base: UnsafeMutableRawPointer

    func unmap() { munmap(start, count) }

    /// `error`, after the range was given back.
    func abandoned(_ error: OSError) -> OSError {
        unmap()
        return error
    }
}

extension Errno {
    /// A directory or a device stands where a file was expected.
    static let notRegularFile = Errno(rawValue: ENODEV)
}
