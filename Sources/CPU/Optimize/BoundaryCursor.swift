/// Tells a pass, which walks over operations, where guest instructions start.
///
/// The boundaries are handed to it each time, for a copy of them would be counted.
struct BoundaryCursor {
    /// The instruction that the operation belongs to.
    private(set) var index = -1
    private var nextStart = 0

    /// Goes to the instruction that `operation` belongs to. Returns whether it is another one than before.
    @inline(__always)
    mutating func advance(to operation: Int, in boundaries: [IRBoundary]) -> Bool {
        guard nextStart <= operation else { return false }
        repeat {
            index += 1
            nextStart = index + 1 < boundaries.count ? boundaries[index + 1].firstOperation : .max
        } while nextStart <= operation
        return true
    }
}
