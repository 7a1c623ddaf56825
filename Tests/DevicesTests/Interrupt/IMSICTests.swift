import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

/// The pages by which messages reach the interrupt files of harts.
@Suite struct IMSICTests {
    private final class Receiver: Module, InterruptMessageReceiver {
        var messages: [String] = []

        func messageArrived(_ identity: UInt32, at level: InterruptLevel, at time: SimTime) {
            messages.append("\(identity) \(level) \(time)")
        }
    }

    private let bench = SimBench()

    private func controller() throws -> (IMSIC, [Receiver]) {
        let imsic = try bench.make(IMSIC.self, "imsic", ["harts": .integer(3)])
        try bench.map(imsic.machine, at: 0x2400_0000, size: 0x4000, name: "machine")
        try bench.map(imsic.supervisor, at: 0x2800_0000, size: 0x4000, name: "supervisor")
        let harts = (0..<3).map { Receiver(bench.context("cpu\($0)")) }
        for hart in [0, 2] { try imsic.attach(harts[hart], hart: UInt64(hart)) }
        try bench.simulation.elaborate()
        return (imsic, harts)
    }

    @Test("a write sends its identity to the file of the page's hart and level, at the time of the access")
    func messages() throws {
        let (_, harts) = try controller()
        bench.probe.delay = .nanoseconds(30)
        bench.probe.write(0x2400_0000, UInt32(7))
        bench.probe.write(0x2800_2000, UInt32(255))
        bench.probe.write(0x2800_2004, UInt32(0x0900_0000))
        #expect(harts[0].messages == ["7 machine 30 ns"])
        #expect(harts[2].messages == ["255 supervisor 30 ns", "9 supervisor 30 ns"])
    }

    @Test(
        "identities, pages and offsets that there are not are ignored, and everything reads zero",
        arguments: [
            (0x2400_0000, 0), (0x2400_0000, 256), (0x2400_0004, 7), (0x2400_1000, 7), (0x2400_3000, 7),
            (0x2400_0008, 7),
        ]
            as [(UInt64, UInt32)])
    func ignored(address: UInt64, value: UInt32) throws {
        let (_, harts) = try controller()
        bench.probe.write(address, value)
        #expect(bench.probe.response == .ok)
        #expect(bench.probe.read(address, as: UInt32.self) == 0)
        #expect(harts.allSatisfy { $0.messages.isEmpty })
    }

    @Test("only aligned words are accepted (AIA spec §3.5)", arguments: [1, 2, 8])
    func sizes(count: Int) throws {
        let (_, harts) = try controller()
        bench.probe.write(0x2400_0000, bytes: [7, 0, 0, 0, 0, 0, 0, 0].dropLast(8 - count))
        #expect(bench.probe.response == .burstError && harts[0].messages.isEmpty)
    }

    @Test("harts have numbers of their own, of those that there are")
    func numbers() throws {
        let (imsic, harts) = try controller()
        #expect(throws: ElaborationError.self) { try imsic.attach(harts[1], hart: 2) }
        let error = #expect(throws: ElaborationError.self) { try imsic.attach(harts[1], hart: 3) }
        #expect(error?.description.contains("a hart-id below 3") == true)
    }

    @Test(
        "the number of identities is one less than a multiple of 64",
        arguments: [(63, true), (64, false), (2047, true)])
    func identities(count: Int, isLegal: Bool) throws {
        _ = try bench.make(IMSIC.self, "imsic", ["identities": .integer(Int64(count))])
        if isLegal {
            try bench.simulation.elaborate()
        } else {
            #expect(throws: ElaborationError.self) { try bench.simulation.elaborate() }
        }
    }

    @Test("a snapshot of another size is refused")
    func snapshot() throws {
        let (imsic, _) = try controller()
        let other = try SimBench().make(IMSIC.self, "imsic", ["harts": .integer(2)])
        #expect(throws: SnapshotError.self) { try imsic.restoreState(other.saveState()) }
        try imsic.restoreState(imsic.saveState())
    }
}
