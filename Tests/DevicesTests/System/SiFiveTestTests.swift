import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct SiFiveTestTests {
    private let bench = SimBench()

    private func finisher() throws {
        let test = try bench.make(SiFiveTest.self, "test")
        try bench.map(test.bus, at: 0x10_0000, size: 0x1000)
    }

    @Test(
        "a request ends the run with its code",
        arguments: [
            (0x5555, StopRequest(.powerOff)), (0x7777, StopRequest(.reset)),
            (0x2a_3333, StopRequest(.guestFailure, code: 42)), (0x3333, StopRequest(.guestFailure, code: 1)),
            (0x100_3333, StopRequest(.guestFailure, code: 1)),
        ] as [(UInt32, StopRequest)])
    func requests(value: UInt32, request: StopRequest) throws {
        try finisher()
        bench.probe.write(0x10_0000, value)
        #expect(bench.run(for: .microseconds(1)) == .stopped(request))
    }

    @Test("the end comes at the time of the write, not when the kernel was told")
    func time() throws {
        try finisher()
        bench.probe.delay = .nanoseconds(1234)
        bench.probe.write(0x10_0000, UInt16(0x5555))
        #expect(bench.run(for: .milliseconds(1)) == .stopped(StopRequest(.powerOff)))
        #expect(bench.now == .nanoseconds(1234))
    }

    @Test("other values are ignored and the register reads 0")
    func others() throws {
        try finisher()
        bench.probe.write(0x10_0000, UInt32(0x1234))
        #expect(bench.run(for: .microseconds(1)) == .timeReached)
        #expect(bench.probe.read(0x10_0000, as: UInt32.self) == 0)
    }

    @Test("its nodes give operating systems power-off and reboot")
    func deviceTree() throws {
        let nodes = try bench.make(SiFiveTest.self, "test").deviceTree.rootNodes
        #expect(nodes.map(\.compatible) == [["syscon-poweroff"], ["syscon-reboot"]])
        #expect(nodes.allSatisfy { $0.properties.first == DeviceTreeProperty("regmap", .ownPhandle) })
    }
}
