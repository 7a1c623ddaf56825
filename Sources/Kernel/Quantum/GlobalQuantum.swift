/// How far initiators of one simulation may run ahead of it.
public final class GlobalQuantum {
    /// Whether the quantum follows from the platform: initiators run to the horizon, bounded by `automaticBound`.
    public var isAutomatic = true
    /// How many initiators run ahead of time; they say so during elaboration.
    public private(set) var initiatorCount = 0
    private var explicitValue = SimTime.zero
    private unowned(unsafe) let scheduler: Scheduler

    init(_ scheduler: Scheduler) { self.scheduler = scheduler }

    /// Announces an initiator that runs ahead.
    public func addInitiator() { initiatorCount += 1 }

    /// The bound of the automatic quantum: with one initiator the horizon makes every event exact, and the bound only
    /// says how soon a wish to stop is seen; with several it is the largest skew between them.
    public var automaticBound: SimTime { initiatorCount > 1 ? .microseconds(10) : .milliseconds(1) }

    /// The quantum in force. Setting it ends the automatic choice; zero makes initiators sync after every access.
    public var value: SimTime {
        get { isAutomatic ? automaticBound : explicitValue }
        set {
            explicitValue = newValue
            isAutomatic = false
        }
    }

    /// From now to the next multiple of the quantum; the whole quantum on a multiple, zero when the quantum is zero
    /// (IEEE 1666-2023, tlm_global_quantum).
    public func localQuantum() -> SimTime {
        let quantum = value
        if quantum == .zero { return .zero }
        return quantum - scheduler.now % quantum
    }

    /// The time of the next sync point of an initiator that stands at now: the end of the quantum, or the horizon if
    /// that is earlier.
    public func syncPoint() -> SimTime {
        min(scheduler.now.saturatingAdd(localQuantum()), scheduler.horizon)
    }
}
