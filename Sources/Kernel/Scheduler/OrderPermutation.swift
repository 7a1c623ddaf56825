/// Permutes what may run in any order, to expose models that depend on it: the processes of a pass, delta notifications,
/// timed notifications of equal time and priority.
///
/// Each permutation is a function of the seed, the time and the delta count alone. So a run with a seed can be repeated,
/// also from a snapshot.
struct OrderPermutation {
    private var random: SplitMix64

    init(seed: UInt64, time: UInt64, delta: UInt64) {
        random = SplitMix64(seed: seed)
        random = SplitMix64(seed: random.next() ^ time)
        random = SplitMix64(seed: random.next() ^ delta)
    }

    /// Fisher and Yates' shuffle.
    mutating func shuffle<Element: BitwiseCopyable>(_ elements: UnsafeMutableBufferPointer<Element>) {
        var count = elements.count
        while count > 1 {
            let chosen = Int(random.next() % UInt64(count))
            count -= 1
            elements.swapAt(chosen, count)
        }
    }
}
