/// The later part of the event queue: a radix wheel of 11 levels of 64 buckets.
///
/// A time stands at the level of the highest group of six bits in which it differs from `base`, in the bucket of that
/// group's digit. `base` never exceeds a time inside, so that the lowest bucket of the lowest level that has any holds
/// the least time. A bucket is spread over the levels below, which are then empty, relative to its own least time.
///
/// Buckets are lists of chunks of entries, which are written and read in sequence. Chunks are kept and used again.
struct EventWheel: ~Copyable {
    private static let levels = 11
    private static let buckets = levels * 64
    /// In place of a bucket's least time: it has to be looked for. No time in the wheel is zero, since all are after now.
    private static let unknown: UInt64 = 0

    /// The first chunk stays with its bucket, so that putting in an entry asks nothing of a bucket but whether its last
    /// chunk is full; the rest is arithmetic, because what a bucket holds is as good as random to the processor.
    private struct Bucket {
        var first: EntryChunk?
        var last: EntryChunk?
        /// The least time of the live entries, `unknown`, or `UInt64.max` in an empty bucket.
        var least = UInt64.max
        /// The bits in which any two times differ, or more.
        var differences: UInt64 = 0
        /// Entries, void ones included.
        var count: UInt32 = 0
        /// Entries that were not taken back. A bucket without one is empty.
        var live: UInt32 = 0
        /// Entries in the last chunk. Full in a bucket that has no chunk yet.
        var end = UInt32(EntryChunk.size)

        /// Whether all entries have the same time.
        @inline(__always) var isUniform: Bool { differences == 0 }
    }

    private let heads: UnsafeMutablePointer<Bucket>
    /// One bit a bucket, one word a level.
    private let occupied: UnsafeMutablePointer<UInt64>
    /// One bit a level.
    private var occupiedLevels: UInt64 = 0
    private var base: UInt64 = 0
    /// Entries that were not taken back.
    private(set) var live = 0
    /// Entries that were.
    private var void = 0
    private var chunks = EntryChunkPool()

    init() {
        heads = .allocate(capacity: Self.buckets)
        heads.initialize(repeating: Bucket(), count: Self.buckets)
        occupied = .allocate(capacity: Self.levels)
        occupied.initialize(repeating: 0, count: Self.levels)
    }

    deinit {
        heads.deallocate()
        occupied.deallocate()
    }

    @inline(__always) var isEmpty: Bool { occupiedLevels == 0 }

    /// Sets the time before which nothing may be put in. The wheel must be empty.
    @inline(__always) mutating func rebase(to time: UInt64) { base = time }

    @inline(__always) mutating func push(_ entry: QueueEntry) {
        live &+= 1
        link(entry)
    }

    @inline(__always) private mutating func link(_ entry: QueueEntry) {
        let index = bucket(of: entry.time)
        let bucket = heads + index
        if bucket.pointee.end == EntryChunk.size { extend(bucket) }
        bucket.pointee.last.unsafelyUnwrapped.entries[Int(bucket.pointee.end)] = entry
        bucket.pointee.end &+= 1
        bucket.pointee.count &+= 1
        bucket.pointee.live &+= 1
        bucket.pointee.least = min(bucket.pointee.least, entry.time)
        bucket.pointee.differences |= entry.time ^ bucket.pointee.first.unsafelyUnwrapped.entries[0].time
        let level = index &>> 6
        occupied[level] |= 1 &<< UInt64(truncatingIfNeeded: index & 63)
        occupiedLevels |= 1 &<< UInt64(level)
    }

    @inline(never) private mutating func extend(_ bucket: UnsafeMutablePointer<Bucket>) {
        let chunk = chunks.take()
        if let last = bucket.pointee.last { last.next = chunk } else { bucket.pointee.first = chunk }
        bucket.pointee.last = chunk
        bucket.pointee.end = 0
    }

    /// Removes an entry whose notification was taken back just now: at once where it is the last of its bucket.
    @inline(__always) mutating func remove(_ entry: QueueEntry) {
        let index = bucket(of: entry.time)
        let bucket = heads + index
        live &-= 1
        bucket.pointee.live &-= 1
        void &+= 1
        if bucket.pointee.live == 0 { return clear(index) }
        let last = Int(bucket.pointee.end) &- 1
        if last > 0 && bucket.pointee.last.unsafelyUnwrapped.entries[last].tag == entry.tag {
            bucket.pointee.end &-= 1
            bucket.pointee.count &-= 1
            void &-= 1
        } else if void > live &+ 256 {
            dropVoid()
            return
        }
        if !bucket.pointee.isUniform && bucket.pointee.least == entry.time { bucket.pointee.least = Self.unknown }
    }

