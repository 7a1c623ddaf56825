public import TandemKernel

/// How long it took until rises of a line were answered.
public struct LineLatency: Equatable, Sendable {
    /// Rises that were answered; one that nobody had answered before the next counts once, from the first.
    public internal(set) var count: UInt64 = 0
    public internal(set) var total = SimTime.zero
    public internal(set) var longest = SimTime.zero
    /// How many took how long, in picoseconds.
    public internal(set) var histogram = TrafficHistogram()

    public init() {}
}

/// Measures a `LineLatency`, in plain memory. Whoever holds it deallocates it.
struct LatencyRecorder {
    private var total: UInt64 = 0
    private var longest: UInt64 = 0
    /// The oldest rise that was not answered.
    private var risen = SimTime.never
    /// The places of the histogram; nothing before the first answer, for most lines never rise.
    // SAFETY: `TrafficHistogram.placeCount` counters, allocated here and freed by `deallocate`.
    private var places: UnsafeMutablePointer<UInt64>?

    func deallocate() { places?.deallocate() }

    mutating func rose(at time: SimTime) { if risen == .never { risen = time } }

    mutating func answered(at time: SimTime) {
        guard risen != .never else { return }
        // Whoever runs ahead may answer before what it was told: that took no time.
        let latency = time > risen ? (time - risen).picoseconds : 0
        risen = .never
        let places = self.places ?? makePlaces()
        places[TrafficHistogram.place(of: latency)] &+= 1
        total &+= latency
        if latency > longest { longest = latency }
    }

    @inline(never)
    private mutating func makePlaces() -> UnsafeMutablePointer<UInt64> {
        let places = UnsafeMutablePointer<UInt64>.allocate(capacity: TrafficHistogram.placeCount)
        places.initialize(repeating: 0, count: TrafficHistogram.placeCount)
        self.places = places
        return places
    }

    /// What was measured so far.
    var latency: LineLatency {
        guard let places else { return LineLatency() }
        var latency = LineLatency()
        latency.histogram = TrafficHistogram(
            UnsafeBufferPointer(start: places, count: TrafficHistogram.placeCount))
        latency.count = latency.histogram.total
        latency.total = SimTime(picoseconds: total)
        latency.longest = SimTime(picoseconds: longest)
        return latency
    }
}
