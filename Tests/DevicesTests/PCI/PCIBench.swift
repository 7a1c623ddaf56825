import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemDevices

/// A host bridge in a world of its own, with the windows of the board `virt`, and RAM.
struct PCIBench {
    let bench = SimBench()
    let host: PCIHost
    let ram: Ram
    /// What the pins of the host bridge drive.
    let lines: [RecordingLine]

    static let ecam: UInt64 = 0x3000_0000
    static let io: UInt64 = 0x300_0000
    static let config: UInt64 = 0x301_0000

    /// - Parameter upstream: makes what the accesses of functions go to; the router, unless given.
    init(upstream: (SimBench) throws -> TargetSocket = { $0.router.in }) throws {
        let (bench, host) = (bench, try bench.make(PCIHost.self, "pci"))
        self.host = host
        ram = try bench.addRam(at: 0x8000_0000, size: 0x10_0000)
        try host.dma.bind(to: upstream(bench))
        lines = try (0..<4).map { number in
            let output = try #require(host.port(named: "interrupt\(number)") as? LineOutput)
            return try RecordingLine("line\(number)", of: output, in: bench)
        }
        func map(_ port: String, at start: UInt64, size: UInt64, offset: UInt64 = 0) throws {
            let socket = try #require(host.port(named: port) as? TargetSocket)
            try bench.map(socket, at: start, size: size, offset: offset, name: "pci.\(port)@\(start)")
        }
        try map("ecam", at: Self.ecam, size: 0x1000_0000)
        try map("io", at: Self.io, size: 0x1_0000)
        try map("config", at: Self.config, size: 8)
        try map("memory", at: 0x4000_0000, size: 0x4000_0000, offset: 0x4000_0000)
        try map("memory", at: 0x4_0000_0000, size: 0x4_0000_0000, offset: 0x4_0000_0000)
    }

    /// Where a register of a function is in the memory map.
    func place(_ device: UInt8, _ offset: UInt64, bus: UInt8 = 0, function: UInt8 = 0) -> UInt64 {
        Self.ecam + UInt64(bus) << 20 + UInt64(PCIAddress(device: device, function: function).code)
            << 12 + offset
    }

    func read<Value: FixedWidthInteger>(
        _ device: UInt8, _ offset: UInt64, bus: UInt8 = 0, as type: Value.Type = Value.self
    ) -> Value { bench.probe.read(place(device, offset, bus: bus), as: type) }

    func write<Value: FixedWidthInteger>(
        _ device: UInt8, _ offset: UInt64, _ value: Value, bus: UInt8 = 0
    ) {
        bench.probe.write(place(device, offset, bus: bus), value)
    }
}

/// A function for tests: RAM behind its regions, an interrupt and accesses on demand.
final class PCISample: PCIFunction, CatalogModule, TaggedBusTarget {
    static let declaration = ModuleDeclaration(
        "pci-sample", category: PCIFunction.category, summary: "For tests")
    static let header = PCIHeader(
        vendor: 0x1337, device: 0x0002, classCode: 0xff00, pin: .a,
        regions: [
            PCIRegion(0, .memory32, size: 0x1000), PCIRegion(1, .io, size: 0x100),
            PCIRegion(2, .memory64, size: 0x1000, isPrefetchable: true),
            PCIRegion(4, .memory32, size: 0x1000),
        ],
        capabilities: [
            .powerManagement, .messages(vectors: 4), .extendedMessages(vectors: 8, region: 4),
        ],
        isMaster: true)
    private var bytes = [UInt8](repeating: 0, count: 3 * 0x1000)

    required init(_ context: ModuleContext) {
        super.init(context, Self.header)
        for index in 0..<3 { region(index).serve(self, tag: index) }
    }

    func transport(_ transaction: inout Transaction, delay: inout SimTime, tag: Int) {
        for index in 0..<transaction.count {
            let place = tag * 0x1000 + Int(transaction.address) + index
            if transaction.command == .write {
                bytes[place] = (transaction.data + index).load(as: UInt8.self)
            } else {
                (transaction.data + index).storeBytes(of: bytes[place], as: UInt8.self)
            }
        }
        transaction.response = .ok
    }
    func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory, tag: Int) -> Bool {
        false
    }

    func saveState() -> ModuleState { state(with: PCIEmptyCore()) }
    func restoreState(_ state: ModuleState) throws(SnapshotError) {
        _ = try restore(state, as: PCIEmptyCore.self)
    }

    /// Writes a word as a bus master.
    func send(_ value: UInt32, to address: UInt64) -> Response {
        var value = value
        var delay = SimTime.zero
        return withUnsafeMutableBytes(of: &value) {
            access(.write, at: address, $0.baseAddress ?? Transaction.noData, count: 4, delay: &delay)
        }
    }
}
