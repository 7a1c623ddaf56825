import Synchronization

/// Asks for memory before it is needed.
enum WarmUp {
    /// Loads from `address` without using the value. A relaxed atomic load, because the compiler keeps those; nobody
    /// waits for it, so that several run side by side.
    @inline(__always) static func touch(_ address: UnsafeRawPointer) {
        _ = address.assumingMemoryBound(to: Atomic<UInt8>.self).pointee.load(ordering: .relaxed)
    }
}
