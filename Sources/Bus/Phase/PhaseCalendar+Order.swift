import TandemKernel

/// Delivery under `-order SEED`: what is due at one instant in different queues may come in any order; what is due in one
/// queue stays first in, first out.
extension UnsafeMutablePointer<PhaseCalendarState> {
    // Through the pointer only: whoever is delivered to comes back to the same memory.
    func deliverInAnyOrder(_ seed: UInt64, _ event: Event, _ scheduler: Scheduler) {
        let now = scheduler.now.picoseconds
        let delta = scheduler.presentDelta
        pointee.now = now
        pointee.delta = delta
        var generator = SplitMix64(seed: seed ^ now &* 0x9e37_79b9_7f4a_7c15 ^ delta)
        var due: [ScheduledTransaction] = []
        while !pointee.deltas.isEmpty && pointee.deltas.firstTime != delta {
            due.append(pointee.deltas.removeFirst().pointee)
        }
        pointee.timed.settle()
        while !pointee.timed.isEmpty && pointee.timed.firstTime <= now {
            due.append(pointee.timed.removeFirst().pointee)
            pointee.timed.settle()
        }
        var queues: [UnsafeMutablePointer<PhaseQueueState>?] = []
        for entry in due where !queues.contains(entry.queue) { queues.append(entry.queue) }
        queues.shuffle(using: &generator)
        while deliverImmediate() {}
        for queue in queues {
            for entry in due where entry.queue == queue {
                if scheduler.isEvaluationDropped { break }
                entry.deliver()
                while deliverImmediate() {}
            }
        }
        pointee.now = .max
        pointee.timed.settle()
        if !pointee.deltas.isEmpty {
            event.notifyDelta()
        } else if !pointee.timed.isEmpty {
            event.notify(at: SimTime(picoseconds: pointee.timed.firstTime))
        }
    }
}
