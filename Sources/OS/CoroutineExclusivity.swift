/// Parks the accesses that a suspended coroutine has open.
///
/// The Swift runtime keeps the accesses that are under way (an `inout` of a class's property, say) in a list of the thread
/// whose nodes lie on the stack. Without parking, two coroutines inside accesses of one object would be taken for a
/// conflict, and a suspended access would slow every later one. The runtime has the remedy for its own tasks and exports
/// it (stdlib/public/runtime/Exclusivity.cpp); this file is the only user here.
enum CoroutineExclusivity {
    // The runtime needs two words per coroutine, zero before the first switch. The first one is not zero when accesses
    // are parked, or when there are open ones below the coroutine that runs.

    /// Brings back what the coroutine had parked in `storage`. Called before the switch to it.
    @inline(__always) static func unpark(_ storage: UnsafeMutableRawPointer) { enterContext(storage) }

    /// Parks what the coroutine has open now. Called by the coroutine before it switches away.
    @inline(__always) static func park(_ storage: UnsafeMutableRawPointer) { exitContext(storage) }
}

@_extern(c, "swift_task_enterThreadLocalContext") private func enterContext(_ storage: UnsafeMutableRawPointer)
@_extern(c, "swift_task_exitThreadLocalContext") private func exitContext(_ storage: UnsafeMutableRawPointer)
