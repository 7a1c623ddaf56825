import TandemCPU
import TandemDevices
import TandemJSON
import TandemKernel
import TandemMachine
import TandemTesting
import Testing

@testable import TandemMonitor

/// `device_add` and `device_del` at the slot of a root port, with software in the machine that lets go of devices.
@Suite struct PCIPluggingTests {
    /// The board virt with a root port at 03.0 and, in its slot, what is named. The guest looks after the slot: pressed, the
    /// button has it switch power and indicator off.
    private func bench(_ devices: [String] = [], listens: Bool = true) throws -> MonitorBench {
        var platform = try PlatformLibrary(folders: [], files: PlatformSource { _ in nil }).load("virt")
        for option in ["pcie-root-port,id=rp0,addr=3,slot=5"] + devices {
            try platform.add(.device, OptionList(parsing: option, from: "-device"), catalog: .standard, from: "-device")
        }
        let machine = try Machine(platform)
        let program = try GuestAssembler.assemble(
            """
                li   t0, 0x30018000
                li   t1, 0x00010100
                sw   t1, 0x18(t0)
                li   t1, \(listens ? 0x121 : 0x100)
                sh   t1, 0x78(t0)
            loop:
                lh   t2, 0x7a(t0)
                andi t2, t2, 1
                beqz t2, loop
                li   t1, 0x721
                sh   t1, 0x78(t0)
                li   t1, 0x119
                sh   t1, 0x7a(t0)
                li   t1, 0x121
                li   t3, 1000
            wait:
                addi t3, t3, -1
                bnez t3, wait
                sh   t1, 0x78(t0)
                j    loop
            """, at: 0x8000_0000, xlen: .rv64)
        try machine.load(
            BootOptions(firmware: "p.bin"), from: ImageSource { _ in ImageBytes(program, name: "p.bin") })
        let bench = try MonitorBench(machine)
        _ = bench.control.admit(Listener(bench.session), name: "listener")
        return bench
    }

    /// Passes on to the session what it would hear over its link.
    private final class Listener: ControlClient {
        private let session: QMPSession

        init(_ session: QMPSession) { self.session = session }

        func receive(_ bytes: [UInt8]) {}
        func hear(_ event: MonitorEvent) { session.hear(event) }
        func end(_ outcome: RunOutcome) {}
    }

    @Test("a device comes and goes through the monitor, the guest's software lets go of it, and DEVICE_DELETED tells")
    func life() throws {
        let bench = try bench()
        _ = bench.machine.run(for: .microseconds(100))
        for round in 0..<3 {
            #expect(
                bench.ask(#"{"execute":"device_add","arguments":{"driver":"newdev","id":"n1","bus":"rp0"}}"#)
                    == #"{"return":{}}"#)
            #expect(bench.type("info pci").contains("slot 5: occupied, power on\n"), "round \(round)")
            #expect(bench.machine.run(for: .microseconds(50)).reason == .timeLimit)
            #expect(bench.ask(#"{"execute":"device_del","arguments":{"id":"n1"}}"#) == #"{"return":{}}"#)
            #expect(bench.machine.module("n1") != nil)
            #expect(bench.type("info pci").contains("slot 5: occupied, power on; asked for n1\n"))
            #expect(
                bench.type("device_del n1")
                    == "error: n1: the guest's software has been asked to let go of it, and has not yet done so; expected software to switch the slot of “rp0” off, or a reset\n"
            )
            #expect(bench.machine.run(for: .microseconds(50)).reason == .debugger)
            #expect(bench.machine.module("n1") == nil && bench.machine.plan.module("n1") == nil)
            let event = try JSON5Reader(.json).read(bench.lines())
            #expect(event["event"] == "DEVICE_DELETED")
            #expect(event["data"] == ["device": "n1", "path": "n1"])
            #expect(bench.machine.run(for: .microseconds(50)).reason == .timeLimit)
            #expect(bench.type("info pci").contains("slot 5: empty, power on\n"))
        }
    }

    @Test("where the guest does not listen a device goes at once, and with a restart one that was asked for")
    func surprise() throws {
        var bench = try bench(["newdev,id=n1,bus=rp0"], listens: false)
        _ = bench.machine.run(for: .microseconds(100))
        #expect(bench.type("device_del n1") == "")
        #expect(bench.machine.module("n1") == nil && bench.lines().contains("DEVICE_DELETED"))

        bench = try self.bench(["newdev,id=n1,bus=rp0"])
        _ = bench.machine.run(for: .microseconds(100))
        #expect(bench.type("device_del n1") == "")
        #expect(bench.machine.module("n1") != nil)
        bench.machine.restart()
        #expect(bench.machine.module("n1") == nil && bench.lines().contains("DEVICE_DELETED"))
        #expect(bench.machine.run(for: .microseconds(100)).reason == .timeLimit)
    }

    @Test("a bus without slots refuses, and so does a root port whose slot is off or full")
    func refusals() throws {
        let bench = try bench(["newdev,id=n1,bus=rp0", "newdev,id=n2,addr=4", "pci-bridge,id=b0,addr=6"])
        _ = bench.machine.run(for: .microseconds(100))
        for (line, text) in [
            ("device_add newdev,id=n3,addr=5", "the bus “pci” lets nothing come or go while the machine exists"),
            ("device_add newdev,id=n3,bus=pci", "the bus “pci” lets nothing come or go while the machine exists"),
            ("device_add newdev,id=n3,bus=b0", "the bus “b0” lets nothing come or go while the machine exists"),
            ("device_add newdev,id=n3,bus=rp0", "there is no free device on the bus of “rp0”"),
            ("device_add pci-bridge,id=b1,bus=rp0", "a “pci-bridge” must be there when the machine is made"),
            ("device_del n2", "the bus “pci” lets nothing come or go while the machine exists"),
            ("device_del rp0", "“rp0” of type “pcie-root-port” stays as long as the machine"),
        ] {
            let answer = bench.type(line)
            #expect(answer.contains(text), "\(line): \(answer)")
        }
        #expect(bench.machine.module("n3") == nil)
    }
}
