import Glibc
import Synchronization

/// A function with a stack of its own that can be left in the middle and continued there.
///
/// `resume()` runs the body until it calls `suspend()` or ends; both cost a few nanoseconds, allocate nothing and count no
/// references. Errors do not cross the border: a body catches what it throws. A coroutine, its pool and whoever resumes it
/// live on one host thread. Coroutines may resume each other as calls nest.
///
/// A coroutine that is dropped while it is suspended gives its stack back, but what its frames hold is never released:
/// let the body end instead, for instance by throwing from where it waits.
public final class Coroutine {
    /// What the message about an overflow of the stack calls this coroutine. Empty unless it is set.
    public var name: String {
        get { stack?.control.pointee.name.map { String(cString: $0) } ?? lastName }
        set {
            lastName = newValue
            guard let control = stack?.control else { return }
            Glibc.free(control.pointee.name)
            control.pointee.name = strdup(newValue)
        }
    }

    // Unchecked, because a check costs as much as a switch: both are only ever touched for an instant.
    /// Whether the body has begun.
    @exclusivity(unchecked) public private(set) var isStarted = false
    /// Whether the body has returned.
    @exclusivity(unchecked) public private(set) var isFinished = false

    private let control: UnsafeMutablePointer<CoroutineControl>
    private let switchStack: SwitchStack
    private let pool: CoroutineStackPool
    private var stack: CoroutineStack?
    private var body: ((Coroutine) -> Void)?
    private var lastName = ""

    /// A coroutine that will run `body` on a stack of `pool`, from the first ``resume()`` on.
    public init(pool: CoroutineStackPool, body: @escaping (Coroutine) -> Void) {
        let stack = pool.take()
        self.pool = pool
        self.stack = stack
        self.body = body
        control = stack.control
        switchStack = CoroutineSwitch.switchStack
        control.initialize(to: CoroutineControl())
        control.pointee.suspended = CoroutineSwitch.prepare(
            top: UnsafeMutableRawPointer(control), bottom: stack.bottom, entry: Self.entry,
            argument: Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        endUseOfStack()
    }

    /// Runs the body until it suspends or ends. Called from outside a coroutine that has not finished. One that has
    /// finished keeps its stack until it is dropped; that may happen before this call returns, when the coroutine has
    /// transferred to another one.
    public func resume() {
        precondition(!isFinished, "a coroutine that has finished cannot be resumed")
        let control = control
        guard control.pointee.resumer == nil, let suspended = control.pointee.suspended else {
            preconditionFailure("a coroutine cannot resume itself")
        }
        CoroutineExclusivity.unpark(control.exclusivity)
        switchStack(control.resumer, suspended)
        // Nothing of this object from here on: while others ran that it transferred to, it may have ended and gone.
    }

    /// Returns to whoever resumed; comes back at the next ``resume()``. Called from inside the body.
    public func suspend() {
        let control = control
        switchStack(control.suspended, Self.leave(control))
    }

    /// Suspends this coroutine and continues `other`, which takes over its resumer: one switch where returning and
    /// resuming take two. Called from inside the body; `other` has not finished and does not run.
    public func transfer(to other: Coroutine) {
        precondition(!other.isFinished, "a coroutine that has finished cannot be continued")
        link.transfer(to: other.link, .unknown)
    }

    /// Where it continues, for switches that do without the object. Valid until the body has returned.
    public var link: CoroutineLink { CoroutineLink(control) }

    /// What every way out of a coroutine does first: whoever leaves parks its accesses, because whoever is come back to
    /// does not know who left. Where its resumer continues.
    @inline(__always) fileprivate static func leave(
        _ control: UnsafeMutablePointer<CoroutineControl>
    ) -> UnsafeMutableRawPointer {
        guard let resumer = control.pointee.resumer else {
            preconditionFailure("only a coroutine that runs can suspend itself")
        }
        control.pointee.resumer = nil
        CoroutineExclusivity.park(control.exclusivity)
        return resumer
    }

    /// Whether `address` lies in the inaccessible pages below the stack.
    public func guardPageContains(_ address: UnsafeRawPointer) -> Bool {
        guard let stack else { return false }
        return address >= UnsafeRawPointer(stack.bottom - StackSlab.guardSize)
            && address < UnsafeRawPointer(stack.bottom)
    }

    /// The first frame of every stack. The last switch never comes back, so this frame must own nothing.
    private static let entry: StackEntry = { argument in
        let (switchStack, control) = run(argument)
        switchStack(control.suspended, leave(control))
        Fatal.exit("A coroutine that has finished was resumed.")
    }

    /// Runs the body in a frame that returns, and so releases what it holds, before the last switch.
    @inline(never) private static func run(
        _ argument: UnsafeMutableRawPointer
    ) -> (SwitchStack, UnsafeMutablePointer<CoroutineControl>) {
        // SAFETY: whoever resumes holds the coroutine.
        Unmanaged<Coroutine>.fromOpaque(argument)._withUnsafeGuaranteedRef { coroutine in
            coroutine.isStarted = true
            let body = coroutine.body.take()
            body?(coroutine)
            coroutine.isFinished = true
            return (coroutine.switchStack, coroutine.control)
        }
    }

    @inline(never) private func endUseOfStack() {
        guard let stack else { return }
        Glibc.free(stack.control.pointee.name)
        stack.control.pointee.name = nil
        self.stack = nil
        pool.giveBack(stack)
    }
}

/// What a switch needs, in the cache line above the first frame.
struct CoroutineControl {
    /// Where the coroutine continues, while it is suspended.
    var suspended: UnsafeMutableRawPointer?
    /// Where its resumer continues, while it runs; nil otherwise.
    var resumer: UnsafeMutableRawPointer?
    /// For ``CoroutineExclusivity``.
    var exclusivity: (UInt64, UInt64) = (0, 0)
    /// What switches away from this stack to a peer, here so that it is found in the same cache line.
    let switchToPeer = CoroutineSwitch.switchToPeer
    /// A C string that the handler of faults can read, owned.
    var name: UnsafeMutablePointer<CChar>?
}

/// The stack of a coroutine that has not finished, as a bare pointer: for a scheduler that switches from one thread to
/// the next and must touch no more memory than it has to. Whoever keeps one keeps the coroutine.
public struct CoroutineLink {
    private let control: UnsafeMutablePointer<CoroutineControl>

