/// How far initiators of one simulation may run ahead of it, and how far they were found ahead of what concerned them.
/// `docs/design/quantum.md` has the rules and their proof.
public final class GlobalQuantum {
    /// Whether the quantum follows from the platform: initiators run to the horizon, bounded by `automaticBound`.
    public var isAutomatic = true { didSet { settle() } }
    /// How many initiators run ahead of time; they say so during elaboration.
    public private(set) var initiatorCount = 0 { didSet { settle() } }
    /// The largest skew that the platform puts up with; `never` for no bound. With one initiator there is none to bound.
    /// With zero, initiators sync after every access.
    public var maxSkew = SimTime.never { didSet { settle() } }
    private var explicitValue = SimTime.zero
    /// What follows from all of these.
    private var inForce = SimTime.zero
    private var largest = SimTime.zero
    private var largestCase: SkewRecord?
    // SAFETY: the simulation owns both. Unmanaged, so that a sync counts no references.
    private let scheduler: Unmanaged<Scheduler>

    init(_ scheduler: Scheduler) {
        self.scheduler = .passUnretained(scheduler)
        settle()
    }

    private func settle() { inForce = bounded(isAutomatic ? automaticBound : explicitValue) }

    /// Announces an initiator that runs ahead.
    public func addInitiator() { initiatorCount += 1 }

    /// The bound of the automatic quantum: with one initiator the horizon makes every event exact, and the bound only
    /// says how soon a wish to stop is seen; with several it is the largest skew between them.
    public var automaticBound: SimTime { initiatorCount > 1 ? .microseconds(10) : .milliseconds(1) }

    /// The quantum in force, never larger than `maxSkew` where several initiators run ahead. Setting it ends the
    /// automatic choice; zero makes initiators sync after every access.
    public var value: SimTime {
        get { inForce }
        set {
            explicitValue = newValue
            isAutomatic = false
        }
    }

    /// A quantum as the bound on skew allows it.
    func bounded(_ quantum: SimTime) -> SimTime { initiatorCount == 1 ? quantum : min(quantum, maxSkew) }

    private var now: SimTime { scheduler._withUnsafeGuaranteedRef { $0.now } }

    /// From now to the next multiple of the quantum; the whole quantum on a multiple, zero when the quantum is zero
    /// (IEEE 1666-2023, tlm_global_quantum).
    public func localQuantum() -> SimTime { localQuantum(of: value) }

    /// The same for a quantum of the caller's own.
    public func localQuantum(of quantum: SimTime) -> SimTime {
        if quantum == .zero { return .zero }
        return quantum - now % quantum
    }

    /// The time of the next sync point of an initiator that stands at now: the end of the quantum, or the horizon if
    /// that is earlier.
    public func syncPoint() -> SimTime { syncPoint(of: value) }

    /// The same for a quantum of the caller's own.
    public func syncPoint(of quantum: SimTime) -> SimTime {
        min(now.saturatingAdd(localQuantum(of: quantum)), scheduler._withUnsafeGuaranteedRef { $0.horizon })
    }

    // MARK: Skew

    /// The largest skew so far: an initiator had acted at a time that lay so far behind the time of something that
    /// concerned it.
    public var largestSkew: SimTime { largest }

    /// Between whom the largest skew lay; nothing while there was none. Of equal ones the first.
    public var skewRecord: SkewRecord? { largestCase }

    /// Says that `initiator` had begun something `skew` after `time`, at which something happened that concerned it. Who
    /// was late is the module of the process that runs, unless the caller knows better.
    public func noteSkew(_ skew: SimTime, at time: SimTime, ahead initiator: Module, late: Module? = nil) {
        guard isNotable(skew, at: time) else { return }
        let culprit = late ?? scheduler.takeUnretainedValue().currentProcess?.module
        let record = SkewRecord(
            skew: skew, time: time, ahead: initiator.path, late: culprit?.path ?? SkewRecord.outside)
        if series?.isNotable(skew, at: time) == true { series?.note(record) }
        guard skew > largest else { return }
        largest = skew
        largestCase = record
    }

    /// Whether a skew is larger than what is known: of the run, and of its bin where bins are measured.
    public func isNotable(_ skew: SimTime, at time: SimTime) -> Bool {
        skew > largest || series?.isNotable(skew, at: time) == true
    }

    /// The largest skew of each bin of simulated time; nothing while only the largest of the run is kept.
    public private(set) var series: SkewSeries?

    /// Keeps the largest skew of each bin of `width` from now on; nil ends that.
    public func measureSkew(inBins width: SimTime?) {
        precondition(width != .zero, "a bin takes time")
        series = width.map { SkewSeries(binWidth: $0, start: now) }
    }
}
