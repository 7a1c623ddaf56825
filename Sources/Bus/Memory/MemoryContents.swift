public import TandemKernel

/// The contents of a memory: its pages of 4 KiB that are not all zeros, in ascending order.
public struct MemoryContents: SnapshotPayload {
    public static var schema: SnapshotSchema { SnapshotSchema("memory") }

    /// One page, or what there is of it at the end of a memory whose size is no multiple of 4 KiB.
    struct Page: Equatable {
        var index: UInt64
        var bytes: [UInt8]
    }

    let size: UInt64
    let pages: [Page]

    init(of memory: Memory) {
        size = memory.size
        var pages: [Page] = []
        memory.forEachNonZeroPage { pages.append(Page(index: $0, bytes: Array($1))) }
        self.pages = pages
    }

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(size)
        writer.write(each: pages) { writer, page in
            writer.write(page.index)
            writer.write(page.bytes)
        }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        let size: UInt64 = try reader.read()
        self.size = size
        var next: UInt64 = 0
        pages = try reader.read(each: { reader throws(SnapshotError) in
            let page = Page(index: try reader.read(), bytes: try reader.read())
            let start = page.index.multipliedReportingOverflow(by: WriteWatch.pageSize)
            guard page.index >= next, !start.overflow, start.partialValue < size,
                UInt64(page.bytes.count) == min(WriteWatch.pageSize, size - start.partialValue)
            else { throw reader.error("page \(page.index) of a memory of \(size) bytes has \(page.bytes.count) bytes") }
            next = page.index + 1
            return page
        })
    }
}

extension Memory {
    /// Calls `body` with the index and the bytes of every page that is not all zeros, in ascending order. Pages that
    /// nobody touched are not looked at.
    public final func forEachNonZeroPage(_ body: (UInt64, UnsafeRawBufferPointer) -> Void) {
        let size = Int(size)
        let pageSize = Int(WriteWatch.pageSize)
        pages.forEachTouchedPage { index in
            let start = index * pageSize
            guard start < size else { return }
            let bytes = UnsafeRawBufferPointer(start: base + start, count: min(pageSize, size - start))
            if !bytes.isAllZeros { body(UInt64(index), bytes) }
        }
    }

    /// A hash of the contents: equal contents have equal hashes on every host, whichever pages are touched. Part of the
    /// run's `stateHash`.
    public final var contentHash: UInt64 {
        var hash = ContentHash()
        forEachNonZeroPage { index, bytes in
            hash.combine(index)
            hash.combine(bytes)
        }
        return hash.value
    }

    /// What a cold reset does: zeros, or in a memory of a file what the file holds.
    final func restart() {
        guard let file = pages.file else { return clear() }
        guard !file.isShared else { return }
        pages.discardAll()
        for page in 0..<writeWatch.pageCount {
            let offset = page * WriteWatch.pageSize
            noteWrite(offset: offset, count: Int(min(WriteWatch.pageSize, size - offset)), by: .none)
        }
    }

    /// Sets every byte to zero, seen by the watch, and gives the pages back to the host.
    final func clear() {
        forEachNonZeroPage { index, bytes in
            let offset = index * WriteWatch.pageSize
            (base + Int(offset)).initializeMemory(as: UInt8.self, repeating: 0, count: bytes.count)
            noteWrite(offset: offset, count: bytes.count, by: .none)
        }
        // A file would come back as it was.
        if pages.file == nil { pages.discardAll() }
    }

    final func replaceContents(_ state: ModuleState) throws(SnapshotError) {
        try replaceContents(state.decode(as: MemoryContents.self, at: path))
    }

    final func replaceContents(_ contents: MemoryContents) throws(SnapshotError) {
        guard contents.size == size else {
            throw SnapshotError(
                at: path, "the snapshot holds a memory of \(contents.size) bytes", expected: "one of \(size) bytes")
        }
        clear()
        for page in contents.pages { load(page.bytes, at: page.index * WriteWatch.pageSize) }
        reservations.clearAll()
    }
}

/// FNV-1a over 64-bit words with a final mix: fast, and the same on every host.
struct ContentHash {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func combine(_ word: UInt64) {
        // Wrapping: arithmetic modulo 2^64 is the definition.
        value = (value ^ word) &* 0x0000_0100_0000_01b3
        value ^= value >> 29
    }

    mutating func combine(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while offset + 8 <= bytes.count {
            combine(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        while offset < bytes.count {
            combine(UInt64(bytes[offset]))
            offset += 1
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var isAllZeros: Bool {
        var offset = 0
        while offset + 8 <= count {
            if loadUnaligned(fromByteOffset: offset, as: UInt64.self) != 0 { return false }
            offset += 8
        }
        return self[offset...].allSatisfy { $0 == 0 }
    }
}
