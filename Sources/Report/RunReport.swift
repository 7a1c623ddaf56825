public import TandemBus
public import TandemCPU
public import TandemKernel
public import TandemMachine

/// What a run did, as numbers. Everything but `host` is the same for two runs of the same platform with the same inputs,
/// on every host.
public struct RunReport: Equatable, Sendable {
    /// One processor and how many instructions it retired.
    public struct Processor: Equatable, Sendable {
        public var path: String
        public var instructions: UInt64
    }

    /// What depends on the host.
    public struct Host: Equatable, Sendable {
        /// Wall-clock time of the run, in seconds.
        public var seconds: Double
        /// Processor time of the process, in seconds.
        public var cpuSeconds: Double
        public var peakResidentBytes: UInt64
        /// Where processor time went, if that was measured, the longest first.
        public var modules: [HostShare]

        public init(seconds: Double, cpuSeconds: Double, peakResidentBytes: UInt64, modules: [HostShare] = []) {
            self.modules = modules
            self.seconds = seconds
            self.cpuSeconds = cpuSeconds
            self.peakResidentBytes = peakResidentBytes
        }
    }

    /// What a module took of the host's processor time, estimated from samples.
    public struct HostShare: Equatable, Sendable {
        /// Its path, or “(kernel)”.
        public var module: String
        public var cpuSeconds: Double = 0
        /// How often it was found at work.
        public var samples: Int = 0
    }

    public var platform: String
    public var simulated: SimTime
    public var processors: [Processor]
    /// Accesses that were sent as bus transactions; those through direct memory are only in `traffic`.
    public var transactions: UInt64
    public var deltaCycles: UInt64
    public var maxSkew: SimTime
    /// Between whom it lay; nothing while there was none.
    public var skew: SkewRecord?
    /// The largest skew of each bin; nothing unless traffic was measured over time.
    public var skewSeries: SkewSeries?
    /// The bound on skew that the platform or the user states; `never` for none.
    public var skewBound: SimTime
    /// The seed that permuted legal orders; nothing for first in, first out.
    public var orderSeed: UInt64?
    public var exitReason: ExitReason
    public var exitCode: Int32
    public var restarts: Int
    public var stateHash: UInt64
    /// By initiator and target, in the order in which they were made.
    public var traffic: [Traffic]
    /// The same for page walks, which are counted apart.
    public var pageWalks: [Traffic]
    public var interrupts: [Interrupt]
    /// What was measured over time (`-traffic-bin`), by initiator and target; empty if nothing was.
    public var series: [LinkSeries]
    /// What was counted by page (`-traffic pages`), by initiator; empty if nothing was.
    public var pages: [PageTrafficRecord]
    /// What functions and processes of the guest did (`-traffic functions,processes`), by hart; empty if nobody wanted it.
    public var functions: [FunctionRecord]
    public var processes: [ProcessRecord]
    /// The most accesses that were under way at a time, by initiator, where that was measured.
    public var outstanding: [Outstanding]
    /// Which of the platform's expectations of its traffic held.
    public var verdicts: [TrafficVerdict]
    /// What links of routers have carried whose accesses take time or compete.
    public var links: [LinkRecord]
    /// The ways that accesses can take from module to module.
    public var topology: [BusEdge]
    public var host: Host

    /// What one initiator asked of one target.
    public struct Traffic: Equatable, Sendable {
        public var initiator: String
        public var target: String
        public var reads: UInt64
        public var writes: UInt64
        public var fetches: UInt64
        public var readBytes: UInt64
        public var writeBytes: UInt64
        public var fetchBytes: UInt64
        public var errors: UInt64
        public var latency: SimTime
    }

    /// How many accesses of one initiator were under way at a time, as transactions or directly.
    public struct Outstanding: Equatable, Sendable {
        public var initiator: String
        public var most: Int
    }

    /// What happened on one line.
    public struct Interrupt: Equatable, Sendable {
        /// What drives it and where it ends, "uart0.interrupt -> plic.source10".
        public var line: String
        public var raised: UInt64
        public var taken: UInt64
        public var claimed: UInt64
        /// How long rises took to be taken by a hart.
        public var takenLatency: LineLatency
        /// How long rises took to be claimed by a guest.
        public var claimedLatency: LineLatency
    }

    /// All instructions.
    public var instructions: UInt64 { processors.reduce(0) { $0 + $1.instructions } }

    /// The state of `machine` after a run that ended with `outcome`.
    public init(_ machine: Machine, _ outcome: RunOutcome, host: Host) {
        let simulation = machine.simulation
        let directory = BusDirectory.of(simulation)
        platform = machine.platform.name
        simulated = simulation.scheduler.now
        processors = machine.processors.map { Processor(path: $0.path, instructions: $0.instructionsRetired) }
        traffic = directory.traffic.map(Traffic.init)
        pageWalks = directory.pageWalkTraffic.map(Traffic.init)
        transactions = directory.initiators.reduce(0) { $0 + $1.transactionCount }
        deltaCycles = simulation.scheduler.deltaCount
        maxSkew = simulation.quantum.largestSkew
        skew = simulation.quantum.skewRecord
        skewSeries = simulation.quantum.series
        skewBound = simulation.quantum.maxSkew
        orderSeed = simulation.scheduler.orderSeed
        exitReason = outcome.reason
        exitCode = outcome.code
        restarts = machine.restartCount
        stateHash = StateHash.of(machine)
        interrupts = machine.interruptRecords.map(Interrupt.init)
        links = directory.linkRecords
        topology = directory.topology
        series = directory.trafficSeries
        pages = directory.pageTraffic
        functions = machine.harts.flatMap(\.functionRecords)
        processes = machine.harts.flatMap(\.processRecords)
        verdicts = machine.checkTraffic()
        outstanding = directory.initiators.compactMap { [series] initiator in
            guard let meter = initiator.meter, meter.hasBins else { return nil }
            let name = directory.name(of: initiator.id)
            // Direct accesses come one after the other, as the transactions that they stand for do.
            let least = series.contains { $0.initiator == name } ? 1 : 0
            return Outstanding(initiator: name, most: max(meter.peakOutstanding, least))
        }
        self.host = host
    }
}

extension RunReport.Interrupt {
    init(_ record: LineRecord) {
        self.init(
            line: record.line, raised: record.raised, taken: record.taken, claimed: record.claimed,
            takenLatency: record.takenLatency, claimedLatency: record.claimedLatency)
    }
}

extension RunReport.Traffic {
    init(_ record: TrafficRecord) {
        self.init(
            initiator: record.initiator, target: record.target, reads: record.reads, writes: record.writes,
            fetches: record.fetches, readBytes: record.readBytes, writeBytes: record.writeBytes,
            fetchBytes: record.fetchBytes, errors: record.errors, latency: record.latency)
    }
}
