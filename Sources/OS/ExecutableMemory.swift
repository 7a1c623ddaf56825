import Glibc

/// Memory for generated code and for the data that the code reaches by distances of 32 bits. Given back when the value
/// goes away.
///
/// The code exists once and is mapped twice: where it is executed it cannot be written, and where it is written it cannot
/// be executed. A store through ``code`` is seen at once at the same offset from ``executable``. A change costs a store;
/// changing the protection of pages back and forth would cost microseconds each time (`docs/design/x64-backend.md`).
///
///     executable        end of the code      data
///     ┌─────────────────┬────────────────────┬───────────────┐
///     │ code, R-X       │ no access, 1 page  │ data, RW-     │   one range: any two bytes less than 2 GiB apart
///     └─────────────────┴────────────────────┴───────────────┘
///     ┌─────────────────┐
///     │ code, RW-       │   code: the same bytes, anywhere
///     └─────────────────┘
///
/// Pages that nobody has touched cost nothing and read as zeros.
///
/// The memory is anonymous, although a file would do as well: `perf` looks for the names of generated code
/// (`docs/profiling.md`) only where code comes from no file.
public struct ExecutableMemory: ~Copyable {
    /// The first byte of the code, to be written. Page-aligned.
    public let code: UnsafeMutableRawPointer
    /// The address that the first byte of the code is executed at. Page-aligned.
    public let executable: UInt
    /// The room for code in bytes, a multiple of the page size.
    public let codeByteCount: Int
    /// The first byte of the data, readable and writable. Page-aligned.
    public let data: UnsafeMutableRawPointer
    /// The room for data in bytes, a multiple of the page size.
    public let dataByteCount: Int

    private let range: UnsafeMutableRawPointer
    private let rangeByteCount: Int

    /// The most that code and data can be together, so that every distance fits in 32 bits with a sign.
    public static let byteLimit = 1 << 31 - 1 << 20

    /// Zeroed memory for `codeByteCount` bytes of code and `dataByteCount` bytes of data, rounded up to whole pages.
    ///
    /// Fails where the host does not let a process execute what it wrote (SELinux' `execmem`, seccomp).
    /// The caller then does without generated code.
    public init(codeByteCount: Int, dataByteCount: Int) throws(OSError) {
        precondition(codeByteCount > 0 && dataByteCount >= 0, "there is room for some code")
        precondition(codeByteCount <= Self.byteLimit - dataByteCount, "code and data lie within 2 GiB")
        self.codeByteCount = Page.roundUp(codeByteCount)
        self.dataByteCount = Page.roundUp(dataByteCount)
        rangeByteCount = self.codeByteCount + Page.size + self.dataByteCount

        let reserve = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let range = mmap(nil, rangeByteCount, PROT_NONE, reserve, -1, 0), range != MAP_FAILED else {
            throw OSError("mmap")
        }
        let data = range + self.codeByteCount + Page.size
        let write = PROT_READ | PROT_WRITE
        let shared = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE
        guard mprotect(data, self.dataByteCount, write) == 0,
            let code = mmap(nil, self.codeByteCount, write, shared, -1, 0), code != MAP_FAILED
        else {
            throw Self.abandon(range, rangeByteCount, OSError("mmap", path: "code"))
        }
        // With an old size of 0 the same pages of shared memory are mapped a second time (mremap(2)).
        let place = Self.mayMove | Self.movesTo
        guard mremap(code, 0, self.codeByteCount, place, range) == range,
            mprotect(range, self.codeByteCount, PROT_READ | PROT_EXEC) == 0
        else {
            let error = OSError("mprotect", path: "code")
            munmap(code, self.codeByteCount)
            throw Self.abandon(range, rangeByteCount, error)
        }
        // A code cache is used all over: few pages of the host's TLB should do.
        madvise(data, self.dataByteCount, Self.madviseHugePage)
        // Generated code is private to this process: a child would share its pages with us.
        madvise(code, self.codeByteCount, Self.madviseDontFork)
        self.range = range
        self.code = code
        self.data = data
        executable = UInt(bitPattern: range)
    }

    deinit {
        munmap(code, codeByteCount)
        munmap(range, rangeByteCount)
    }

    /// The address that the byte stored at `place` is executed at.
    public func executableAddress(of place: UnsafeMutableRawPointer) -> UInt {
        executable + UInt(bitPattern: place - code)
    }

    /// Where the byte executed at `address` is stored.
    public func writablePlace(of address: UInt) -> UnsafeMutableRawPointer {
        code + Int(bitPattern: address - executable)
    }

    /// Gives the pages of the code from `offset` to the end back to the host, which reads as zeros then. For a code cache
    /// that was emptied.
    public func discardCode(from offset: Int = 0) {
        let first = Page.roundUp(offset)
        guard first < codeByteCount else { return }
        // A host that cannot punch holes keeps the pages, which does no harm.
        madvise(code + first, codeByteCount - first, Self.madviseRemove)
    }

    // Not in the Glibc module: it hides what is not POSIX.
    private static let madviseRemove: Int32 = 9
    private static let madviseDontFork: Int32 = 10
    private static let madviseHugePage: Int32 = 14
    private static let mayMove: Int32 = 1
    private static let movesTo: Int32 = 2

    private static func abandon(_ range: UnsafeMutableRawPointer, _ count: Int, _ error: OSError) -> OSError {
        munmap(range, count)
        return error
    }
}