    init(_ control: UnsafeMutablePointer<CoroutineControl>) { self.control = control }

    /// Loads what a switch to it will touch, so that the switch does not wait for it.
    @inline(__always) public func warmUp() {
        guard let frames = control.pointee.suspended else { return }
        _ = UnsafeRawPointer(frames).assumingMemoryBound(to: Atomic<UInt>.self).pointee.load(ordering: .relaxed)
    }

    /// As ``Coroutine/transfer(to:)``. `accesses` is that of the host thread.
    public func transfer(to other: CoroutineLink, _ accesses: OpenAccesses) {
        let (control, other) = (control, other.control)
        guard other.pointee.resumer == nil, let suspended = other.pointee.suspended else {
            preconditionFailure("a coroutine cannot transfer to one that runs")
        }
        let parked = control.pointee.exclusivity.0 | other.pointee.exclusivity.0
        if accesses.areNone && parked == 0 {
            // Nothing is open on this stack or below it, and the other one parked nothing: both calls would do nothing.
            guard let resumer = control.pointee.resumer else {
                preconditionFailure("only a coroutine that runs can suspend itself")
            }
            other.pointee.resumer = resumer
            control.pointee.resumer = nil
        } else {
            other.pointee.resumer = Coroutine.leave(control)
            CoroutineExclusivity.unpark(other.exclusivity)
        }
        control.pointee.switchToPeer(control.suspended, suspended)
    }
}

// The fields that are handed out by address, which no access in Swift's sense may cover while another stack runs.
extension UnsafeMutablePointer<CoroutineControl> {
    fileprivate var suspended: UnsafeMutablePointer<UnsafeMutableRawPointer?> {
        UnsafeMutableRawPointer(self).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    }

    fileprivate var resumer: UnsafeMutablePointer<UnsafeMutableRawPointer?> { suspended + 1 }

    fileprivate var exclusivity: UnsafeMutableRawPointer { UnsafeMutableRawPointer(self) + 16 }
}
