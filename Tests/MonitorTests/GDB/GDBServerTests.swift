import Synchronization
import TandemCPU
import TandemKernel
import TandemMachine
import TandemOS
import TandemTesting
import Testing

@testable import TandemMonitor

@Suite struct GDBServerTests {
    private static let loop = "1: j 1b"

    /// A machine that is debugged over a socket by `debugger`, which runs on a thread of its own.
    private func debug(
        _ source: String, startsHalted: Bool = true, harts: UInt64 = 1, at place: String = "tcp::0",
        _ debugger: @escaping @Sendable (SocketAddress) throws -> Void
    ) throws -> (outcome: RunOutcome, messages: [String]) {
        let machine = try debuggedMachine(source, harts: harts)
        var messages: [String] = []
        let control = RunControl(machine, startsHalted: startsHalted)
        let monitor = MonitorContext(control, catalog: .standard)
        let server = try GDBServer(control, at: #require(GDBServer.address(place)), monitor: monitor) {
            messages.append($0)
        }
        let address = try #require(server.address)
        let stop = machine.simulation.stopHandle
        let failure = Mutex<String?>(nil)
        let box = Failure(failure)
        let thread = try HostThread(name: "debugger") {
            do { try debugger(address) } catch {
                box.text.withLock { $0 = "\(error)" }
                stop.requestStop(StopRequest(.interrupted))
            }
        }
        let outcome = control.run()
        thread.join()
        #expect(box.text.withLock { $0 } == nil)
        return (outcome, messages)
    }

    private final class Failure: Sendable {
        let text: Mutex<String?>
        init(_ text: consuming Mutex<String?>) { self.text = text }
    }

    private struct Wrong: Error { let text: String }

    /// Sends packets, each after the answer to the one before, and compares the answers.
    private static func talk(_ peer: borrowing FileDescriptor, _ dialogue: [(String, String)]) throws {
        for (packet, expected) in dialogue {
            try peer.write(RSPCodec.packet(Array(packet.utf8)))
            try hear(peer, expected, after: packet)
        }
    }

    private static func hear(_ peer: borrowing FileDescriptor, _ expected: String, after: String) throws {
        var codec = RSPCodec()
        while true {
            let byte = try peer.read(atMost: 1)
            guard let first = byte.first else { throw Wrong(text: "\(after): the stub is gone") }
            guard case .packet(let body) = codec.take(first) else { continue }
            let text = String(decoding: body, as: UTF8.self)
            if text != expected { throw Wrong(text: "\(after): “\(text)”, not “\(expected)”") }
            return
        }
    }

    @Test("memory is written where the guest could, and nowhere else")
    func readOnly() throws {
        _ = try debug(Self.loop) { address in
            let peer = try Socket.connect(to: address)
            try Self.talk(
                peer,
                [
                    ("M1000,1:ff", "E0e"), ("M80000100,1:ff", "OK"), ("X80000100,1:a", "OK"), ("m80000100,1", "61"),
                    ("M50000000,1:ff", "E0e"), ("m50000000,1", "E0e"), ("vKill;1", "OK"),
                ])
        }
    }

    @Test(
        "a debugger comes through a socket in the file system, for its owner alone, and performs commands of the monitor"
    )
    func path() throws {
        let path = "/tmp/tandem-gdb-\(HostProcess.identifier)-\(UInt32.random(in: 0...UInt32.max))"
        let (outcome, _) = try debug(Self.loop, at: "unix:\(path)") { address in
            guard address == .unix(path: path) else { throw Wrong(text: "\(address)") }
            let peer = try Socket.connect(to: address)
            func text(_ bytes: String) -> String { bytes.utf8.map { String($0, radix: 16) }.joined() }
            try Self.talk(
                peer,
                [
                    ("qRcmd," + text("info status"), text("VM status: paused (prelaunch)") + "0a"),
                    ("qRcmd," + text("trace-event bus.hole on"), "OK"), ("vKill;1", "OK"),
                ])
        }
        #expect(outcome == RunOutcome(.quit))
        #expect(GDBServer.address("tcp:1234") == nil && GDBServer.address("unix:") == nil)
    }

