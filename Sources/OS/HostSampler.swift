import Glibc
import Synchronization

/// Looks from time to time at what the thread that made it is doing, and says how much processor time went where.
///
/// What the thread does it writes into two words of memory. The sampler reads them every half millisecond, from a thread
/// of its own, and adds the processor time that the watched thread has used since it last looked: an idle thread counts
/// nothing. What takes a fraction of the time is known with the usual error of so many samples.
public final class HostSampler: Sendable {
    /// What the two words were, and how much time was found with them.
    public struct Finding: Sendable {
        public var outer: UInt
        public var inner: UInt
        public var samples: Int
        public var nanoseconds: UInt64
    }

    private struct Key: Hashable {
        var outer: UInt
        var inner: UInt
    }

    /// What both threads see.
    private final class Tally: Sendable {
        let isEnded = Atomic<Bool>(false)
        let found = Mutex<[Key: (samples: Int, nanoseconds: UInt64)]>([:])
    }

    private let tally = Tally()
    private let thread: HostThread

    /// Begins to watch the calling thread. Both places must be valid until `end`.
    public init(outer: UnsafePointer<UInt>, inner: UnsafePointer<UInt>) throws(OSError) {
        var clock = clockid_t()
        let result = pthread_getcpuclockid(pthread_self(), &clock)
        guard result == 0 else { throw OSError("pthread_getcpuclockid", errno: Errno(rawValue: result)) }
        // Pointers cannot be sent to another thread, their addresses can.
        let (tally, watched) = (tally, clock)
        let places = (UInt(bitPattern: outer), UInt(bitPattern: inner))
        thread = try HostThread(name: "tandem-sampler") { Self.sample(tally, watched, places) }
    }

    /// Ends the watch. To be called once. In no particular order.
    public func end() -> [Finding] {
        tally.isEnded.store(true, ordering: .relaxed)
        thread.join()
        return tally.found.withLock { found in
            found.map {
                Finding(
                    outer: $0.key.outer, inner: $0.key.inner, samples: $0.value.samples,
                    nanoseconds: $0.value.nanoseconds)
            }
        }
    }

    private static func sample(_ tally: Tally, _ clock: clockid_t, _ places: (UInt, UInt)) {
        var before = time(of: clock)
        while !tally.isEnded.load(ordering: .relaxed) {
            HostClock.pause(nanoseconds: 500_000)
            let key = Key(outer: word(at: places.0), inner: word(at: places.1))
            let now = time(of: clock)
            tally.found.withLock { found in
                let old = found[key] ?? (0, 0)
                found[key] = (old.samples + 1, old.nanoseconds + (now - before))
            }
            before = now
        }
    }

    /// SAFETY: the place is valid until the sampler has ended, and aligned. The other thread writes whole words; any of
    /// them that is read was true at some time.
    private static func word(at address: UInt) -> UInt {
        guard let place = UnsafePointer<Atomic<UInt>>(bitPattern: address) else { return 0 }
        return place.pointee.load(ordering: .relaxed)
    }

    private static func time(of clock: clockid_t) -> UInt64 {
        var time = timespec()
        // The clock of a thread that has ended stands still: nothing is added.
        guard clock_gettime(clock, &time) == 0 else { return 0 }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
