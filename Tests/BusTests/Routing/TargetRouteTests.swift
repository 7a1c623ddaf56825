import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Routes to targets")
struct TargetRouteTests {
    /// A RAM of 4 KiB behind two routers with latencies: at 0x8100 from offset 0x40 on, seen up to 0x817f.
    private static func bench() throws -> SimBench {
        let bench = SimBench()
        let inner = try bench.make(Router.self, "inner", ["latency": .time(.nanoseconds(3))])
        let ram = try bench.make(
            Ram.self, "ram", ["size": .size(0x1000), "read-latency": .time(.nanoseconds(20))])
        try inner.map(Region(start: 0x100, size: 0x100, target: ram.bus, offset: 0x40))
        try bench.map(inner.in, at: 0x8000, size: 0x180)
        return bench
    }

    private struct Outcome: Equatable {
        var response = Response.incomplete
        var address: UInt64 = 0
        var data: UInt64 = 0
        var delay = SimTime.zero
    }

    /// One access, along a route or by way of the routers.
    private static func access(
        _ bench: SimBench, _ command: Command, _ address: UInt64, _ value: UInt64, count: Int, along route: TargetRoute?
    ) -> Outcome {
        var outcome = Outcome(data: value, delay: .nanoseconds(1))
        withUnsafeMutableBytes(of: &outcome.data) { bytes in
            guard let data = bytes.baseAddress else { return }
            var transaction = Transaction(command, address: address, data: data, count: count)
            var delay = SimTime.nanoseconds(1)
            if var route {
                bench.probe.bus.transport(&transaction, along: &route, delay: &delay)
            } else {
                bench.probe.bus.transport(&transaction, delay: &delay)
            }
            (outcome.response, outcome.address, outcome.delay) = (transaction.response, transaction.address, delay)
        }
        return outcome
    }

    @Test("a route shows what is visible through all routers, and a hole has none")
    func range() throws {
        let bench = try Self.bench()
        let route = try #require(bench.probe.bus.route(to: 0x8150))
        #expect(route.first == 0x8100 && route.last == 0x817f)
        for hole in [0x80ff, 0x8180, 0, .max] as [UInt64] { #expect(bench.probe.bus.route(to: hole) == nil) }
    }

    @Test("an access along a route does, takes and counts what it does by way of the routers")
    func equals() throws {
        let accesses: [(Command, UInt64, Int)] = [
            (.write, 0x8100, 8), (.read, 0x8100, 8), (.read, 0x8104, 4), (.write, 0x817f, 1), (.read, 0x817c, 4),
            // Beyond the end of the route, in a hole, and without data.
            (.read, 0x817c, 8), (.read, 0x80fe, 4), (.write, 0x9000, 2), (.read, 0x8100, 0), (.ignore, 0x8100, 4),
        ]
        var traffic: [[TrafficRecord]] = []
        var counts: [UInt64] = []
        var outcomes: [[Outcome]] = []
        for isRouted in [true, false] {
            let bench = try Self.bench()
            let route = bench.probe.bus.route(to: 0x8100)
            outcomes.append(
                accesses.enumerated().map { number, access in
                    Self.access(
                        bench, access.0, access.1, 0x1122_3344_5566_7788 &* UInt64(number + 1), count: access.2,
                        along: isRouted ? route : nil)
                })
            traffic.append(bench.probe.bus.traffic)
            counts.append(bench.probe.bus.transactionCount)
        }
        #expect(outcomes[0] == outcomes[1])
        #expect(outcomes[0][1].delay == .nanoseconds(24) && outcomes[0][0].response == .ok)
        #expect(traffic[0] == traffic[1] && counts[0] == counts[1])
    }

    @Test("observers are told when a route ends")
    func ends() throws {
        let bench = try Self.bench()
        let route = try #require(bench.probe.bus.route(to: 0x8100))
        let other = RecordingTarget(bench.context("other"))
        try bench.map(other.bus, at: 0x8140, size: 0x10, priority: 1)
        #expect(bench.probe.invalidated.contains { $0.overlaps(route.first...route.last) })
        #expect(bench.probe.bus.route(to: 0x8100)?.last == 0x813f)
    }
}
