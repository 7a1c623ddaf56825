import Glibc

/// What this process has used of the host: for reports and benchmarks, never for the simulation.
public enum ProcessUsage {
    /// Seconds of a clock that only goes forward.
    public static func wallSeconds() -> Double { HostClock.monotonic.seconds }

    /// Processor time of all threads, user and system, in seconds.
    public static func cpuSeconds() -> Double { HostClock.processCPU.seconds }

    /// Resident memory in bytes, as of now; zero where the kernel does not say.
    public static func residentBytes() -> UInt64 { statm(field: 1) }

    /// Mapped memory in bytes, as of now; zero where the kernel does not say.
    public static func virtualBytes() -> UInt64 { statm(field: 0) }

    /// The most memory that was ever resident, in bytes.
    public static func peakResidentBytes() -> UInt64 {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return UInt64(usage.ru_maxrss) * 1024
    }

    /// A field of `/proc/self/statm`, which counts pages.
    private static func statm(field: Int) -> UInt64 {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            guard count > 0 else { return 0 }
            let fields = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
            guard fields.indices.contains(field), let pages = UInt64(fields[field]) else { return 0 }
            return pages * UInt64(Page.size)
        }
    }
}
