import TandemCPU
import TandemKernel
import TandemMachine
import TandemTesting
import Testing

@testable import TandemMonitor

/// A board with harts, memory and the reset code, whose firmware is `source`, at 0x8000_0000.
func debuggedMachine(_ source: String, harts: UInt64 = 1, dmi: Bool = true) throws -> Machine {
    var platform = Platform("board", board: Board(harts: "cpu", memory: "ram", bootROM: "rom", compatible: ["test"]))
    platform.add("bus", "router")
    platform.add("cpu", "riscv-hart", ["hart-id": "[i]", "bus": "bus", "dmi": .bool(dmi)], count: harts)
    platform.add("rom", "rom", ["size": "4K"], at: 0x1000)
    platform.add("ram", "ram", ["size": "16M"], at: 0x8000_0000)
    let machine = try Machine(platform, catalog: .standard)
    let program = try GuestAssembler.program(source, at: 0x8000_0000, xlen: .rv64)
    let images = ImageSource { (name) throws(PlatformError) in ImageBytes(program.bytes, name: name) }
    try machine.load(BootOptions(firmware: "fw.bin"), from: images)
    return machine
}

@Suite struct HartSessionTests {
    /// Debugs without a socket: what the server does between two runs.
    private struct Bench {
        let machine: Machine
        let target: HartTarget
        var session: RSPSession

        init(_ source: String, harts: UInt64 = 1) throws {
            machine = try debuggedMachine(source, harts: harts)
            target = HartTarget(machine.simulation, harts: machine.harts)
            target.console = { [unowned machine] _ in "\(machine.simulation.scheduler.now)" }
            session = RSPSession(target)
        }

        /// Sends a packet, lets the guest run if that was its meaning, and yields the answer.
        mutating func ask(_ packet: String) -> String? {
            let answer = session.ask(packet)
            guard session.state == .running else { return answer }
            #expect(machine.run(until: .milliseconds(1)).reason == .debugger)
            if let stop = target.takeStop() { session.guestStopped(stop) }
            return session.answer()
        }
    }

    private static let loop = """
        li a0, 0
        1: addi a0, a0, 1
        j 1b
        """

    @Test("a breakpoint stops before its instruction, once each time round; steps are of one instruction")
    func breakpoint() throws {
        var bench = try Bench(Self.loop)
        #expect(bench.ask("p20") == "0010000000000000")
        #expect(bench.ask("Z0,80000004,4") == "OK")
        for round in 0..<3 {
            #expect(bench.ask("c") == "T05thread:1;")
            #expect(bench.ask("p20") == "0400008000000000")
            #expect(bench.ask("pa") == "0\(round)00000000000000")
        }
        #expect(bench.ask("s") == "T05thread:1;")
        #expect(bench.ask("p20") == "0800008000000000")
        #expect(bench.ask("pa") == "0300000000000000")
        #expect(bench.ask("vCont;s:1") == "T05thread:1;")
        #expect(bench.ask("p20") == "0400008000000000")
    }

    @Test("no time passes while the guest stands, and one cycle with a step")
    func time() throws {
        var bench = try Bench(Self.loop)
        let hart = try #require(bench.machine.harts.first)
        _ = bench.ask("Z0,80000004,4")
        _ = bench.ask("c")
        let time = bench.ask("qRcmd,696e666f2074696d65")
        for packet in ["g", "m80000000,100", "p300", "p341"] { _ = bench.ask(packet) }
        #expect(bench.session.ask("qRcmd,696e666f2074696d65") == time)
        let retired = hart.instructionsRetired
        _ = bench.ask("s")
        #expect(hart.instructionsRetired == retired + 1)
    }

