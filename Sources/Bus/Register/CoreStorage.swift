/// The core of a device in plain memory that the device owns: an access to it is not checked for exclusiveness, which
/// costs as much as a register read. The shell must not let anything come back to the core while it is being changed:
/// lines are driven and events notified after the access.
public struct CoreStorage<Core>: ~Copyable {
    // SAFETY: allocated and initialised in `init`, freed only in `deinit`.
    @usableFromInline let place: UnsafeMutablePointer<Core>

    @inlinable public init(_ core: Core) {
        place = .allocate(capacity: 1)
        place.initialize(to: core)
    }

    @inlinable deinit {
        place.deinitialize(count: 1)
        place.deallocate()
    }

    @inlinable public var core: Core {
        @inline(__always) _read { yield place.pointee }
        @inline(__always) nonmutating _modify { yield &place.pointee }
    }
}
