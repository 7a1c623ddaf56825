import TandemKernel

/// What has happened between two moments. Counters that have become less were reset meanwhile: they count from there.
struct ActivityChange: Equatable {
    /// The later moment, with what was counted since the earlier one.
    private(set) var activity: Activity
    /// Seconds of simulated time, and of the host's while the machine ran.
    let simulatedSeconds: Double
    let hostSeconds: Double

    /// All that has happened up to `activity`.
    init(upTo activity: Activity) {
        self.activity = activity
        simulatedSeconds = activity.time.seconds
        hostSeconds = Double(activity.hostTime) / 1e9
    }

    init(from before: Activity, to after: Activity) {
        simulatedSeconds = after.time > before.time ? (after.time - before.time).seconds : 0
        hostSeconds = Double(Self.growth(before.hostTime, after.hostTime)) / 1e9
        activity = after
        activity.transactions = Self.growth(before.transactions, after.transactions)
        for index in activity.harts.indices {
            if let hart = before.harts.first(where: { $0.name == after.harts[index].name }) {
                activity.harts[index].instructions = Self.growth(hart.instructions, after.harts[index].instructions)
            }
        }
        for index in activity.links.indices {
            let now = after.links[index]
            if let link = before.links.first(where: { $0.initiator == now.initiator && $0.target == now.target }) {
                activity.links[index].accesses = Self.growth(link.accesses, now.accesses)
                activity.links[index].bytes = Self.growth(link.bytes, now.bytes)
                activity.links[index].errors = Self.growth(link.errors, now.errors)
                activity.links[index].latency = Self.growth(link.latency, now.latency)
            }
        }
        for index in activity.interrupts.indices {
            let now = after.interrupts[index]
            if let line = before.interrupts.first(where: { $0.line == now.line }) {
                activity.interrupts[index].raised = Self.growth(line.raised, now.raised)
                activity.interrupts[index].taken = Self.growth(line.taken, now.taken)
                activity.interrupts[index].claimed = Self.growth(line.claimed, now.claimed)
                activity.interrupts[index].answered = Self.growth(line.answered, now.answered)
                activity.interrupts[index].latency = Self.growth(line.latency, now.latency)
            }
        }
    }

    private static func growth(_ before: UInt64, _ after: UInt64) -> UInt64 { after >= before ? after - before : after }
}
