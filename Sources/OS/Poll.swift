import Glibc

/// Waits for several descriptors at once, and for a call from another thread or from a signal handler.
public final class Poll: Sendable {
    /// What a descriptor is waited for, or is ready for.
    public struct Readiness: OptionSet, Sendable {
        public let rawValue: Int16
        public init(rawValue: Int16) { self.rawValue = rawValue }

        /// A read will not wait; at the end of the stream it returns nothing.
        public static let readable = Readiness(rawValue: Int16(POLLIN))
        /// A write will not wait.
        public static let writable = Readiness(rawValue: Int16(POLLOUT))
        /// The other side is gone. Reported without being asked for.
        public static let hungUp = Readiness(rawValue: Int16(POLLHUP))
        /// The descriptor is broken or not open. Reported without being asked for.
        public static let failed = Readiness(rawValue: Int16(POLLERR | POLLNVAL))
    }

    /// One descriptor, what is wanted of it, and after a wait what it is ready for.
    public struct Entry: Sendable {
        public var descriptor: Int32
        public var wanted: Readiness
        public var ready: Readiness = []

        /// A wish. A negative descriptor is passed over.
        public init(_ descriptor: Int32, _ wanted: Readiness = .readable) {
            self.descriptor = descriptor
            self.wanted = wanted
        }
    }

    private let pipe: Pipe

    /// A place to wait at.
    public init() throws(OSError) {
        pipe = try Pipe(isNonBlocking: true)
    }

    /// Ends the wait that is under way, or else the next one at once. Async-signal-safe.
    public func wakeUp() {
        var byte: UInt8 = 1
        // A full pipe is awake already.
        _ = write(pipe.writing.number, &byte, 1)
    }

    /// Waits until an entry is ready, ``wakeUp()`` is called or the time is over, and fills in what is ready. A nil timeout
    /// waits for ever, 0 not at all. Returns whether ``wakeUp()`` was called.
    @discardableResult
    public func wait(_ entries: inout [Entry], milliseconds timeout: Int? = nil) throws(OSError) -> Bool {
        var descriptors = [pollfd(fd: pipe.reading.number, events: Int16(POLLIN), revents: 0)]
        for entry in entries {
            descriptors.append(pollfd(fd: entry.descriptor, events: entry.wanted.rawValue, revents: 0))
        }
        let end = timeout.map { HostClock.monotonic.nanoseconds + UInt64(max(0, $0)) * 1_000_000 }
        var rest = Int32(clamping: timeout ?? -1)
        while poll(&descriptors, nfds_t(descriptors.count), rest) < 0 {
            guard errno == EINTR else { throw OSError("poll") }
            if let end {
                let now = HostClock.monotonic.nanoseconds
                rest = end > now ? Int32(clamping: (end - now + 999_999) / 1_000_000) : 0
            }
        }
        for index in entries.indices { entries[index].ready = Readiness(rawValue: descriptors[index + 1].revents) }
        guard descriptors[0].revents != 0 else { return false }
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            while read(pipe.reading.number, buffer.baseAddress, buffer.count) > 0 {}
        }
        return true
    }
}
