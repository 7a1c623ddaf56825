import TandemCPU
import TandemKernel
import TandemMachine
import TandemTesting
import Testing

@testable import TandemMonitor

@Suite struct RunControlTests {
    /// Does what it is told, and remembers what it hears.
    private final class Script: ControlClient {
        var port: InboxPort?
        var heard: [MonitorEvent] = []
        var names: [String] { heard.map(\.kind.name) }
        var outcome: RunOutcome?
        private let actions: [(Script) throws -> Void]
        init(_ actions: [(Script) throws -> Void]) { self.actions = actions }
        func receive(_ bytes: [UInt8]) {
            let action = actions[Int(bytes[0])]
            #expect(throws: Never.self) { try action(self) }
            if Int(bytes[0]) + 1 < actions.count { port?.post([bytes[0] + 1]) }
        }
        func hear(_ event: MonitorEvent) { heard.append(event) }
        func end(_ outcome: RunOutcome) { self.outcome = outcome }
    }

    private static let loop = "1: addi a0, a0, 1\nj 1b"

    /// Runs a machine under a control whose client does `actions`, one after the other, each between two runs.
    private func run(
        _ control: RunControl, limit: SimTime = .seconds(1), _ actions: ((Script) throws -> Void)...
    ) -> (outcome: RunOutcome, script: Script) {
        let script = Script(actions)
        script.port = control.admit(script, name: "script")
        script.port?.post([0])
        return (control.run(until: limit), script)
    }

    @Test("a machine stops, goes on and ends as it is told, and says so")
    func verbs() throws {
        let control = RunControl(try debuggedMachine(Self.loop))
        let (outcome, script) = run(
            control,
            { _ in control.stop() }, { _ in #expect(control.state == .paused) }, { _ in control.stop(.debug) },
            { _ in
                #expect(control.state == .paused)
                try control.resume()
            },
            { _ in
                #expect(control.state == .running)
                try control.resume()
            },
            { _ in control.quit(code: 7) })
        #expect(outcome == RunOutcome(.quit, code: 7))
        #expect(script.names == ["STOP", "RESUME", "SHUTDOWN"])
        #expect(script.heard.last == MonitorEvent(.shutdown, .hostQuit))
        #expect(script.outcome == outcome)
    }

    @Test("a machine that starts halted has not moved before it is let go")
    func prelaunch() throws {
        let machine = try debuggedMachine(Self.loop)
        let control = RunControl(machine, startsHalted: true)
        let (outcome, script) = run(
            control, limit: .microseconds(1),
            { _ in
                #expect(control.state == .prelaunch)
                #expect(machine.harts[0].instructionsRetired == 0)
                control.stop()
            }, { _ in try control.resume() })
        #expect(outcome.reason == .timeLimit)
        #expect(script.names == ["RESUME", "SHUTDOWN"])
        #expect(machine.harts[0].instructionsRetired == 1000)
    }

    @Test("a machine that waits for its clients starts with the last of them")
    func awaited() throws {
        let machine = try debuggedMachine(Self.loop)
        let control = RunControl(machine)
        control.awaitClient()
        control.awaitClient()
        let (outcome, _) = run(
            control, limit: .microseconds(1), { _ in control.clientCame() },
            { _ in
                #expect(machine.simulation.scheduler.now == .zero)
                #expect(control.state == .prelaunch)
                control.clientCame()
            })
        #expect(outcome.reason == .timeLimit)
    }

    @Test("a step ends after its time, and the machine stands")
    func step() throws {
        let machine = try debuggedMachine(Self.loop)
        let control = RunControl(machine, startsHalted: true)
        let (_, script) = run(
            control, { _ in try control.step(for: .nanoseconds(5)) },
            { script in
                // Posted while the step was under way; it is dealt with before the next one or during this one.
                if control.state == .running { control.stop() }
                #expect(control.state == .paused)
                #expect(machine.simulation.scheduler.now <= .nanoseconds(5))
            }, { _ in control.quit() })
        #expect(script.names == ["RESUME", "STOP", "SHUTDOWN"])
    }

    @Test("a machine that is restarted begins anew and goes on as it did")
    func reset() throws {
        let machine = try debuggedMachine("li a0, 0\n" + Self.loop)
        let control = RunControl(machine, startsHalted: true)
        let (outcome, script) = run(
            control,
            { _ in
                control.reset()
                #expect(control.state == .prelaunch)
                try control.step(for: .microseconds(10))
            },
            { _ in
                control.stop()
                control.reset()
                #expect(control.state == .paused)
                #expect(machine.harts[0].programCounter == 0x1000)
            }, { _ in control.quit() })
        #expect(outcome.reason == .quit)
        #expect(machine.restartCount == 2)
        #expect(script.heard.contains(MonitorEvent(.reset, .hostReset)))
    }

    @Test("without restarts a reset ends the run")
    func noReboot() throws {
        let machine = try debuggedMachine(Self.loop)
        machine.restartsOnReset = false
        let control = RunControl(machine)
        let (outcome, script) = run(control, { _ in control.reset() })
        #expect(outcome == RunOutcome(.reset))
        #expect(script.heard == [MonitorEvent(.shutdown, .hostReset)])
    }

    @Test("a machine whose run has ended stays for inspection if that was wanted, and can be restarted")
    func staysAfterEnd() throws {
        let machine = try debuggedMachine("unimp")
        let control = RunControl(machine)
        control.staysAfterEnd = true
        let script = Script([
            { script in
                #expect(control.state == .shutdown)
                #expect(throws: CommandError.self) { try control.resume() }
                control.reset()
                #expect(control.state == .paused)
                control.quit(code: 4)
            }
        ])
        let port = control.admit(script, name: "script")
        let watcher = Watcher { if $0.kind == .stop { port.post([0]) } }
        _ = control.admit(watcher, name: "watcher")
        #expect(control.run() == RunOutcome(.quit, code: 4))
        #expect(script.names == ["SHUTDOWN", "STOP", "RESET", "SHUTDOWN"])
    }

    private final class Watcher: ControlClient {
        let notice: (MonitorEvent) -> Void
        init(_ notice: @escaping (MonitorEvent) -> Void) { self.notice = notice }
        func receive(_ bytes: [UInt8]) {}
        func hear(_ event: MonitorEvent) { notice(event) }
        func end(_ outcome: RunOutcome) {}
    }

    @Test("a wish to end reaches a machine that stands, and nothing moves any more")
    func interruptedWhileStanding() throws {
        let machine = try debuggedMachine(Self.loop)
        let control = RunControl(machine, startsHalted: true)
        machine.quit(.interrupted, code: 130)
        // Somebody looks at the time meanwhile.
        _ = machine.simulation.stopHandle.glanceAtTime()
        #expect(control.run() == RunOutcome(.interrupted, code: 130))
        #expect(machine.harts[0].instructionsRetired == 0)
        #expect(machine.simulation.scheduler.now == .zero)
    }

    @Test("a machine without a power button says so")
    func powerDown() throws {
        let control = RunControl(try debuggedMachine(Self.loop))
        #expect {
            try control.powerDown()
        } throws: {
            "\($0)".contains("no power button")
        }
    }
}
