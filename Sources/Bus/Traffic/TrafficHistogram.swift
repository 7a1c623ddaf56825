/// Counts by powers of two. Place 0 counts zeros; place *k* counts values from 2^(k−1) up to 2^k − 1.
public struct TrafficHistogram: Equatable, Sendable {
    /// As many places as values of 64 bits need.
    public static let placeCount = 65

    /// Its counts, by place; empty at the end where nothing larger was counted.
    public private(set) var counts: [UInt64]

    /// Nothing counted.
    public init() { counts = [] }

    init(_ counts: UnsafeBufferPointer<UInt64>) {
        self.counts = Array(counts)
        while self.counts.last == 0 { self.counts.removeLast() }
    }

    /// The place of a value.
    @inlinable @inline(__always) public static func place(of value: UInt64) -> Int {
        UInt64.bitWidth &- value.leadingZeroBitCount
    }

    /// The least value that a place counts.
    public static func least(at place: Int) -> UInt64 { place == 0 ? 0 : 1 << UInt64(place - 1) }

    /// How many values were counted.
    public var total: UInt64 { counts.reduce(0, &+) }

    /// The places that have counted something, with the least value of each.
    public var places: [(least: UInt64, count: UInt64)] {
        counts.enumerated().filter { $0.element != 0 }.map { (Self.least(at: $0.offset), $0.element) }
    }
}