    @Test("registers, CSRs and memory that the debugger writes are the guest's")
    func writing() throws {
        var bench = try Bench(
            """
            1: addi a1, a0, 1
            j 1b
            """)
        _ = bench.ask("Z0,80000000,4")
        _ = bench.ask("c")
        #expect(bench.ask("Pa=2900000000000000") == "OK")
        _ = bench.ask("s")
        #expect(bench.ask("pb") == "2a00000000000000")
        // mscratch, which is 0x340.
        #expect(bench.ask("P381=8877665544332211") == "OK")
        #expect(bench.machine.harts[0].csr(0x340) == 0x1122_3344_5566_7788)
        // Code that has been translated: addi a1, a0, 2.
        #expect(bench.ask("M80000000,4:93052500") == "OK")
        #expect(bench.ask("P20=0000008000000000") == "OK")
        _ = bench.ask("s")
        #expect(bench.ask("pb") == "2b00000000000000")
        #expect(bench.ask("m10000000,4") == "E0e")
    }

    @Test("when one hart stops, all stand; a step of one leaves the others where they are")
    func several() throws {
        var bench = try Bench(
            """
            csrr a1, mhartid
            li a2, 2
            li a0, 0
            1: addi a0, a0, 1
            bne a1, a2, 1b
            2: j 2b
            """, harts: 3)
        let harts = bench.machine.harts
        // The third hart alone comes to the last instruction.
        #expect(bench.ask("Z1,80000014,4") == "OK")
        #expect(bench.ask("c") == "T05thread:3;")
        #expect(harts[2].programCounter == 0x8000_0014)
        let others = harts.map(\.instructionsRetired)
        #expect(bench.ask("vCont;s:2") == "T05thread:2;")
        #expect(harts.map(\.instructionsRetired) == [others[0], others[1] + 1, others[2]])
        #expect(bench.ask("vCont;s:1;c") == "T05thread:1;")
        #expect(harts[0].instructionsRetired == others[0] + 1)
    }

    @Test("whatever a debugger asks of a guest of several harts, each packet has its answer and nothing breaks")
    func anything() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        let words = [
            "?", "g", "p", "P", "m", "M", "X", "Z0,", "z0,", "Z1,", "Z2,", "z2,", "Z3,", "Z4,", "z4,", "Hg", "Hc", "c",
            "s", "vCont;s:1", ";c", ";s:2", "vCont;c", "T", "qfThreadInfo", "qXfer:memory-map:read::", "80000004", ",4",
            "80000100", ",8", "1000", "50000000", "20", "=00", ":ff", "300", "341", "-1", "0", "1", "2", "3",
            "Qqemu.PhyMemMode:", "!", "ffffffffffffffff",
        ]
        var bench = try Bench(
            """
            la s0, data
            1: ld a0, 0(s0)
            addi a0, a0, 1
            sd a0, 0(s0)
            j 1b
            .balign 8
            data:
            .dword 0
            """, harts: 2)
        var stops = 0
        for number in 0..<1500 as Range<UInt64> {
            let body = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                words[Int.random(in: 0..<words.count, using: &random)]
            }.joined()
            let answer = bench.session.ask(body)
            guard bench.session.state == .running else {
                #expect(answer != nil, "seed \(seed), packet \(number) “\(body)”")
                if bench.session.state != .stopped { bench.session = RSPSession(bench.target) }
                continue
            }
            let now = bench.machine.simulation.scheduler.now
            switch bench.machine.run(until: now + .microseconds(1)).reason {
            case .debugger: stops += 1
            case .timeLimit: break
            case .guestHang, .starved: return
            case let reason: Issue.record("seed \(seed), packet \(number) “\(body)”: \(reason)")
            }
            bench.session.guestStopped(bench.target.takeStop() ?? .interrupt)
            #expect(bench.session.answer()?.hasPrefix("T0") == true)
        }
        #expect(stops > 10, "seed \(seed)")
    }

    @Test("the description names the registers that the hart has")
    func description() throws {
        let bench = try Bench(Self.loop)
        let text = String(decoding: bench.target.description.xml, as: UTF8.self)
        for name in ["zero", "fp", "pc", "ft0", "fcsr", "mstatus", "satp", "mhartid", "priv"] {
            #expect(text.contains("<reg name=\"\(name)\" "), "\(name)")
        }
        #expect(!text.contains("mstatush"))
    }
}
