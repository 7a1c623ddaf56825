public import TandemKernel

/// How long it took until rises of a line were answered.
public struct LineLatency: Equatable, Sendable {
    /// Rises that were answered; one that nobody had answered before the next counts once, from the first.
    public private(set) var count: UInt64 = 0
    public private(set) var total = SimTime.zero
    public private(set) var longest = SimTime.zero
    /// The oldest rise that was not answered; nothing if there is none.
    private var risen: SimTime?

    public init() {}

    mutating func rose(at time: SimTime) { if risen == nil { risen = time } }

    mutating func answered(at time: SimTime) {
        guard let risen else { return }
        self.risen = nil
        // Whoever runs ahead may answer before what it was told: that took no time.
        let latency = time > risen ? time - risen : .zero
        count += 1
        total += latency
        longest = max(longest, latency)
    }
}
