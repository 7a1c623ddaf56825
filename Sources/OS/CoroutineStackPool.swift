import Glibc

/// Stacks for coroutines. A stack is mapped once and used by one coroutine after the other.
///
/// Stacks come in slabs; below each lie inaccessible pages, so that an overflow faults (see ``FaultHandler``). Only pages
/// that were touched are resident: a stack costs one page until its coroutine goes deep. About 32,000 stacks fit the
/// default of `vm.max_map_count`, two mappings each.
///
/// A pool belongs to one host thread, as its coroutines do.
public final class CoroutineStackPool {
    /// The bytes that a coroutine may use, in whole pages.
    public let stackSize: Int

    private var slabs: [StackSlab] = []
    private var free: [CoroutineStack] = []
    /// The stacks of the last slab that have never been handed out begin here.
    private var nextIndex = 0
    private var owner: pthread_t?

    /// A pool of stacks of at least `stackSize` bytes, which must be from 16 KiB to 1 GiB.
    public init(stackSize: Int = 256 * 1024) {
        precondition((16 * 1024...1 << 30).contains(stackSize), "a stack has from 16 KiB to 1 GiB")
        self.stackSize = Page.roundUp(stackSize)
        FaultHandler.install()
    }

    deinit {
        for slab in slabs { slab.unmap() }
    }

    /// How many stacks have been mapped so far.
    public var mappedStacks: Int { slabs.reduce(0) { $0 + $1.count } - (slabs.last.map { $0.count - nextIndex } ?? 0) }

    func take() -> CoroutineStack {
        if owner != pthread_self() {
            owner = pthread_self()
            AlternateStack.provide()
        }
        if let stack = free.popLast() { return stack }
        if let slab = slabs.last, nextIndex < slab.count { return takeFresh(slab) }
        // Slabs grow with the pool, so that one thread costs little and ten thousand need few mappings.
        let slab = StackSlab(stackSize: stackSize, count: min(1024, 8 << slabs.count))
        slabs.append(slab)
        nextIndex = 0
        return takeFresh(slab)
    }

    func giveBack(_ stack: CoroutineStack) {
        free.append(stack)
    }

    private func takeFresh(_ slab: StackSlab) -> CoroutineStack {
        let stack = slab.stack(at: nextIndex)
        guard mprotect(stack.bottom - StackSlab.guardSize, StackSlab.guardSize, PROT_NONE) == 0 else {
            Fatal.exit(
                OSError("mprotect"),
                while: "guarding the stack of thread process \(mappedStacks + 1) (the limit is vm.max_map_count)")
        }
        nextIndex += 1
        return stack
    }
}

/// One stack: from `bottom` up to its control block.
struct CoroutineStack {
    /// The lowest byte that may be used.
    let bottom: UnsafeMutableRawPointer
    /// The words at the top of the stack that belong to its coroutine; the frames begin below. Aligned to 64.
    let control: UnsafeMutablePointer<CoroutineControl>
}

/// A mapping of equal stacks, each above its guard.
struct StackSlab {
    let base: UnsafeMutableRawPointer
    let count: Int
    let stride: Int
    private let registration: StackRegistry.Entry

    /// More than a page, because a function with large locals can step over one. It costs address space only.
    static let guardSize = 64 * 1024

    init(stackSize: Int, count: Int) {
        self.count = count
        stride = stackSize + Self.guardSize
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let base = mmap(nil, stride * count, PROT_READ | PROT_WRITE, flags, -1, 0), base != MAP_FAILED else {
            Fatal.exit(OSError("mmap"), while: "mapping \(count) stacks of \(stackSize / 1024) KiB")
        }
        // With huge pages one touched byte would make 2 MiB of stacks resident.
        madvise(base, stride * count, 15)
        self.base = base
        registration = StackRegistry.add(base: base, stride: stride, count: count)
    }

    func unmap() {
        StackRegistry.remove(registration)
        munmap(base, stride * count)
    }

    func stack(at index: Int) -> CoroutineStack {
        CoroutineStack(
            bottom: base + index * stride + Self.guardSize,
            control: Self.control(base: base, stride: stride, index: index))
    }

    /// Where the control block of a stack lies. Tops differ in colour: at equal offsets in their pages they would compete
    /// for the same sets of the cache. As many colours as leave a kilobyte of the top page for the frames of a thread that
    /// does not go deep.
    static func control(
        base: UnsafeMutableRawPointer, stride: Int, index: Int
    ) -> UnsafeMutablePointer<CoroutineControl> {
        let top = base + (index + 1) * stride - (index &* 7 % 48) * 64
        return (top - 64).assumingMemoryBound(to: CoroutineControl.self)
    }
}
