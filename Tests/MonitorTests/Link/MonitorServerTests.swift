import Synchronization
import TandemCPU
import TandemHost
import TandemJSON
import TandemKernel
import TandemMachine
import TandemOS
import Testing

@testable import TandemMonitor

/// Monitors over real sockets, with peers that behave and peers that do not.
@Suite struct MonitorServerTests {
    private static let loop = "1: addi a0, a0, 1\nj 1b"

    private struct Wrong: Error { let text: String }

    private final class Failure: Sendable {
        let text = Mutex<String?>(nil)
    }

    private func line(_ place: String, _ machine: Machine) throws -> CharacterLink {
        var options = try CharacterOptions(parsing: place, option: "-qmp")
        options.overflow = .disconnect
        return try CharacterLink(options, option: "-qmp", stop: machine.simulation.stopHandle)
    }

    /// Runs a machine with a monitor, which `client` uses on a thread of its own; it must end the run.
    private func serve(
        _ face: MonitorServer.Face, at place: String = "tcp::0,server,nowait",
        startsHalted: Bool = false, _ client: @escaping @Sendable (SocketAddress) throws -> Void
    ) throws -> (outcome: RunOutcome, machine: Machine) {
        let machine = try debuggedMachine(Self.loop)
        let control = RunControl(machine, startsHalted: startsHalted)
        let link = try line(place, machine)
        _ = try MonitorServer(control, face, on: link) { MonitorContext($0, catalog: .standard) }
        let address = try #require(link.socketAddress)
        let stop = machine.simulation.stopHandle
        let failure = Failure()
        let thread = try HostThread(name: "client") {
            do { try client(address) } catch {
                failure.text.withLock { $0 = "\(error)" }
                stop.requestStop(StopRequest(.interrupted))
            }
        }
        let outcome = control.run()
        thread.join()
        #expect(failure.text.withLock { $0 } == nil)
        return (outcome, machine)
    }

    @Test("our own client negotiates, asks, is refused with the reason, and hears of the end")
    func client() throws {
        let (outcome, _) = try serve(.machine) { address in
            let client = try QMPClient(address, place: "here")
            guard try client.perform("query-activity")["status"] == "running" else { throw Wrong(text: "status") }
            do {
                _ = try client.perform("query-activit")
                throw Wrong(text: "not refused")
            } catch let error as QMPClientError {
                let text = "here: query-activit was refused: The command query-activit has not been found"
                if !error.description.hasPrefix(text) { throw Wrong(text: "\(error)") }
            }
            let number = try client.send("quit")
            var messages: [QMPClient.Message] = []
            do {
                while true { messages += try client.receive() }
            } catch let error as QMPClientError {
                if !error.isHangUp || error.description != "here: the machine has hung up" {
                    throw Wrong(text: "\(error)")
                }
            }
            if messages != [.answer(number, [:]), .event("SHUTDOWN")] { throw Wrong(text: "\(messages)") }
        }
        #expect(outcome == RunOutcome(.quit))
    }

    @Test("programs come one after the other, stop the machine, let it go on and end it")
    func clients() throws {
        let (outcome, _) = try serve(.machine) { address in
            for _ in 0..<3 {
                var peer = LinkPeer(try Socket.connect(to: address))
                try peer.negotiate()
                try peer.send("{\"execute\":\"stop\"}")
                let answer = try peer.await("return")
                if !answer.contains("STOP") { throw Wrong(text: answer) }
                try peer.send("{\"execute\":\"cont\"}")
                if !(try peer.await("return")).contains("RESUME") { throw Wrong(text: "no RESUME") }
            }
            var peer = LinkPeer(try Socket.connect(to: address))
            try peer.negotiate()
            try peer.send("{\"execute\":\"quit\"}")
            if !(try peer.await("SHUTDOWN")).contains("host-qmp-quit") { throw Wrong(text: "no reason") }
        }
        #expect(outcome == RunOutcome(.quit))
    }

    @Test("a machine waits for a client that it was told to wait for, and then starts")
    func waits() throws {
        let path = "/tmp/tandem-wait-\(HostProcess.identifier)-\(UInt32.random(in: 0...UInt32.max)).sock"
        let (outcome, machine) = try serve(.machine, at: "unix:\(path),server=on") { address in
            var peer = LinkPeer(try Socket.connect(to: address))
            try peer.negotiate()
            try peer.send("{\"execute\":\"query-status\"}")
            if !(try peer.await("return")).contains("running\":true") { throw Wrong(text: "not running") }
            try peer.send("{\"execute\":\"quit\"}")
            _ = try peer.await("SHUTDOWN")
        }
        #expect(outcome.reason == .quit)
        #expect(machine.harts[0].instructionsRetired > 0)
        #expect(!Files.exists(path))
    }

