import TandemCPU
import TandemKernel
import Testing

@testable import TandemMonitor

@Suite struct RSPSessionTests {
    private static let answers: [(packet: String, answer: String)] = [
        ("?", "T05thread:1;"),
        ("qAttached", "1"),
        ("qC", "QC1"),
        ("qfThreadInfo", "m1,2,3"),
        ("qsThreadInfo", "m1,2,3"),
        ("qThreadExtraInfo,2", "686172742031"),
        ("qThreadExtraInfo,4", "E03"),
        ("T3", "OK"),
        ("T4", "E03"),
        ("T", "E03"),
        ("Hg3", "OK"),
        ("Hg9", "E03"),
        ("Hc-1", "OK"),
        ("Hx1", ""),
        ("vCont?", "vCont;c;C;s;S"),
        ("vMustReplyEmpty", ""),
        ("vCont;t", "E16"),
        ("vCont;s:9", "E03"),
        ("vCont;", "E16"),
        ("", ""),
        ("p20", "0010000000000000"),
        ("p341", "a000000000000000"),
        // mcycle is in the description, but this hart lacks it.
        ("pb41", "xxxxxxxxxxxxxxxx"),
        ("p44", "00000000"),
        ("p99999", "E06"),
        ("p", "E16"),
        ("P20=0020000000000000", "OK"),
        ("P20=00", "E16"),
        ("P1041=0000000000000000", "E06"),
        ("G00", "E16"),
        ("m1001,3", "010203"),
        ("m2ffe,8", "feff"),
        ("m0,4", "E0e"),
        ("mffffffffffffffff,4", "E0e"),
        ("m1000,0", ""),
        ("m1000", "E16"),
        ("m11111111111111111,1", "E16"),
        ("M1000,2:abcd", "OK"),
        ("M1000,2:abc", "E16"),
        ("M1000,3:abcd", "E16"),
        ("M0,1:00", "E0e"),
        ("X1000,0:", "OK"),
        ("X1000,2:ab", "OK"),
        ("X1000,3:ab", "E16"),
        ("Z0,80000000,2", "OK"),
        ("Z1,80000000,4", "OK"),
        ("Z2,80000000,4", "OK"),
        ("Z3,80000000,8", "OK"),
        ("z4,80000000,8", "OK"),
        ("Z2,80000000,0", "E16"),
        ("Z5,80000000,4", ""),
        ("Z0,x", "E16"),
        ("z0,1234,2", "OK"),
        ("qXfer:features:read:other.xml:0,10", "E00"),
        ("qXfer:features:read:target.xml:0,e", "m<?xml version="),
        ("qXfer:features:read:target.xml:fffffff,10", "l"),
        ("qXfer:features:read:target.xml:0", "E16"),
        ("qRcmd,696e666f2074696d65", "6e6f770a"),
        // No text is “OK”: nothing would mean that there are no commands.
        ("qRcmd,7175696574", "OK"),
        ("!", "OK"),
        ("vMustReplyEmpty", ""),
        ("qqemu.PhyMemMode", "0"),
        ("Qqemu.PhyMemMode:1", "OK"),
        ("Qqemu.PhyMemMode:2", "E16"),
        ("qXfer:memory-map:read::0,5", "m<?xml"),
        ("qXfer:memory-map:read:x:0,5", "E00"),
        ("qXfer:threads:read::fff,10", "l"),
        ("qRcmd,6", "E16"),
        ("cz", "E16"),
        ("C", "E16"),
    ]

    @Test("a long answer of a command comes in pieces, none larger than a packet may be")
    func longCommand() {
        var session = RSPSession(FakeTarget())
        session.receive(RSPCodec.packet(Array("qRcmd,6c6f6e67".utf8)))
        var codec = RSPCodec()
        var pieces: [[UInt8]] = []
        for byte in session.takeOutput() {
            if case .packet(let body) = codec.take(byte) { pieces.append(body) }
        }
        #expect(pieces.count == 3 && pieces.allSatisfy { $0.count <= RSPCodec.largestBody })
        #expect(pieces.dropLast().allSatisfy { $0.first == UInt8(ascii: "O") })
        #expect(pieces.reduce(0) { $0 + $1.count / 2 } == 20_000)
    }

