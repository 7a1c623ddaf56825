/// The leaves of the delta cycle: what the loop does, and what a thread that waits does in its place.
extension SchedulerCore {
    /// What became runnable is the pass under way; what becomes runnable from here on stands in the next one.
    @inline(__always) mutating func beginPass() {
        passMethods = methods
        passThreads = threads
        methods.removeAll()
        threads.removeAll()
        evaluated = true
        if let orderSeed { permutePass(orderSeed) }
    }

    /// Counts the evaluation phase that has come to its end.
    @inline(__always) mutating func endEvaluation() {
        current = nil
        if evaluated {
            evaluated = false
            deltaCount &+= 1
            stamp &+= 1
        }
    }

    /// Fires the delta notifications. None is added meanwhile, since no process runs.
    @inline(__always) mutating func fireDeltas() {
        if let orderSeed { permuteDeltas(orderSeed) }
        let count = deltas.takeAll()
        var index = 0
        while index < count {
            if let node = deltas.taken(index) {
                node.pointee.state = .idle
                fire(node)
            }
            index &+= 1
        }
    }

    /// Advances to `time`, the least in the queue, and fires everything of that time.
    @inline(__always) mutating func advance(to time: UInt64) {
        clock.pointee.now = time
        if queue.needsRefill { refill() }
        if let orderSeed { permuteTime(orderSeed) }
        fire(queue.popFirst())
        while let node = queue.popSameTime() { fire(node) }
    }

    @inline(never) private mutating func refill() {
        queue.refill()
        if queue.isLarge { warmFront() }
    }

    /// Loads what firing the next entries will touch: side by side, where firing would load one after the other.
    private func warmFront() {
        queue.forEachInFront { WarmUp.touch($0) }
        queue.forEachInFront { node in
            let raw = UnsafeMutableRawPointer(node)
            if node.pointee.owner == .event {
                let event = raw.assumingMemoryBound(to: EventRecord.self)
                if let listener = event.pointee.listener { WarmUp.touch(listener) }
                if let object = event.pointee.object { WarmUp.touch(object.toOpaque() + 32) }
            }
        }
        queue.forEachInFront { node in
            let raw = UnsafeMutableRawPointer(node)
            let process =
                node.pointee.owner == .event
                ? raw.assumingMemoryBound(to: EventRecord.self).pointee.listener
                : raw.assumingMemoryBound(to: ProcessRecord.self)
            if let process, !process.pointee.isThread, let context = process.codeContext { WarmUp.touch(context) }
        }
    }

    // MARK: Permutation

    private func permutation(_ seed: UInt64) -> OrderPermutation {
        OrderPermutation(seed: seed, time: clock.pointee.now, delta: deltaCount)
    }

    @inline(never) private mutating func permutePass(_ seed: UInt64) {
        var permutation = permutation(seed)
        passMethods.permute(&permutation)
        passThreads.permute(&permutation)
    }

    @inline(never) private mutating func permuteDeltas(_ seed: UInt64) {
        var permutation = permutation(seed)
        deltas.permute(&permutation)
    }

    /// Permutes what is pending at the least time; priorities stay in order.
    @inline(never) private mutating func permuteTime(_ seed: UInt64) {
        var permutation = permutation(seed)
        queue.permuteFirstTime(&permutation)
    }
}
