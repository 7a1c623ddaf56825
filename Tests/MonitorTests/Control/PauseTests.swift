import Synchronization
import TandemCPU
import TandemDevices
import TandemKernel
import TandemMachine
import TandemOS
import TandemReport
import TandemTesting
import Testing

@testable import TandemMonitor

/// Pause means pause: however often and wherever a machine is stopped, what it does is the same.
@Suite struct PauseTests {
    /// Hart 0 writes a character, works, sleeps until its timer wakes it, 400 times, and switches off; the others work on
    /// a word in memory that all share.
    private static let program = """
            csrr a0, mhartid
            bnez a0, 8f
            la t0, trap
            csrw mtvec, t0
            li s0, 400
            li s1, 0x0200bff8
            li s2, 0x02004000
            li s4, 0x10000000
            li t1, 0x80
            csrw mie, t1
            csrsi mstatus, 8
        1:  ld t0, 0(s1)
            addi t0, t0, 37
            sd t0, 0(s2)
            andi t1, s0, 31
            addi t1, t1, 64
            sb t1, 0(s4)
            li t2, 50
        2:  addi t2, t2, -1
            bnez t2, 2b
            wfi
            addi s0, s0, -1
            bnez s0, 1b
            li t0, 0x100000
            li t1, 0x5555
            sw t1, 0(t0)
        3:  j 3b
        8:  li a1, 0x80100000
            li a2, 1
        9:  amoadd.w x0, a2, (a1)
            j 9b
            .align 2
        trap:
            li t3, -1
            sd t3, 0(s2)
            mret
        """

    /// Counts the characters and asks for a pause at some of them: from outside, as a monitor does, or within the
    /// simulation, as a breakpoint does.
    private final class PausingBackend: CharacterBackend {
        var places: Set<Int>
        var count = 0
        weak var control: RunControl?
        var port: InboxPort?
        init(_ places: Set<Int>) { self.places = places }
        func send(_ character: UInt8) {
            count += 1
            guard places.contains(count) else { return }
            if let port { port.post([0]) } else { control?.stop() }
        }
        func flush() {}
        func close() {}
        func connect(_ input: InboxPort) {}
    }

    /// Lets the machine go on whenever it has stopped, after having checked that nothing moves.
    private final class Resumer: ControlClient {
        weak var control: RunControl?
        var port: InboxPort?
        var pauses = 0
        var events: [String] = []
        func receive(_ bytes: [UInt8]) {
            guard let control else { return }
            if bytes[0] == 0 { return control.stop() }
            #expect(control.state == .paused)
            let time = control.machine.simulation.scheduler.now
            #expect(throws: Never.self) { try control.resume() }
            #expect(control.machine.simulation.scheduler.now == time)
        }
        func hear(_ event: MonitorEvent) {
            events.append(event.kind.name)
            if event.kind == .stop {
                pauses += 1
                port?.post([1])
            }
        }
        func end(_ outcome: RunOutcome) {}
    }

    private func makeMachine(harts: Int, _ backend: any CharacterBackend) throws -> Machine {
        var platform = try PlatformLibrary(folders: [], files: PlatformSource { _ in nil }).load("virt")
        platform.set("cpu.count", to: "\(harts)", from: "test")
        let machine = try Machine(platform, catalog: .standard)
        let bytes = try GuestAssembler.program(Self.program, at: 0x8000_0000, xlen: .rv64).bytes
        let images = ImageSource { (name) throws(PlatformError) in ImageBytes(bytes, name: name) }
        try machine.load(BootOptions(firmware: "fw"), from: images)
        let port = try #require(machine.module("uart0")?.ports.lazy.compactMap { $0 as? CharacterPort }.first)
        try port.connect(backend)
        return machine
    }

