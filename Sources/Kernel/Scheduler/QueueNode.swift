/// Whose notification a node is. The node is the first field of its owner's record, so that the record is at the same
/// address.
enum NodeOwner: UInt8 {
    case listHead, event, process
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

/// A link in the event queue or in the list of delta notifications, never in both: an event has one pending
/// notification. 32 bytes; two share a cache line.
struct QueueNode {
    var next: NodePointer
    var previous: NodePointer
    /// Picoseconds. In the head of a bucket: the least time in it, or `unknown`.
    var time: UInt64
    /// Lower fires first among equal times. In the head of a uniform bucket: the priority of all its nodes.
    var priority: Int32
    let owner: NodeOwner
    var state: NodeState
    /// In the head of a bucket: all its nodes have the time and the priority that the head has.
    var isUniform = false
    /// An initiator waits for the simulation to come to where it stands: no event that others have to stop for.
    var isCatchUp = false

    init(next: NodePointer, previous: NodePointer, priority: Int32, owner: NodeOwner) {
        self.next = next
        self.previous = previous
        self.priority = priority
        self.owner = owner
        time = 0
        state = .idle
    }

    /// Makes `node` a list of its own.
    static func initialize(_ node: NodePointer, owner: NodeOwner, priority: Int32 = 0) {
        node.initialize(to: QueueNode(next: node, previous: node, priority: priority, owner: owner))
    }

    /// Puts `node` before `successor`.
    @inline(__always) static func insert(_ node: NodePointer, before successor: NodePointer) {
        let predecessor = successor.pointee.previous
        node.pointee.next = successor
        node.pointee.previous = predecessor
        predecessor.pointee.next = node
        successor.pointee.previous = node
    }

    /// Takes `node` out of its list.
    @inline(__always) static func remove(_ node: NodePointer) {
        let next = node.pointee.next
        let previous = node.pointee.previous
        previous.pointee.next = next
        next.pointee.previous = previous
    }
}
