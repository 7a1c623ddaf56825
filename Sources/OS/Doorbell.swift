import Glibc

/// A bell that one thread waits for and any thread, also a signal handler, rings. Rings are counted, so that none that
/// comes before the wait is lost.
public final class Doorbell: Sendable {
    // SAFETY: the semaphore is created before the pointer escapes, is used only through calls that POSIX declares
    // thread-safe (and, for `sem_post`, async-signal-safe), and is destroyed when nobody refers to the bell any more.
    private nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>

    public init() {
        semaphore = .allocate(capacity: 1)
        let result = sem_init(semaphore, 0, 0)
        precondition(result == 0, "A process-private semaphore cannot be refused: the count is zero.")
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Wakes the waiter, or lets its next wait return at once.
    public func ring() { sem_post(semaphore) }

    /// Blocks until the bell has been rung once more than it was waited for.
    public func wait() {
        while sem_wait(semaphore) != 0 && errno == EINTR {}
    }
}
