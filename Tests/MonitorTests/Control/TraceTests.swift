import TandemBus
import TandemCPU
import TandemKernel
import TandemMachine
import TandemTesting
import Testing

@testable import TandemMonitor

/// What the objects of a machine tell a trace, and that it changes nothing.
@Suite struct MachineTraceTests {
    /// Writes to a hole, which traps, then loops over accesses of the ROM and of main memory.
    private static let source = """
        la t0, handler
        csrw mtvec, t0
        li s0, 0x50000000
        sw zero, 0(s0)
        handler:
        li s2, 0x1000
        li s1, 1000
        1: lw a0, 0(s2)
        addi s1, s1, -1
        bnez s1, 1b
        2: wfi
        j 2b
        """

    @Test("harts and buses tell what they do, with simulated time and path")
    func events() throws {
        let machine = try debuggedMachine(Self.source)
        let sink = RecordingTraceSink()
        machine.simulation.trace.sink = sink
        try machine.simulation.trace.set("hart.*", true)
        try machine.simulation.trace.set("bus.hole", true)
        _ = machine.run(until: .microseconds(20))
        let names = sink.records.map(\.event.name)
        for name in ["hart.exception", "hart.translate", "hart.wait", "bus.hole"] {
            #expect(names.contains(name), "\(name)")
        }
        let exception = try #require(sink.records.first { $0.event.name == "hart.exception" })
        #expect(exception.place == "cpu0")
        #expect(exception.values[1] == .number(0x5000_0000))
        #expect(exception.time > .zero)
    }

    @Test("accesses are told while that is on, and nothing else changes")
    func accesses() throws {
        func run(switching: Bool) throws -> (records: [TraceRecord], traffic: [TrafficRecord], retired: UInt64) {
            let machine = try debuggedMachine(Self.source, dmi: false)
            let sink = RecordingTraceSink()
            machine.simulation.trace.sink = sink
            for piece in 1..<10 as Range<UInt64> {
                if switching { try machine.simulation.trace.set("bus.access", piece % 2 == 1) }
                _ = machine.run(until: .nanoseconds(piece * 300))
            }
            let directory = BusDirectory.of(machine.simulation)
            return (sink.records, directory.traffic, machine.harts[0].instructionsRetired)
        }
        let plain = try run(switching: false)
        let traced = try run(switching: true)
        #expect(plain.records.isEmpty)
        #expect(!traced.records.isEmpty)
        #expect(traced.traffic == plain.traffic)
        #expect(traced.retired == plain.retired)
    }

    @Test("an access to nothing is a line of the debug log: who asked, and what is near")
    func guestErrors() throws {
        let control = RunControl(try debuggedMachine(Self.source), startsHalted: true)
        var text = ""
        control.debugLog.redirect { text += $0 }
        control.debugLog.log(.guestErrors)
        _ = control.machine.run(until: .microseconds(1))
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2, "\(text)")
        #expect(
            lines.contains { $0.hasPrefix("bus: guest_errors nothing is mapped in the page of 0x50000000") }, "\(text)")
        #expect(
            lines.contains {
                $0.hasPrefix("cpu0: guest_errors a write of 4 bytes at 0x50000000 was answered with addressError, ")
            }, "\(text)")
        control.debugLog.log([])
        #expect(!control.machine.simulation.log.admits(.debug))
    }

    @Test("the monitor lists events and switches them")
    func commands() throws {
        let machine = try debuggedMachine(Self.source)
        let control = RunControl(machine, startsHalted: true)
        defer { withExtendedLifetime(control) {} }
        let context = MonitorContext(control, catalog: .standard)
        #expect(try HumanMonitor.perform("trace-event hart.* on", in: context) == "")
        let listing = try HumanMonitor.perform("info trace-events", in: context)
        let lines = listing.split(separator: "\n").map { $0.split(separator: " ").prefix(2).map(String.init) }
        #expect(lines.contains(["hart.wait", "on"]))
        #expect(lines.contains(["bus.access", "off"]))
        #expect(try HumanMonitor.perform("log-level cpu0 debug", in: context) == "")
        #expect(machine.simulation.log.admits(.debug))
        for wrong in ["trace-event hart.* perhaps", "trace-event hard.wait on", "log-level cpu9 debug", "trace-event"] {
            #expect(throws: CommandError.self, "\(wrong)") { try HumanMonitor.perform(wrong, in: context) }
        }
    }

    @Test("the instruction log has a line for each instruction, with what it changed")
    func instructions() throws {
        let machine = try debuggedMachine("li a0, 5\naddi a1, a0, 2\n1: j 1b")
        var lines: [String] = []
        machine.harts[0].debugLog.sink = { lines.append($0) }
        machine.harts[0].debugLog.options = .registers
        _ = machine.run(until: .nanoseconds(20))
        #expect(lines.contains("cpu0: cpu 0x80000004 M addi a1, a0, 2 | a1=0x7"), "\(lines)")
        #expect(lines.last?.hasPrefix("cpu0: cpu 0x80000008 M ") == true, "\(lines)")
        #expect(lines.count == 20)
    }
}
