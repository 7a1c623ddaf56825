import Glibc

/// How much of the process is in the host's memory.
public enum ResidentMemory {
    /// The resident set now, in bytes; 0 where `/proc` is not there.
    public static var current: Int {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            guard count > 0 else { return 0 }
            // proc(5): size resident shared text lib data dt, in pages.
            let fields = buffer[..<count].split(separator: UInt8(ascii: " "))
            guard fields.count > 1 else { return 0 }
            return fields[1].reduce(0) { $0 * 10 + Int($1) - Int(UInt8(ascii: "0")) } * Page.size
        }
    }

    /// The largest resident set so far, in bytes.
    public static var peak: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        // Linux counts in KiB.
        return usage.ru_maxrss * 1024
    }
}