    /// The least time, or `UInt64.max`. Moves nothing. The least of a bucket is kept with it, so that the search
    /// through a bucket happens once after its least was taken back.
    @inline(__always) mutating func earliestTime() -> UInt64 {
        if isEmpty { return .max }
        let bucket = heads + lowest
        if bucket.pointee.least == Self.unknown { bucket.pointee.least = searchedLeast(bucket) }
        return bucket.pointee.least
    }

    /// The least time of a live entry that is no catch-up, or `UInt64.max`.
    func earliestEvent() -> UInt64 {
        var levels = occupiedLevels
        while levels != 0 {
            let level = levels.trailingZeroBitCount
            levels &= levels &- 1
            var digits = occupied[level]
            while digits != 0 {
                let bucket = heads + (level &* 64 &+ digits.trailingZeroBitCount)
                digits &= digits &- 1
                var least = UInt64.max
                forEach(in: bucket) { if $0.time < least && $0.isEvent { least = $0.time } }
                if least != .max { return least }
            }
        }
        return .max
    }

    // MARK: The lowest bucket

    @inline(__always) private var lowest: Int {
        let level = occupiedLevels.trailingZeroBitCount
        return level &* 64 &+ occupied[level].trailingZeroBitCount
    }

    /// How many entries the lowest bucket has. The wheel must not be empty.
    @inline(__always) var lowestCount: Int { Int(heads[lowest].count) }

    /// Spreads the lowest bucket, and again what is then the lowest, until that has at most `count` entries or one
    /// time only.
    mutating func spreadLowest(unlessAtMost count: Int) {
        while true {
            let index = lowest
            let bucket = heads + index
            if bucket.pointee.count <= count || bucket.pointee.isUniform || index < 64 { return }
            spread(index)
        }
    }

    private mutating func spread(_ index: Int) {
        base = earliestTime()
        let bucket = heads[index]
        let hasVoid = bucket.count != bucket.live
        detach(index)
        var chunk = bucket.first
        while let current = chunk {
            let next = current.next
            let end = next == nil ? Int(bucket.end) : EntryChunk.size
            for position in 0..<end {
                let entry = current.entries[position]
                if hasVoid && !entry.tag.isLive { continue }
                link(entry)
            }
            chunks.giveBack(current)
            chunk = next
        }
    }

    /// Moves the entries of the lowest bucket to the front. Returns the first time behind that bucket: whatever is left
    /// is not before it.
    mutating func moveLowest(to front: inout EventFront) -> UInt64 {
        let index = lowest
        let bucket = heads[index]
        let hasVoid = bucket.count != bucket.live
        live &-= Int(bucket.live)
        var chunk = bucket.first
        while let current = chunk {
            let next = current.next
            let end = next == nil ? Int(bucket.end) : EntryChunk.size
            for position in 0..<end {
                let entry = current.entries[position]
                if hasVoid && !entry.tag.isLive { continue }
                front.insert(entry)
            }
            chunk = next
        }
        clear(index)
        // Shifts beyond the width give zero, as they have to at the highest level.
        let shift = UInt64((index &>> 6) &* 6)
        let limit = ((base >> (shift &+ 6)) << (shift &+ 6)) &+ (UInt64(index & 63 &+ 1) << shift)
        return limit == 0 ? .max : limit
    }

    // MARK: All

    func forEach(_ body: (QueueEntry) -> Void) {
        for index in 0..<Self.buckets { forEach(in: heads + index, body) }
    }

    private func forEach(in bucket: UnsafeMutablePointer<Bucket>, _ body: (QueueEntry) -> Void) {
        if bucket.pointee.live == 0 { return }
        var chunk = bucket.pointee.first
        while let current = chunk {
            chunk = current.next
            let end = chunk == nil ? Int(bucket.pointee.end) : EntryChunk.size
            for position in 0..<end { body(current.entries[position]) }
        }
    }

