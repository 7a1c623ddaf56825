import Glibc

/// A thread of the host, for what blocks on a descriptor. The simulation itself runs on one thread, which this is not.
///
/// Signals, faults apart, are handled on the threads that were there before.
public final class HostThread: Sendable {
    private final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let thread: pthread_t

    /// Starts a thread that runs `body`. The host shows the first 15 bytes of `name`.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(OSError) {
        var blocked = sigset_t()
        sigfillset(&blocked)
        for signal in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&blocked, signal) }
        var previous = sigset_t()
        pthread_sigmask(SIG_SETMASK, &blocked, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(body))
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw OSError("pthread_create", errno: Errno(rawValue: result))
        }
        _ = pthread_setname_np(thread, String(decoding: name.utf8.prefix(15), as: UTF8.self))
        self.thread = thread
    }

    /// Tells the calling thread from all others that run.
    public static var currentIdentifier: UInt { UInt(pthread_self()) }

    /// Waits for the body to return. To be called once, and for every thread: one that is never joined keeps its stack.
    public func join() {
        let result = pthread_join(thread, nil)
        precondition(result == 0, "a thread is joined once, and not by itself")
    }
}
