/// Which way a level goes.
public enum Edge: Sendable {
    case rising, falling
}

/// A signal that changes by itself. Edges stand at whole picoseconds that are computed from their number, so that no
/// rounding adds up: the millionth edge is where the frequency says.
///
/// As in SystemC an edge is written in the evaluation phase of its time; processes that are sensitive to it run one
/// delta cycle later. It goes on as long as the simulation does, rests while that is paused, and begins anew after a
/// reset.
public final class Clock: Signal<Bool> {
    private enum Rate {
        case period(UInt64)
        case frequency(Frequency)
    }

    private let rate: Rate
    private let duty: Double
    private let start: SimTime
    private let first: Edge
    private let tick: Event
    /// How many edges have been.
    private var edges: UInt64 = 0

    /// A clock of `module` with a period of whole picoseconds.
    ///
    /// - Parameters:
    ///   - period: from one rising edge to the next; at least two picoseconds.
    ///   - duty: the part of the period in which the clock is true; between 0 and 1.
    ///   - start: the time of the first edge, from the start of the simulation on.
    ///   - first: which edge that is. Until then the clock has the other level.
    public convenience init(
        _ name: String, in module: Module, period: SimTime, duty: Double = 0.5, start: SimTime = .zero,
        first: Edge = .rising
    ) { self.init(name, in: module, .period(period.picoseconds), duty, start, first) }

    /// A clock of `module` with a frequency whose period need not be a whole number of picoseconds.
    public convenience init(
        _ name: String, in module: Module, frequency: Frequency, duty: Double = 0.5, start: SimTime = .zero,
        first: Edge = .rising
    ) { self.init(name, in: module, .frequency(frequency), duty, start, first) }

    private init(_ name: String, in module: Module, _ rate: Rate, _ duty: Double, _ start: SimTime, _ first: Edge) {
        self.rate = rate
        self.duty = duty
        self.start = start
        self.first = first
        tick = Event("\(name).tick", in: module)
        super.init(name, .module(module), first == .falling, .one, isBuffer: false, isResolved: false)
        let period = Self.time(of: 1, rate)
        let high = self.high
        precondition(
            period >= 2 && high > 0 && high < period,
            "The clock “\(path)” needs a period and both of its parts of at least one picosecond.")
        // The body holds the clock until the simulation is taken down, as long as the event may fire.
        module.method("\(name).tick", sensitiveTo: [tick], initialize: false) { [self] in advance() }
        scheduler.startHearers.append(self)
    }

    /// From one rising edge to the next; rounded, if the frequency has no whole period.
    public var period: SimTime { SimTime(picoseconds: Self.time(of: 1, rate)) }
    /// The part of the period in which the clock is true.
    public var dutyCycle: Double { duty }

    /// Picoseconds of the part of the period that follows the first edge, or of the true part.
    private var high: UInt64 { UInt64((Double(Self.time(of: 1, rate)) * duty).rounded()) }
    private var firstPart: UInt64 { first == .rising ? high : Self.time(of: 1, rate) - high }

    /// The beginning of period `index`, from the first edge on; the greatest number beyond the range.
    private static func time(of index: UInt64, _ rate: Rate) -> UInt64 {
        switch rate {
        case .period(let period):
            let (time, overflow) = period.multipliedReportingOverflow(by: index)
            return overflow ? .max : time
        case .frequency(let frequency): return frequency.time(ofCycle: index).picoseconds
        }
    }

    private func advance() {
        let rises = (edges % 2 == 0) == (first == .rising)
        edges += 1
        write(rises)
        notifyNext()
    }

    /// Edge n stands at start + period n / 2, and odd ones a part of the period later.
    private func notifyNext() {
        let begin = Self.time(of: edges / 2, rate)
        let (edge, overflow) = begin.addingReportingOverflow(edges % 2 == 0 ? 0 : firstPart)
        let (time, late) = edge.addingReportingOverflow(origin)
        guard begin != .max, !overflow, !late, time != .max else {
            return refuse("its next edge exceeds the range of simulated time", expected: "a run that ends before")
        }
        tick.notify(at: SimTime(picoseconds: time))
    }

    /// The time of the first edge.
    private var origin: UInt64 = 0

    /// The simulation starts, for the first time or after a reset.
    func simulationStarts() {
        if !scheduler.hasStarted { begin() }
    }

    /// The first edge is `start` from now on.
    func begin() {
        edges = 0
        origin = scheduler.now.saturatingAdd(start).picoseconds
        notifyNext()
    }

    public override func reset() {
        edges = 0
        super.reset()
    }

    public override func save(to writer: inout SnapshotWriter) throws(SnapshotError) {
        try super.save(to: &writer)
        writer.write(edges)
        writer.write(origin)
    }

    public override func restore(from reader: inout SnapshotReader) throws(SnapshotError) {
        try super.restore(from: &reader)
        edges = try reader.read()
        origin = try reader.read()
    }
}
