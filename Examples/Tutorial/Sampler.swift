import Tandem

/// The platform of the tutorial:
///
/// ```
/// sensor ──► router ──► ram            0x8000_0000, 4 KiB
///   │ blocks   ▲  └───► accumulator    0x1000_0000
///   └─► FIFO ──┤
///              filter
/// ```
final class Sampler {
    let simulation = Simulation()
    let ram: Ram
    let accumulator: Accumulator
    let sensor: Sensor
    let filter: Filter

    init(blocks count: Int, threshold: UInt32) throws {
        let top = simulation.root
        let memory: UInt64 = 0x8000_0000
        let port: UInt64 = 0x1000_0000

        let router = Router(ModuleContext(name: "router", parent: top, properties: ["latency": .time(.nanoseconds(5))]))
        ram = try Ram(
            ModuleContext(
                name: "ram", parent: top,
                properties: [
                    "size": .size(.kibibytes(4)), "read-latency": .time(.nanoseconds(15)),
                    "write-latency": .time(.nanoseconds(15)),
                ]))
        accumulator = Accumulator(ModuleContext(name: "accumulator", parent: top))
        try router.map(Region(start: memory, size: 0x1000, target: ram.bus))
        try router.map(Region(start: port, size: 0x10, target: accumulator.bus))

        let blocks = Fifo<Block>("blocks", in: top, capacity: 2)
        sensor = Sensor(ModuleContext(name: "sensor", parent: top), memory: memory, blocks: blocks, count: count)
        filter = Filter(
            ModuleContext(name: "filter", parent: top), accumulator: port, blocks: blocks, threshold: threshold)
        sensor.bus.bind(to: router.in)
        filter.bus.bind(to: router.in)
    }

    /// What every initiator did at every target, a line each.
    var traffic: [String] {
        (sensor.bus.traffic + filter.bus.traffic).map { row in
            "\(row.initiator) → \(row.target): \(row.reads) reads, \(row.writes) writes, \(row.latency)"
        }
    }
}