    mutating func removeAll() {
        for index in 0..<Self.buckets where heads[index].live != 0 { clear(index) }
        live = 0
        void = 0
    }

    /// Compacts every bucket that has void entries.
    @inline(never) mutating func dropVoid() {
        for index in 0..<Self.buckets where heads[index].live != heads[index].count {
            let bucket = heads[index]
            detach(index)
            var chunk = bucket.first
            while let current = chunk {
                let next = current.next
                let end = next == nil ? Int(bucket.end) : EntryChunk.size
                for position in 0..<end where current.entries[position].tag.isLive { link(current.entries[position]) }
                chunks.giveBack(current)
                chunk = next
            }
        }
    }

    // MARK: Places

    /// Where a time stands relative to `base`. For a time inside the wheel this is where its entry is, whenever it came.
    @inline(__always) private func bucket(of time: UInt64) -> Int {
        let difference = time ^ base
        // A sixth of the number of the highest bit, which is at most 63: there 43/256 is near enough.
        let level = ((63 &- (difference | 1).leadingZeroBitCount) &* 43) &>> 8
        return level &* 64 &+ Int(truncatingIfNeeded: (time &>> UInt64(level &* 6)) & 63)
    }

    /// Makes a bucket empty, whose first chunk may be `first`.
    @inline(__always) private mutating func vacate(_ index: Int, keeping first: EntryChunk?) {
        void &-= Int(heads[index].count &- heads[index].live)
        heads[index] = Bucket(first: first, last: first, end: first == nil ? UInt32(EntryChunk.size) : 0)
        let level = index &>> 6
        occupied[level] &= ~(1 &<< UInt64(truncatingIfNeeded: index & 63))
        if occupied[level] == 0 { occupiedLevels &= ~(1 &<< UInt64(level)) }
    }

    /// Makes a bucket empty whose chunks the caller gives back.
    private mutating func detach(_ index: Int) { vacate(index, keeping: nil) }

    /// Makes a bucket empty and gives back all chunks but the first.
    @inline(__always) private mutating func clear(_ index: Int) {
        guard let first = heads[index].first else { return }
        if let second = first.next { giveBack(from: second) }
        first.next = nil
        vacate(index, keeping: first)
    }

    @inline(never) private mutating func giveBack(from second: EntryChunk) {
        var chunk: EntryChunk? = second
        while let current = chunk {
            chunk = current.next
            chunks.giveBack(current)
        }
    }

    @inline(never) private func searchedLeast(_ bucket: UnsafeMutablePointer<Bucket>) -> UInt64 {
        var least = UInt64.max
        forEach(in: bucket) { if $0.time < least && $0.tag.isLive { least = $0.time } }
        return least
    }
}

/// A piece of a bucket: a link and 15 entries in 256 bytes.
private struct EntryChunk: Equatable {
    static let size = 15
    static let byteCount = 256

    let memory: UnsafeMutableRawPointer

    /// The chunk behind this one.
    @inline(__always) var next: EntryChunk? {
        get { memory.load(as: UnsafeMutableRawPointer?.self).map(EntryChunk.init) }
        nonmutating set { memory.storeBytes(of: newValue?.memory, as: UnsafeMutableRawPointer?.self) }
    }

    @inline(__always) var entries: UnsafeMutablePointer<QueueEntry> {
        (memory + 16).assumingMemoryBound(to: QueueEntry.self)
    }
}

/// Chunks that are not in use.
private struct EntryChunkPool: ~Copyable {
    private var slabs: [UnsafeMutableRawPointer] = []
    private var free: EntryChunk?

    deinit { for slab in slabs { slab.deallocate() } }

    /// A chunk without a successor.
    @inline(__always) mutating func take() -> EntryChunk {
        if free == nil { grow() }
        let chunk = free.unsafelyUnwrapped
        free = chunk.next
        chunk.next = nil
        return chunk
    }

    @inline(__always) mutating func giveBack(_ chunk: EntryChunk) {
        chunk.next = free
        free = chunk
    }

    @inline(never) private mutating func grow() {
        let count = min(4096, 128 << slabs.count)
        let slab = UnsafeMutableRawPointer.allocate(byteCount: count * EntryChunk.byteCount, alignment: 64)
        slabs.append(slab)
        for index in (0..<count).reversed() { giveBack(EntryChunk(memory: slab + index * EntryChunk.byteCount)) }
    }
}
