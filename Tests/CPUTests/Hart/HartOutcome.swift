import TandemBus
import TandemTesting

@testable import TandemCPU

/// Everything about a run that must not depend on how memory is reached.
struct HartOutcome: Equatable {
    var registers: [UInt64]
    var retired: UInt64
    var cycles: UInt64
    var traps: [HartBench.Trap]
    var memory: [UInt8]
    var device: [RecordedAccess]
    var traffic: [TrafficRecord]
    var walks: [TrafficRecord]

    init(_ bench: HartBench) {
        registers = (0..<32).map { bench.hart.integerRegister($0) } + (0..<32).map { bench.hart.floatRegister($0) }
        retired = bench.hart.instructionsRetired
        cycles = bench.hart.csr(CSRAddress.mcycle) ?? 0
        traps = bench.x("s11") >= HartBench.log ? bench.traps : []
        memory = bench.ram.bytes(at: 0, count: 0x2_0000)
        device = bench.device.accesses
        traffic = bench.hart.bus.traffic
        walks = bench.hart.bus.pageWalkTraffic
    }

    /// The names of what differs.
    func differences(from other: HartOutcome) -> [String] {
        var names: [String] = []
        if registers != other.registers { names.append("registers") }
        if retired != other.retired { names.append("retired \(retired) and \(other.retired)") }
        if cycles != other.cycles { names.append("cycles \(cycles) and \(other.cycles)") }
        if traps != other.traps { names.append("traps") }
        if memory != other.memory { names.append("memory") }
        if device != other.device { names.append("device accesses") }
        if traffic != other.traffic { names.append("traffic \(traffic.map(\.cell)) and \(other.traffic.map(\.cell))") }
        if walks != other.walks { names.append("page walks") }
        return names
    }
}