    @Test(
        "a program that misbehaves harms only itself",
        arguments: [
            "hello\n", "{\"execute\":", "{\"execute\":\"stop\"}{\"execute\":\"cont\"}", "\u{0}\u{1}\u{2}\n",
            "[[[[[[[[[[\n",
            "{\"execute\":\"query-qmp-schema\"}{\"execute\":\"query-qmp-schema\"}", "",
            String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 1000) + "\n",
            "{\"execute\":\"stop\",\"execute\":\"cont\"}", "{\"execute\":[],\"arguments\":7}",
            "{\"execute\":\"pmemsave\",\"arguments\":{\"val\":0,\"size\":18446744073709551615,\"filename\":\"/dev/null\"}}",
            "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"sum 0x80000000 0x10000\"}}",
        ])
    func misbehaviour(text: String) throws {
        let (outcome, _) = try serve(.machine) { address in
            for isNegotiated in [false, true] {
                var peer = LinkPeer(try Socket.connect(to: address))
                if isNegotiated { try peer.negotiate() }
                try peer.send(text)
                // Gone without a word, in the middle of whatever it was.
            }
            var peer = LinkPeer(try Socket.connect(to: address))
            try peer.negotiate()
            try peer.send("{\"execute\":\"query-status\",\"id\":\"alive\"}")
            if !(try peer.await("alive")).contains("running\":true") { throw Wrong(text: "the machine stands") }
            try peer.send("{\"execute\":\"quit\"}")
            _ = try peer.await("SHUTDOWN")
        }
        #expect(outcome == RunOutcome(.quit))
    }

    @Test("four megabytes without a line end get one answer, and the simulation goes on meanwhile")
    func flood() throws {
        let (outcome, _) = try serve(.machine) { address in
            var peer = LinkPeer(try Socket.connect(to: address))
            try peer.negotiate()
            let piece = String(repeating: "a", count: 1 << 16)
            for _ in 0..<64 { try peer.send(piece) }
            try peer.send("\n{\"execute\":\"query-status\",\"id\":\"alive\"}")
            let answer = try peer.await("alive")
            if answer.components(of: "a message is longer") != 1 { throw Wrong(text: answer) }
            try peer.send("{\"execute\":\"quit\"}")
            _ = try peer.await("SHUTDOWN")
        }
        #expect(outcome == RunOutcome(.quit))
    }

    @Test("commands of a program that is gone before the answers are performed")
    func deaf() throws {
        let (outcome, _) = try serve(.machine) { address in
            let peer = LinkPeer(try Socket.connect(to: address))
            try peer.send("{\"execute\":\"qmp_capabilities\"}{\"execute\":\"stop\"}{\"execute\":\"quit\"}")
        }
        #expect(outcome == RunOutcome(.quit))
    }

    @Test("a person types commands and is answered, mistakes included")
    func person() throws {
        let (outcome, _) = try serve(.human, startsHalted: true) { address in
            var peer = LinkPeer(try Socket.connect(to: address))
            _ = try peer.await("(tandem) ")
            try peer.send("info status\r\n")
            if !(try peer.await("(tandem) ")).contains("paused (prelaunch)") { throw Wrong(text: "status") }
            try peer.send("c\nbogus\nx\n")
            var text = try peer.await("missing")
            if !text.contains("there is no command “bogus”") { throw Wrong(text: text) }
            try peer.send("info status\n")
            text = try peer.await("VM status")
            try peer.send("quit\n")
        }
        #expect(outcome == RunOutcome(.quit))
    }

    @Test("two monitors of one machine see what the other does")
    func together() throws {
        let machine = try debuggedMachine(Self.loop)
        let control = RunControl(machine)
        let one = try line("tcp::0,server,nowait", machine)
        let other = try line("tcp::0,server,nowait", machine)
        _ = try MonitorServer(control, .machine, on: one) { MonitorContext($0, catalog: .standard) }
        _ = try MonitorServer(control, .human, on: other) { MonitorContext($0, catalog: .standard) }
        let (program, person) = (try #require(one.socketAddress), try #require(other.socketAddress))
        let stop = machine.simulation.stopHandle
        let failure = Failure()
        let thread = try HostThread(name: "clients") {
            do {
                var peer = LinkPeer(try Socket.connect(to: program))
                try peer.negotiate()
                var human = LinkPeer(try Socket.connect(to: person))
                _ = try human.await("(tandem) ")
                try human.send("stop\n")
                _ = try peer.await("STOP")
                try peer.send("{\"execute\":\"quit\"}")
                _ = try peer.await("SHUTDOWN")
            } catch {
                failure.text.withLock { $0 = "\(error)" }
                stop.requestStop(StopRequest(.interrupted))
            }
        }
        #expect(control.run() == RunOutcome(.quit))
        thread.join()
        #expect(failure.text.withLock { $0 } == nil)
    }
}

extension String {
    /// How often `part` stands in the text.
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
