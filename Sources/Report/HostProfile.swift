import TandemBus
import TandemKernel
public import TandemMachine
public import TandemOS

/// Where the host's processor time goes while a machine runs, by module: sampled, so that the run is no slower by it.
///
/// Time belongs to the target that serves an access, otherwise to the module whose process runs, otherwise to the kernel.
/// To be made and ended on the thread of the simulation.
public struct HostProfile {
    private let machine: Machine
    private let sampler: HostSampler

    /// Begins to watch. After elaboration, while nothing runs.
    public init(_ machine: Machine) throws(OSError) {
        self.machine = machine
        sampler = try HostSampler(
            outer: machine.simulation.scheduler.runningPlace,
            inner: BusDirectory.of(machine.simulation).watchServing())
    }

    /// Ends the watch: the modules that took time, the longest first.
    public func end() -> [RunReport.HostShare] {
        let directory = BusDirectory.of(machine.simulation)
        var shares: [String: RunReport.HostShare] = [:]
        for finding in sampler.end() {
            let name: String
            if finding.inner != 0 {
                name = directory.name(of: TargetID(rawValue: UInt16(truncatingIfNeeded: finding.inner)))
            } else if finding.outer != 0 {
                name = machine.simulation.scheduler.module(ofRunning: finding.outer)?.path ?? "(ended processes)"
            } else {
                name = "(kernel)"
            }
            var share = shares[name] ?? RunReport.HostShare(module: name)
            share.samples += finding.samples
            share.cpuSeconds += Double(finding.nanoseconds) * 1e-9
            shares[name] = share
        }
        return shares.values.sorted { ($1.cpuSeconds, $0.module) < ($0.cpuSeconds, $1.module) }
    }
}
