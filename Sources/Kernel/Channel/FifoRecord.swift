@usableFromInline typealias FifoPointer = UnsafeMutablePointer<FifoRecord>

/// The state of a FIFO that the scheduler works on: plain memory in front of the elements.
@usableFromInline struct FifoRecord {
    /// First, so that the record of the channel is this one.
    @usableFromInline var channel: ChannelRecord
    /// How many elements may be read now: those of this delta cycle do not count.
    @usableFromInline var available = 0
    /// How many may be written now: places freed in this delta cycle do not count. Far below zero is never reached; an
    /// unbounded FIFO has more free places than memory could hold.
    @usableFromInline var free: Int
    /// Read and written in this delta cycle.
    @usableFromInline var taken = 0
    @usableFromInline var put = 0
    /// The places that the next read and the next write use.
    @usableFromInline var first = 0
    @usableFromInline var next = 0
    /// How many places there are in memory.
    @usableFromInline var size: Int
    /// A ring of `size` elements. Another one when a FIFO without bound grows.
    @usableFromInline var ring: UnsafeMutableRawPointer
    var written: EventPointer
    var read: EventPointer
    /// The ports that read and write it, unretained: looked at during the elaboration only.
    var reader: Unmanaged<Port>?
    var writer: Unmanaged<Port>?
    /// The number of free places grew without a read.
    var grew = false

    init(size: Int, ring: UnsafeMutableRawPointer, free: Int, written: EventPointer, read: EventPointer) {
        channel = ChannelRecord(kind: .fifo)
        self.size = size
        self.ring = ring
        self.free = free
        self.written = written
        self.read = read
    }
}

extension SchedulerCore {
    /// The update phase of a FIFO: what was written can be read, what was read is free.
    @inline(__always) mutating func update(_ fifo: FifoPointer, _ firesDirectly: Bool) {
        let (taken, put) = (fifo.pointee.taken, fifo.pointee.put)
        if taken != 0 || fifo.pointee.grew {
            fifo.pointee.grew = false
            fifo.pointee.taken = 0
            fifo.pointee.free &+= taken
            notifyUpdate(fifo.pointee.read, firesDirectly)
        }
        if put != 0 {
            fifo.pointee.put = 0
            fifo.pointee.available &+= put
            notifyUpdate(fifo.pointee.written, firesDirectly)
        }
    }
}