    @Test(
        "two hundred pauses at random places change neither the state nor the report", arguments: [1, 3], [true, false])
    func pauses(harts: Int, fromOutside: Bool) throws {
        let seed: UInt64 = .random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        var places: Set<Int> = []
        while places.count < 200 { places.insert(Int(random.next() % 400) + 1) }
        let host = RunReport.Host(seconds: 0, cpuSeconds: 0, peakResidentBytes: 0)

        let plain = try makeMachine(harts: harts, PausingBackend([]))
        let expected = RunReport(plain, plain.run(until: .seconds(1)), host: host)
        #expect(expected.exitReason == .powerOff)

        let backend = PausingBackend(places)
        let machine = try makeMachine(harts: harts, backend)
        let control = RunControl(machine)
        backend.control = control
        let client = Resumer()
        client.control = control
        client.port = control.admit(client, name: "test")
        if fromOutside { backend.port = client.port }
        var report = RunReport(machine, control.run(until: .seconds(1)), host: host)
        // A stop within a slice of a hart ends the slice: only the number of cycles tells of it.
        if !fromOutside { report.deltaCycles = expected.deltaCycles }
        #expect(client.pauses == 200, "seed \(seed)")
        #expect(client.events.filter { $0 == "RESUME" }.count == 200, "seed \(seed)")
        #expect(report == expected, "seed \(seed)")
        #expect(report.stateHashText == expected.stateHashText, "seed \(seed)")
    }

    @Test("steps of random length change neither the state nor the report of a hart")
    func steps() throws {
        let seed: UInt64 = .random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        let host = RunReport.Host(seconds: 0, cpuSeconds: 0, peakResidentBytes: 0)
        let plain = try makeMachine(harts: 1, PausingBackend([]))
        let expected = RunReport(plain, plain.run(until: .seconds(1)), host: host)

        let machine = try makeMachine(harts: 1, PausingBackend([]))
        let control = RunControl(machine, startsHalted: true)
        let client = Stepper(200) { .nanoseconds(random.next() % 5_000 + 1) }
        client.control = control
        client.port = control.admit(client, name: "test")
        client.port?.post([1])
        var report = RunReport(machine, control.run(until: .seconds(1)), host: host)
        #expect(client.left == 0, "seed \(seed)")
        // A step may end within a delta cycle's worth of work: only the number of cycles tells of it.
        report.deltaCycles = expected.deltaCycles
        #expect(report == expected, "seed \(seed)")
    }

    /// Steps by spans until it has done so often enough, then lets the machine go.
    private final class Stepper: ControlClient {
        weak var control: RunControl?
        var port: InboxPort?
        var left: Int
        private let span: () -> SimTime
        private var due: SimTime?
        init(_ count: Int, _ span: @escaping () -> SimTime) {
            left = count
            self.span = span
        }
        func receive(_ bytes: [UInt8]) {
            guard let control else { return }
            let now = control.machine.simulation.scheduler.now
            if let due { #expect(now == due) }
            if left == 0 {
                #expect(throws: Never.self) { try control.resume() }
                return
            }
            left -= 1
            let span = span()
            due = now + span
            #expect(throws: Never.self) { try control.step(for: span) }
        }
        func hear(_ event: MonitorEvent) { if event.kind == .stop { port?.post([1]) } }
        func end(_ outcome: RunOutcome) {}
    }

    @Test("pauses at places that a thread of the host chooses change neither the state nor the report")
    func hostPauses() throws {
        let host = RunReport.Host(seconds: 0, cpuSeconds: 0, peakResidentBytes: 0)
        let plain = try makeMachine(harts: 2, PausingBackend([]))
        let expected = RunReport(plain, plain.run(until: .seconds(1)), host: host)

        let machine = try makeMachine(harts: 2, PausingBackend([]))
        let control = RunControl(machine)
        let client = Toggler()
        client.control = control
        let port = control.admit(client, name: "test")
        let flag = client.flag
        let thread = try HostThread(name: "toggler") {
            while !flag.isOver.load(ordering: .acquiring) {
                port.post([1])
                HostClock.pause(nanoseconds: 20_000)
            }
        }
        let report = RunReport(machine, control.run(until: .seconds(1)), host: host)
        thread.join()
        #expect(report == expected)
    }

    private final class Flag: Sendable { let isOver = Atomic(false) }

    /// Stops what runs, and lets go on what stands.
    private final class Toggler: ControlClient {
        let flag = Flag()
        weak var control: RunControl?
        func receive(_ bytes: [UInt8]) {
            guard let control else { return }
            if control.state == .running {
                control.stop()
            } else {
                #expect(throws: Never.self) { try control.resume() }
            }
        }
        func hear(_ event: MonitorEvent) {}
        func end(_ outcome: RunOutcome) { flag.isOver.store(true, ordering: .releasing) }
    }
}
