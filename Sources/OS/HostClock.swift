import Glibc

/// The clocks of the host. None of them may reach the simulation, whose time comes from its own events.
public enum HostClock: Sendable {
    /// Goes forward only, from an arbitrary beginning.
    case monotonic
    /// The time of day since 1970-01-01 00:00 UTC, which can be set.
    case realtime
    /// Processor time of the calling thread.
    case threadCPU
    /// Processor time of all threads of the process.
    case processCPU

    /// The time of this clock in nanoseconds.
    public var nanoseconds: UInt64 {
        let clock =
            switch self {
            case .monotonic: CLOCK_MONOTONIC
            case .realtime: CLOCK_REALTIME
            case .threadCPU: CLOCK_THREAD_CPUTIME_ID
            case .processCPU: CLOCK_PROCESS_CPUTIME_ID
            }
        var time = timespec()
        let result = clock_gettime(clock, &time)
        precondition(result == 0, "the four clocks of POSIX are there")
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The time of this clock in seconds.
    public var seconds: Double { Double(nanoseconds) * 1e-9 }

    /// Seconds since 1970-01-01 00:00 of the time of day: of UTC, or of what clocks on the wall show where the host stands.
    public static func timeOfDay(isLocal: Bool) -> UInt64 {
        var seconds = time_t(HostClock.realtime.nanoseconds / 1_000_000_000)
        if isLocal {
            var parts = tm()
            if localtime_r(&seconds, &parts) != nil { seconds += parts.tm_gmtoff }
        }
        return UInt64(max(0, seconds))
    }

    /// Blocks the calling thread for at least `nanoseconds`, signals notwithstanding.
    public static func pause(nanoseconds: UInt64) {
        var wanted = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var rest = timespec()
        while nanosleep(&wanted, &rest) != 0, errno == EINTR { wanted = rest }
    }
}
