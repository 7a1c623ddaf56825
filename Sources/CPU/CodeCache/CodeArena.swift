/// Memory of translated blocks: handed out in order, given back all at once.
///
/// Blocks that are dropped one by one leave holes; when the arena is full everything is dropped (`BlockTable.flush`),
/// which changes nothing that the guest can see.
struct CodeArena: ~Copyable {
    private static let chunkSize = 1 << 20
    /// Bytes of a line of the host's cache, which chunks begin at.
    static let line = 64

    /// Bytes that may be in use before the cache is flushed.
    let capacity: Int
    private var chunks: [UnsafeMutableRawPointer] = []
    private var chunkIndex = 0
    private var offset = 0
    private let ownsChunks: Bool

    init(capacity: Int) {
        self.capacity = capacity
        ownsChunks = true
    }

    /// An arena in memory that somebody else owns, near the code that refers to it.
    init(capacity: Int, at base: UnsafeMutableRawPointer) {
        self.capacity = capacity
        ownsChunks = false
        chunks = stride(from: 0, through: capacity - Self.chunkSize, by: Self.chunkSize).map { base + $0 }
    }

    deinit {
        if ownsChunks { for chunk in chunks { chunk.deallocate() } }
    }

    var bytesInUse: Int { chunkIndex * Self.chunkSize + offset }
    var isFull: Bool { bytesInUse > capacity - Self.chunkSize }

    /// Uninitialised memory for `count` values, aligned to 16 bytes, or to as many as wanted up to a line. `count` values
    /// must fit into one chunk.
    mutating func allocate<T>(_ type: T.Type, count: Int, alignment: Int = 16) -> UnsafeMutablePointer<T> {
        offset = (offset + alignment - 1) & ~(alignment - 1)
        let size = (count * MemoryLayout<T>.stride + 15) & ~15
        precondition(size <= Self.chunkSize, "a block larger than a chunk of the code arena")
        if chunks.isEmpty || offset + size > Self.chunkSize {
            if !chunks.isEmpty { chunkIndex += 1 }
            if chunkIndex >= chunks.count { chunks.append(.allocate(byteCount: Self.chunkSize, alignment: Self.line)) }
            offset = 0
        }
        defer { offset += size }
        return (chunks[chunkIndex] + offset).bindMemory(to: type, capacity: max(count, 1))
    }

    /// Forgets everything that was handed out. Keeps the memory.
    mutating func removeAll() {
        chunkIndex = 0
        offset = 0
    }
}
