import TandemKernel
import TandemTesting
import Testing

@testable import TandemBus

@Suite("Probes")
struct TrafficProbeTests {
    /// Collects what a probe writes.
    final class Capture {
        var text = ""
        func take(_ bytes: [UInt8]) { text += String(decoding: bytes, as: UTF8.self) }
        /// The rows of a table, without its head.
        var rows: [[String]] {
            text.split(separator: "\n").dropFirst().map { $0.split(separator: ",").map(String.init) }
        }
    }

    private func place(
        _ world: TrafficMeterTests.World, _ filter: AccessFilter = AccessFilter(), to target: String = "*",
        every: UInt64 = 1, limit: UInt64 = .max, trigger: TrafficProbe.Trigger? = nil
    ) -> (TrafficProbe, Capture) {
        let capture = Capture()
        let probe = TrafficProbe(
            "p", to: target, filter: filter, every: every, limit: limit, trigger: trigger, format: .csv,
            to: { capture.take($0) })
        world.directory.add(probe)
        return (probe, capture)
    }

    @Test("each access stands in the capture with its time, ends, address, value, answer and latency, on either way")
    func capture() throws {
        let world = try TrafficMeterTests.World(measured: false)
        world.device.latency = .nanoseconds(5)
        let (probe, capture) = place(world)
        world.probe.delay = .nanoseconds(20)
        world.probe.write(0x1_0010, UInt16(0xbeef))
        let way = try #require(world.probe.bus.route(to: 0x1_0000))
        var value: UInt32 = 0x1234
        withUnsafeMutableBytes(of: &value) { data in
            guard let base = data.baseAddress else { return }
            var transaction = Transaction(.write, address: 0x1_0020, data: base, count: 4)
            withUnsafePointer(to: way) {
                world.probe.bus.transport(&transaction, along: $0, delay: &world.probe.delay)
            }
        }
        world.probe.read(0x5_0000, count: 1)
        #expect(
            capture.rows == [
                ["20000", "probe", "device", "write", "0x10010", "2", "0xbeef", "ok", "5000", "3"],
                ["25000", "probe", "device", "write", "0x10020", "4", "0x1234", "ok", "5000", "3"],
                ["30000", "probe", "router", "read", "0x50000", "1", "0xee", "addressError", "0", "3"],
            ])
        #expect(probe.seen == 3 && probe.captured == 3 && !probe.isDone)
        // A probe alone measures nothing.
        #expect(world.directory.trafficSeries.isEmpty)
        #expect(world.directory.removeProbe("p") && !world.directory.removeProbe("p") && world.probe.bus.meter == nil)
        world.probe.write(0x1_0010, UInt16(0))
        #expect(probe.seen == 3)
    }

    static let filterRows: [(name: String, change: @Sendable (inout AccessFilter) -> Void, sizes: [String])] = [
        ("all", { _ in }, ["4", "2", "8", "1"]), ("writes", { $0.kinds = [.write] }, ["4", "2"]),
        ("reads", { $0.kinds = [.read, .fetch] }, ["8", "1"]), ("errors", { $0.outcome = .error }, ["1"]),
        ("answers", { $0.outcome = .ok }, ["4", "2", "8"]), ("sizes", { $0.sizes = 2...4 }, ["4", "2"]),
        ("addresses", { $0.addresses = 0x1_0003...0x1_0010 }, ["4", "2"]),
    ]

    @Test("a filter lets through what it says", arguments: filterRows)
    func filters(name: String, change: @Sendable (inout AccessFilter) -> Void, sizes: [String]) throws {
        let world = try TrafficMeterTests.World(measured: false)
        var filter = AccessFilter()
        change(&filter)
        let (_, capture) = place(world, filter)
        world.probe.write(0x1_0000, UInt32(1))
        world.probe.write(0x1_0010, UInt16(1))
        world.probe.read(0x10, count: 8)
        world.probe.read(0x9_0000, count: 1)
        #expect(capture.rows.map { $0[5] } == sizes)
    }

    @Test("every nth access, a number of them, or those to one target")
    func sampled() throws {
        let world = try TrafficMeterTests.World(measured: false)
        let (probe, capture) = place(world, to: "dev*", every: 3, limit: 2)
        for index in 0..<10 {
            world.probe.write(0x1_0000, UInt32(index))
            world.probe.write(0x10, UInt32(index))
        }
        #expect(capture.rows.map { $0[6] } == ["0x0", "0x3"] && probe.isDone)
    }

    @Test("a trigger captures so many accesses before and after the first that it means, and then no more")
    func trigger() throws {
        let world = try TrafficMeterTests.World()
        var trigger = TrafficProbe.Trigger()
        trigger.condition.outcome = .error
        (trigger.before, trigger.after) = (2, 1)
        let (probe, capture) = place(world, trigger: trigger)
        for index in 0..<5 { world.probe.write(0x1_0000, UInt32(index)) }
        #expect(capture.rows.isEmpty && !probe.isTriggered)
        world.probe.read(0x9_0000, count: 1)
        for index in 5..<9 { world.probe.write(0x1_0000, UInt32(index)) }
        world.probe.read(0x9_0000, count: 1)
        #expect(capture.rows.map { $0[6] } == ["0x3", "0x4", "0xee", "0x5"] && probe.isTriggered && probe.isDone)
        // What is measured goes on beside it.
        #expect(try world.series("device").total.writes == 9)
    }
}