    @Test("garbage, damaged and oversized packets get their errors, and a second debugger its turn")
    func badPeers() throws {
        let (outcome, _) = try debug(Self.loop, startsHalted: false, harts: 2) { address in
            do {
                let peer = try Socket.connect(to: address)
                try Self.talk(peer, [("?", "T05thread:1;")])
                try peer.write(Array("garbage}}##++$$".utf8))
                try peer.write(Array("m80000000,4#00".utf8))
                try Self.talk(peer, [("QStartNoAckMode", "OK")])
                try peer.write([UInt8](repeating: UInt8(ascii: "$"), count: 1))
                try peer.write([UInt8](repeating: UInt8(ascii: "a"), count: 100_000) + Array("#".utf8))
                try peer.write(Array("00".utf8))
                try Self.hear(peer, "E16", after: "100,000 letters with a wrong sum")
                try Self.talk(peer, [("m80000000,4", "6f000000"), ("M1000,1:00", "E0e"), ("Z2,0,0", "E16")])
                let second = try Socket.connect(to: address)
                try second.write(RSPCodec.packet(Array("?".utf8)))
                try peer.write(Array("$c#63$m0,".utf8))
                _ = consume peer
                try Self.hear(second, "T05thread:1;", after: "the first debugger has gone")
                try Self.talk(second, [("vKill;1", "OK")])
            }
        }
        #expect(outcome == RunOutcome(.quit))
    }

    @Test("a guest that has not started waits for a debugger, and is killed by it")
    func kill() throws {
        let (outcome, messages) = try debug(Self.loop) { address in
            let peer = try Socket.connect(to: address)
            try Self.talk(peer, [("?", "T05thread:1;"), ("p20", "0010000000000000"), ("vKill;1", "OK")])
        }
        #expect(outcome == RunOutcome(.quit))
        #expect(messages.isEmpty)
    }

    @Test("a running guest is stopped by a connection, then by Ctrl-C, and killed as it runs")
    func interrupt() throws {
        let (outcome, _) = try debug(Self.loop, startsHalted: false, harts: 2) { address in
            let peer = try Socket.connect(to: address)
            try Self.talk(peer, [("?", "T05thread:1;")])
            try peer.write(RSPCodec.packet(Array("vCont;c".utf8)) + [3])
            try Self.hear(peer, "T02thread:1;", after: "Ctrl-C")
            try Self.talk(peer, [("Hg2", "OK"), ("p20", "0000008000000000")])
            try peer.write(RSPCodec.packet(Array("c".utf8)) + RSPCodec.packet(Array("k".utf8)))
        }
        #expect(outcome == RunOutcome(.quit))
    }

    @Test("a debugger that vanishes within a packet leaves a guest that has not started where it is")
    func vanishBeforeStart() throws {
        let (outcome, messages) = try debug(Self.loop) { address in
            do {
                let peer = try Socket.connect(to: address)
                try Self.talk(peer, [("Z0,80000000,4", "OK")])
                try peer.write(Array("$m80000000,".utf8))
            }
            let peer = try Socket.connect(to: address)
            try Self.talk(peer, [("p20", "0010000000000000"), ("vKill;1", "OK")])
        }
        #expect(outcome == RunOutcome(.quit))
        #expect(messages == ["gdb: the debugger is gone; the guest, which has not started, waits for the next one"])
    }

    @Test("a debugger that vanishes lets a guest go on that had started, without its breakpoints")
    func vanish() throws {
        let (outcome, messages) = try debug("nop\nnop\n1: wfi\nj 1b") { address in
            let peer = try Socket.connect(to: address)
            try Self.talk(peer, [("Z0,80000004,4", "OK"), ("c", "T05thread:1;"), ("Z0,80000008,4", "OK")])
            try peer.write(Array("$Z0".utf8))
        }
        #expect(outcome.reason == .starved)
        #expect(messages == ["gdb: the debugger is gone; the guest goes on"])
    }

    @Test("a guest that a debugger leaves alone goes on")
    func detach() throws {
        let (outcome, messages) = try debug("nop\n1: wfi\nj 1b") { address in
            let peer = try Socket.connect(to: address)
            try Self.talk(peer, [("Z0,80000004,4", "OK"), ("D", "OK")])
        }
        #expect(outcome.reason == .starved)
        #expect(messages.isEmpty)
    }

    @Test("a wish to stop ends the wait for a debugger")
    func stop() throws {
        let machine = try debuggedMachine(Self.loop)
        let control = RunControl(machine, startsHalted: true)
        _ = try GDBServer(control, at: .tcp(port: 0)) { _ in }
        machine.quit(.interrupted, code: 130)
        #expect(control.run() == RunOutcome(.interrupted, code: 130))
        #expect(machine.harts[0].instructionsRetired == 0)
    }
}
