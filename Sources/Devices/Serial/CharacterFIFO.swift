import TandemKernel

/// A queue of received or waiting characters, each with the error bits that belong to it. Its room is made once.
public struct CharacterFIFO: Equatable, Sendable {
    /// A character as a receiver keeps it: the data in bits 7:0, error bits of the chip's own layout above.
    public typealias Entry = UInt16

    /// How many entries the chip has room for.
    public let capacity: Int
    /// How many are filled.
    public private(set) var count = 0
    private var slots: [Entry]
    private var head = 0

    /// An empty queue.
    public init(capacity: Int) {
        precondition(capacity > 0, "A queue has room for at least one character.")
        self.capacity = capacity
        slots = Array(repeating: 0, count: capacity)
    }

    public var isEmpty: Bool { count == 0 }
    public var isFull: Bool { count == capacity }

    /// The oldest entry.
    public var first: Entry? { isEmpty ? nil : slots[head] }

    /// The entries, oldest first.
    public var entries: [Entry] { (0..<count).map { slots[(head + $0) % capacity] } }

    /// Whether any entry has one of the bits of `mask`.
    public func contains(_ mask: Entry) -> Bool {
        for index in 0..<count where slots[(head + index) % capacity] & mask != 0 { return true }
        return false
    }

    /// Adds an entry; there must be room.
    public mutating func append(_ entry: Entry) {
        precondition(!isFull, "A full queue takes no more characters.")
        slots[(head + count) % capacity] = entry
        count += 1
    }

    /// Removes the oldest entry.
    public mutating func popFirst() -> Entry? {
        guard !isEmpty else { return nil }
        defer {
            head = (head + 1) % capacity
            count -= 1
        }
        return slots[head]
    }

    public mutating func removeAll() {
        head = 0
        count = 0
    }

    /// Two queues are equal when they hold the same entries, wherever they lie.
    public static func == (left: CharacterFIFO, right: CharacterFIFO) -> Bool {
        left.capacity == right.capacity && left.entries == right.entries
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(each: entries) { $0.write($1) }
    }

    init(capacity: Int, from reader: inout SnapshotReader) throws(SnapshotError) {
        self.init(capacity: capacity)
        let entries = try reader.read(each: { reader throws(SnapshotError) in try reader.read(Entry.self) })
        guard entries.count <= capacity else {
            throw reader.error("a queue holds \(entries.count) characters", expected: "at most \(capacity)")
        }
        for entry in entries { append(entry) }
    }
}
