/// Whose notification a node is. The node is the first field of its owner's record, so that the record is at the same
/// address.
enum NodeOwner: UInt8 {
    case event, process
    /// A process that is an initiator and waits for the simulation to come to where it stands: no event that others have
    /// to stop for.
    case catchUp
}

/// Where a node stands.
enum NodeState: UInt8 {
    case idle
    /// In the list of delta notifications.
    case delta
    /// In the event queue.
    case timed
}

typealias NodePointer = UnsafeMutablePointer<QueueNode>

/// What is pending of an event, or of the timer of a process: at most one notification, in the event queue or in the
/// list of delta notifications.
///
/// Both refer to nodes by entries. An entry carries the generation that the node had when it was notified; taking a
/// notification back counts the generation up, which makes the entry void wherever it stands.
struct QueueNode {
    /// Picoseconds; of the timed notification that is pending.
    var time: UInt64 = 0
    /// Lower fires first among equal times.
    var priority: Int32
    var owner: NodeOwner
    var state = NodeState.idle
    /// Goes on counting when the memory of the node is used again. Not where a wide load could read it together with the
    /// state, which is often stored just before: such a load would have to wait for the store.
    var generation: UInt16

    /// A node in memory that held `generation` before: void entries of its former life may still stand somewhere.
    init(priority: Int32, owner: NodeOwner, generation: UInt16) {
        self.priority = priority
        self.owner = owner
        self.generation = generation
    }

    @inline(__always) var isCatchUp: Bool { owner == .catchUp }

    /// The generation of the node that `record` held, or zero in fresh memory.
    static func generation(inMemory record: UnsafeMutableRawPointer) -> UInt16 {
        record.load(fromByteOffset: MemoryLayout<QueueNode>.offset(of: \.generation) ?? 0, as: UInt16.self)
    }
}

/// A pending notification in the event queue: 16 bytes, so that spreading a bucket touches no node.
struct QueueEntry {
    let time: UInt64
    let tag: NodeTag

    @inline(__always) init(_ node: NodePointer) {
        time = node.pointee.time
        tag = NodeTag(node)
    }

    /// Whether it is a live notification that initiators have to stop for.
    @inline(__always) var isEvent: Bool { tag.isLive && !tag.node.pointee.isCatchUp }
}

/// The address of a node and a generation of it in one word. User space addresses have 47 or 48 bits on our hosts.
struct NodeTag: Equatable {
    private static var addressMask: UInt64 { 1 << 48 - 1 }

    private let bits: UInt64

    @inline(__always) init(_ node: NodePointer) {
        bits = UInt64(UInt(bitPattern: node)) | UInt64(node.pointee.generation) &<< 48
    }

    @inline(__always) var node: NodePointer {
        NodePointer(bitPattern: UInt(truncatingIfNeeded: bits & Self.addressMask)).unsafelyUnwrapped
    }

    /// Whether the notification has not been taken back.
    @inline(__always) var isLive: Bool { node.pointee.generation == UInt16(truncatingIfNeeded: bits &>> 48) }
}