    @Test("a guest that stands answers", arguments: answers)
    func answer(packet: String, expected: String) {
        var session = RSPSession(FakeTarget(threads: 3))
        if packet == "qsThreadInfo" {
            #expect(session.ask("qfThreadInfo") == expected)
            #expect(session.ask(packet) == "l")
        } else {
            #expect(session.ask(packet) == expected)
        }
        #expect(session.state == .stopped)
    }

    @Test("the features are named, and the limit is kept")
    func features() throws {
        var session = RSPSession(FakeTarget())
        let features = session.ask("qSupported:multiprocess+;swbreak+;hwbreak+")
        let answer = try #require(features)
        #expect(answer.hasPrefix("PacketSize=4000;QStartNoAckMode+;qXfer:features:read+"))
        #expect(session.ask("m1000,ffffffff")?.utf8.count == 2 * 0x1ff0)
    }

    @Test("memory is that of physical addresses while the debugger says so")
    func physicalMemory() {
        var session = RSPSession(FakeTarget())
        #expect(session.ask("m101010,2") == "E0e")
        #expect(session.ask("Qqemu.PhyMemMode:1") == "OK")
        #expect(session.ask("qqemu.PhyMemMode") == "1")
        #expect(session.ask("m101010,2") == "1011")
        #expect(session.ask("M101010,1:ff") == "OK")
        #expect(session.ask("Qqemu.PhyMemMode:0") == "OK")
        #expect(session.ask("m1010,2") == "ff11")
    }

