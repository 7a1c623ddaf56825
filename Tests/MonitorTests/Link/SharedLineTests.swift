import Synchronization
import TandemHost
import TandemKernel
import TandemMachine
import TandemOS
import Testing

@testable import TandemMonitor

/// People at terminals: a pseudo terminal and telnet with line editing, and a console that shares its line with a monitor.
@Suite(.timeLimit(.minutes(1))) struct SharedLineTests {
    private struct Wrong: Error { let text: String }

    /// Runs a machine with a monitor on a line, to which `person` sits on a thread of its own and ends the run.
    private func serve(
        _ place: String, others: [any CharacterClient] = [], _ person: @escaping @Sendable (String) throws -> Void
    ) throws -> RunOutcome {
        let machine = try debuggedMachine("1: addi a0, a0, 1\nj 1b")
        let stop = machine.simulation.stopHandle
        let control = RunControl(machine)
        let options = try CharacterOptions(parsing: place, option: "-monitor")
        let link = try CharacterLink(options, option: "-monitor", stop: stop)
        for other in others { link.add(other) }
        _ = try MonitorServer(control, .human, on: link) { MonitorContext($0, catalog: .standard) }
        if options.isShared { try link.start() }
        let address = try #require(link.address)
        let failure = Failure()
        let thread = try HostThread(name: "person") {
            do { try person(address) } catch {
                failure.text.withLock { $0 = "\(error)" }
                stop.requestStop(StopRequest(.interrupted))
            }
        }
        let outcome = control.run()
        thread.join()
        link.close()
        #expect(failure.text.withLock { $0 } == nil)
        return outcome
    }

    private final class Failure: Sendable {
        let text = Mutex<String?>(nil)
    }

    @Test("a person at a pseudo terminal edits lines, completes them, and comes back after hanging up")
    func pseudoTerminal() throws {
        let outcome = try serve("pty") { path in
            do {
                var person = LinkPeer(try FileDescriptor(opening: path, .readWrite))
                _ = try person.await("(tandem) ")
                try person.send("xinfo sta\u{1}\u{4}\u{5}\t\r")
                let answer = try person.await("VM status: running")
                if !answer.contains("info status ") { throw Wrong(text: answer) }
            }
            // Whether the monitor has noticed that nobody was there or not: the next one is answered.
            var person = LinkPeer(try FileDescriptor(opening: path, .readWrite))
            try person.send("stop\rinfo status\r")
            _ = try person.await("VM status: paused")
            try person.send("quit\r")
            _ = try person.await("quit")
        }
        #expect(outcome == RunOutcome(.quit))
    }

    @Test("a telnet client is negotiated with, sees its keys, and gets eight bits")
    func telnet() throws {
        let outcome = try serve("telnet::0,server,nowait") { address in
            guard let place = CharacterOptions.address(parsing: address) else { throw Wrong(text: address) }
            var person = LinkPeer(try Socket.connect(to: place))
            _ = try person.await("(tandem) ")
            // DO ECHO, DO SGA, WILL BINARY, WONT TTYPE: nothing of it reaches the line.
            try person.descriptor.write([255, 253, 1, 255, 253, 3, 255, 251, 0, 255, 252, 24])
            try person.send("p 1+\u{7F}+2\r")
            let answer = try person.await("0x3\r\n(tandem) ")
            if !answer.contains("p 1+") { throw Wrong(text: answer) }
            try person.send("quit\r")
            _ = try person.await("quit")
        }
        #expect(outcome == RunOutcome(.quit))
    }

    /// The other user of a line: keeps what is typed to it.
    private final class Console: CharacterClient {
        let typed = Mutex<[UInt8]>([])

        func linkOpened() {}
        func peerCame(_ number: UInt32) {}
        func focusCame() {}
        func receive(_ bytes: [UInt8]) { typed.withLock { $0 += bytes } }
        func inputEnded(isFinal: Bool) {}
        func peerLeft() {}
        func linkClosed() {}
        var takesMore: Bool { true }
        var isBusy: Bool { false }
    }

    @Test("Ctrl-a c goes from the console to the monitor and back, and Ctrl-a x ends the run")
    func shared() throws {
        let console = Console()
        let outcome = try serve("mon:telnet::0,server,nowait", others: [console]) { address in
            guard let place = CharacterOptions.address(parsing: address) else { throw Wrong(text: address) }
            var person = LinkPeer(try Socket.connect(to: place))
            try person.send("login\u{1}\u{1}\u{1}h")
            _ = try person.await("from the console to the monitor")
            try person.send("\u{1}c")
            _ = try person.await("(tandem) ")
            try person.send("stop\r")
            _ = try person.await("stop\r\n(tandem) ")
            try person.send("info status\r")
            _ = try person.await("VM status: paused")
            try person.send("co\u{1}c shell \u{1}c")
            // The line that was begun is still there.
            _ = try person.await("\r\n(tandem) co")
            try person.send("nt\r")
            _ = try person.await("(tandem) ")
            try person.send("\u{1}x")
        }
        #expect(outcome.reason == .quit)
        #expect(console.typed.withLock { String(decoding: $0, as: UTF8.self) } == "login\u{1} shell ")
    }
}
