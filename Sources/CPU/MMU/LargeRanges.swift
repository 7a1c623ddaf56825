/// Virtual addresses that belong to mappings larger than a page, of which pages were cached one by one: a flush that names
/// one address of such a mapping means all of it.
///
/// Neighbours are kept as one range, and so is everything once there are too many; to forget too much is allowed.
struct LargeRanges {
    private static let limit = 16

    private var first = InlineArray<16, UInt64>(repeating: .max)
    private var last = InlineArray<16, UInt64>(repeating: 0)
    private var count = 0

    /// Adds the mapping of `span` bytes around `address`.
    mutating func insert(_ address: UInt64, span: UInt64) {
        var low = address & ~(span &- 1)
        var high = low | (span &- 1)
        var index = 0
        while index < count {
            if first[index] <= low, high <= last[index] { return }
            // Overlapping, or touching without a gap.
            let touches =
                low <= last[index] && first[index] <= high || last[index] &+ 1 == low || high &+ 1 == first[index]
            guard touches else {
                index += 1
                continue
            }
            low = min(low, first[index])
            high = max(high, last[index])
            remove(index)
            index = 0
        }
        if count == Self.limit {
            for index in 0..<count {
                low = min(low, first[index])
                high = max(high, last[index])
            }
            count = 0
        }
        first[count] = low
        last[count] = high
        count += 1
    }

    /// The range that holds `address`; nil if no large mapping does.
    func range(of address: UInt64) -> ClosedRange<UInt64>? {
        for index in 0..<count where first[index] <= address && address <= last[index] {
            return first[index]...last[index]
        }
        return nil
    }

    mutating func removeAll() { count = 0 }

    /// Removes the range that holds `address`: nothing of it is cached any longer.
    mutating func remove(around address: UInt64) {
        for index in 0..<count where first[index] <= address && address <= last[index] { return remove(index) }
    }

    private mutating func remove(_ index: Int) {
        count -= 1
        first[index] = first[count]
        last[index] = last[count]
    }
}