    @Test("the memory map names what cannot be written, and leaves no gap")
    func memoryMap() throws {
        var session = RSPSession(FakeTarget())
        let answer = session.ask("qXfer:memory-map:read::0,1000")
        let text = try #require(answer)
        for line in [
            #"<memory type="ram" start="0x0" length="0x1000"/>"#,
            #"<memory type="rom" start="0x1000" length="0x1000"/>"#,
            #"<memory type="ram" start="0x2000" length="0xffffffffffffe000"/>"#,
        ] { #expect(text.contains(line), "\(text)") }
    }

    @Test("the list of threads names each with its core")
    func threadList() throws {
        var session = RSPSession(FakeTarget(threads: 2))
        let answer = session.ask("qXfer:threads:read::0,1000")
        let text = try #require(answer)
        #expect(text.contains(#"<thread id="2" core="1" name="hart 1">hart 1</thread>"#))
    }

    @Test("R restarts the machine and has no answer")
    func restart() {
        let target = FakeTarget()
        var session = RSPSession(target)
        #expect(session.ask("R00") == nil)
        #expect(target.resets == 1)
        #expect(session.ask("?") == "T05thread:1;")
    }

    @Test("a watched access is told with its address, and watchpoints go with the session")
    func watchpoint() {
        let target = FakeTarget(threads: 2)
        var session = RSPSession(target)
        for (packet, word, kind) in [
            ("Z2,1000,4", "watch", HartWatchpoint.Kind.write), ("Z3,1000,4", "rwatch", .read),
            ("Z4,1000,4", "awatch", .access),
        ] {
            #expect(session.ask(packet) == "OK")
            #expect(target.watchpoints.last == HartWatchpoint(0x1000, count: 4, kind))
            _ = session.ask("c")
            session.guestStopped(.watchpoint(thread: 1, address: 0x1002, kind))
            #expect(session.answer() == "T05\(word):1002;thread:2;")
        }
        #expect(session.ask("z3,1000,4") == "OK")
        #expect(target.watchpoints.map(\.kind) == [.write, .access])
        #expect(session.ask("D") == "OK")
        #expect(target.watchpoints.isEmpty)
    }

    @Test("the target description comes in pieces and lists every register once")
    func description() throws {
        var session = RSPSession(FakeTarget())
        var text = ""
        while true {
            let offset = String(text.utf8.count, radix: 16)
            let packet = session.ask("qXfer:features:read:target.xml:\(offset),100")
            let piece = try #require(packet)
            text += piece.dropFirst()
            if piece.hasPrefix("l") { break }
        }
        #expect(text.hasSuffix("</target>\n"))
        #expect(text.contains("<architecture>riscv:rv64</architecture>"))
        for row in [
            "<reg name=\"pc\" bitsize=\"64\" type=\"code_ptr\" regnum=\"32\"/>",
            "<reg name=\"f31\" bitsize=\"64\" type=\"riscv_double\" regnum=\"64\"/>",
            "<reg name=\"fcsr\" bitsize=\"32\" type=\"int\" regnum=\"68\"/>",
            "<reg name=\"mstatus\" bitsize=\"64\" type=\"int\" regnum=\"833\" group=\"csr\"/>",
            "<reg name=\"priv\" bitsize=\"64\" type=\"int\" regnum=\"4161\"/>",
        ] { #expect(text.split(separator: "\n").filter { $0 == row }.count == 1, "\(row)") }
    }

    @Test("registers are written one by one and all together")
    func registers() throws {
        let target = FakeTarget(threads: 2)
        var session = RSPSession(target)
        #expect(session.ask("Hg2") == "OK")
        #expect(session.ask("P5=8877665544332211") == "OK")
        #expect(target.registers[1][.integer(5)] == 0x1122_3344_5566_7788)
        let packet = session.ask("g")
        let all = try #require(packet)
        #expect(all.utf8.count == 33 * 16)
        #expect(session.ask("Hg1") == "OK")
        #expect(session.ask("G" + all) == "OK")
        #expect(target.registers[0][.integer(5)] == 0x1122_3344_5566_7788)
        #expect(target.registers[0][.programCounter] == 0x1001)
    }

    @Test("memory takes every byte in binary")
    func binary() {
        let target = FakeTarget()
        var session = RSPSession(target)
        let bytes = (0...255).map { UInt8($0) }
        #expect(session.ask(Array("X1800,100:".utf8) + bytes) == "OK")
        #expect(Array(target.memory[0x800..<0x900]) == bytes)
    }

    private static let resumptions: [(packet: String, actions: [DebugAction])] = [
        ("c", [.go, .go, .go]),
        ("C05", [.go, .go, .go]),
        ("s", [.stay, .step, .stay]),
        ("S05", [.stay, .step, .stay]),
        ("vCont;c", [.go, .go, .go]),
        ("vCont;s:1;c", [.step, .go, .go]),
        ("vCont;s:3", [.stay, .stay, .step]),
        ("vCont;s:0;c:-1", [.go, .step, .go]),
        ("vCont;C05:1;S05:2", [.go, .step, .stay]),
    ]

    @Test("threads go on as they are told", arguments: resumptions)
    func resumption(packet: String, actions: [DebugAction]) {
        let target = FakeTarget(threads: 3)
        var session = RSPSession(target)
        _ = session.ask("Hg2")
        #expect(session.ask(packet) == nil)
        #expect(target.resumptions == [actions])
        #expect(session.state == .running)
    }

    @Test("the older packets go on from an address, with the thread that was chosen for it")
    func address() {
        let target = FakeTarget(threads: 2)
        var session = RSPSession(target)
        _ = session.ask("Hc2")
        #expect(session.ask("c4000") == nil)
        #expect(target.registers[1][.programCounter] == 0x4000)
        #expect(target.resumptions == [[.stay, .go]])
    }

    @Test("while the guest runs, only an interruption is heard")
    func running() {
        let target = FakeTarget(threads: 2)
        var session = RSPSession(target)
        _ = session.ask("c")
        #expect(session.ask("g") == "E10")
        session.receive([3])
        #expect(target.interruptions == 1)
        #expect(session.answer() == nil)
        session.guestStopped(.interrupt)
        #expect(session.answer() == "T02thread:1;")
        session.receive([3])
        #expect(target.interruptions == 1)
        #expect(session.ask("?") == "T02thread:1;")
    }

    @Test("a stop names its thread and, to one who understands, the kind of breakpoint")
    func stops() {
        let target = FakeTarget(threads: 2)
        var session = RSPSession(target)
        for (packet, features, answer) in [
            ("Z0,1000,2", "", "T05thread:2;"), ("Z0,1000,2", "swbreak+;hwbreak+", "T05swbreak:;thread:2;"),
            ("Z1,2000,2", "swbreak+;hwbreak+", "T05hwbreak:;thread:2;"),
        ] {
            _ = session.ask("qSupported:\(features)")
            _ = session.ask(packet)
            _ = session.ask("c")
            let address: UInt64 = packet.hasPrefix("Z0") ? 0x1000 : 0x2000
            session.guestStopped(.breakpoint(thread: 1, address: address))
            #expect(session.answer() == answer)
        }
        _ = session.ask("c")
        session.guestStopped(.step(thread: 0))
        #expect(session.answer() == "T05thread:1;")
        #expect(session.ask("qC") == "QC1")
    }

    @Test("an address has as many breakpoints as were set, and the target one of them")
    func breakpoints() {
        let target = FakeTarget()
        var session = RSPSession(target)
        for packet in ["Z0,1000,2", "Z0,1000,2", "Z1,1000,4", "z0,1000,2"] { #expect(session.ask(packet) == "OK") }
        #expect(target.breakpoints.contains(0x1000))
        #expect(session.ask("z1,1000,4") == "OK")
        #expect(target.breakpoints.isEmpty)
        for address in 0..<RSPSession.breakpointLimit { _ = session.ask("Z0,\(String(address, radix: 16)),2") }
        #expect(session.ask("Z0,100000,2") == "E1c")
        #expect(session.ask("D") == "OK")
        #expect(target.breakpoints.isEmpty)
        #expect(session.state == .detached)
    }

    @Test("packets are acknowledged until that is switched off, and sent again on demand")
    func acknowledgement() {
        var session = RSPSession(FakeTarget())
        session.receive(Array("$qC#b4".utf8))
        #expect(session.takeOutput() == Array("+$QC1#c5".utf8))
        session.receive(Array("---".utf8))
        #expect(session.takeOutput() == Array("$QC1#c5".utf8))
        session.receive(Array("$qC#00".utf8))
        #expect(session.takeOutput() == Array("-".utf8))
        session.receive(RSPCodec.packet(Array("QStartNoAckMode".utf8)))
        #expect(session.takeOutput() == Array("+$OK#9a".utf8))
        session.receive(Array("+$qC#b4".utf8))
        #expect(session.takeOutput() == Array("$QC1#c5".utf8))
        session.receive(Array("-$qC#00".utf8))
        #expect(session.takeOutput() == Array("$E16#ac".utf8))
        session.receive(RSPCodec.packet([UInt8](repeating: 0, count: RSPCodec.largestBody + 1)))
        #expect(session.takeOutput() == Array("$E5a#db".utf8))
    }

    @Test("the end of the guest and of the session is told", arguments: ["k", "vKill;1"])
    func ends(kill: String) {
        var session = RSPSession(FakeTarget())
        _ = session.ask("c")
        #expect(session.ask(kill) == (kill == "k" ? nil : "OK"))
        #expect(session.state == .killed)
        var other = RSPSession(FakeTarget())
        _ = other.ask("c")
        other.guestExited(code: 3)
        #expect(other.answer() == "W03")
    }

    @Test("packets of any kind are survived", arguments: [21, 22, 23] as [UInt64])
    func anything(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let words = [
            "?", "g", "G", "p", "P", "m", "M", "X", "Z0,", "z1,", "H", "c", "s", "C", "S", "vCont;", "vCont?", "q", "T",
            "D0",
            "qRcmd,", "qXfer:features:read:target.xml:", "qThreadExtraInfo,", ",", ":", ";", "=", "1000", "-1",
            "ffffffffffffffff",
            "0", "4", "s:1", "\u{0}", "}", "*",
        ]
        let target = FakeTarget(threads: 2)
        var session = RSPSession(target)
        for _ in 0..<3000 {
            let body = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                words[Int.random(in: 0..<words.count, using: &random)]
            }.joined()
            session.receive(RSPCodec.packet(Array(body.utf8)))
            #expect(session.takeOutput().count <= 2 * RSPCodec.largestBody + 5, "seed \(seed), “\(body)”")
            if session.state == .running { session.guestStopped(.step(thread: 1)) }
            if session.state == .detached { session = RSPSession(target) }
        }
    }
}
