import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("AIA: control and status registers")
struct AdvancedCSRTests {
    /// A privileged state with interrupt files, whose CSRs are reached as the hart reaches them.
    private struct Bench {
        var state: PrivilegedState
        var hart: HartConfiguration
        let files: InterruptFiles?
        var lines: UInt64 = 0

        init(xlen: XLEN = .rv64, extensions: ExtensionSet = .all, hasFiles: Bool = true) {
            state = PrivilegedState(xlen: xlen)
            hart = HartConfiguration(xlen: xlen, extensions: extensions.withImplied)
            files = hasFiles ? InterruptFiles(identityCount: 255) : nil
        }

        private var environment: CSREnvironment {
            CSREnvironment(cycles: 0, retired: 0, time: 0, lines: lines, floatFlags: 0)
        }

        func read(_ name: String) -> UInt64? {
            guard let csr = CSRAddress.address(named: name) else { return nil }
            return state.read(csr, hart, environment) ?? state.readAdvanced(csr, hart, lines: lines, files)
        }

        @discardableResult
        mutating func write(_ name: String, _ value: UInt64) -> Bool {
            guard let csr = CSRAddress.address(named: name) else { return false }
            var environment = environment
            let effects =
                state.write(csr, value, hart, &environment) ?? state.writeAdvanced(csr, value, hart, files)
            state.advanced.machineTop = files?.machine.top ?? 0
            state.advanced.supervisorTop = files?.supervisor.top ?? 0
            return effects != nil
        }

        /// Writes the register that `miselect` or `siselect` selects.
        @discardableResult
        mutating func write(_ level: String, _ select: UInt64, _ value: UInt64) -> Bool {
            write("\(level)iselect", select)
            return write("\(level)ireg", value)
        }
    }

    private static let all = [
        "miselect", "mireg", "mtopei", "mtopi", "mvien", "mvip", "siselect", "sireg", "stopei", "stopi",
    ]

    @Test("a hart without Smaia and Ssaia has none of them", arguments: all)
    func absent(name: String) {
        var bench = Bench(extensions: .all.subtracting([.smaia, .ssaia]))
        #expect(bench.read(name) == nil && !bench.write(name, 0))
    }

    @Test("Ssaia alone has those of the supervisor (AIA spec §1.6)", arguments: all)
    func supervisorOnly(name: String) {
        var bench = Bench(extensions: .all.subtracting(.smaia))
        bench.write("siselect", 0x70)
        bench.write("miselect", 0x70)
        #expect((bench.read(name) != nil) == name.hasPrefix("s"))
    }

    @Test("mtopi and stopi are read only; levels below do not reach those above (Priv. spec §2.1)")
    func access() {
        var bench = Bench()
        bench.write("siselect", 0x70)
        bench.write("miselect", 0x70)
        #expect(!bench.write("mtopi", 0) && !bench.write("stopi", 0))
        bench.state.privilege = .supervisor
        for name in Self.all { #expect((bench.read(name) != nil) == name.hasPrefix("s"), "\(name)") }
        bench.state.privilege = .user
        for name in Self.all { #expect(bench.read(name) == nil, "\(name)") }
    }

    @Test(
        "what a select register can hold has no register but in two ranges (AIA spec §2.1)",
        arguments: [XLEN.rv64, .rv32])
    func selection(xlen: XLEN) {
        for hasFiles in [true, false] {
            var bench = Bench(xlen: xlen, hasFiles: hasFiles)
            for level in ["m", "s"] {
                for select: UInt64 in 0...0x1ff {
                    bench.write("\(level)iselect", select)
                    #expect(bench.read("\(level)iselect") == select)
                    let isThere =
                        0x30...0x3f ~= select && (xlen == .rv32 || select % 2 == 0)
                        || hasFiles && 0x70...0xff ~= select && (select < 0x80 || xlen == .rv32 || select % 2 == 0)
                    #expect((bench.read("\(level)ireg") != nil) == isThere, "\(select)")
                    #expect(bench.write("\(level)ireg", 0) == isThere, "\(select)")
                }
                #expect((bench.read("\(level)topei") != nil) == hasFiles)
            }
        }
    }

    @Test("a claim clears what is read, at its level only (AIA spec §3.9)")
    func claims() {
        var bench = Bench()
        for (level, identity) in [("m", UInt64(5)), ("s", 70)] {
            #expect(bench.read("\(level)topei") == 0)
            bench.write(level, 0xc0 + identity / 64 * 2, 1 << (identity % 64))
            bench.write(level, 0x80 + identity / 64 * 2, 1 << (identity % 64))
        }
        #expect(bench.read("mtopei") == 5 << 16 | 5 && bench.read("stopei") == 70 << 16 | 70)
        bench.write("mtopei", 0xffff)
        #expect(bench.read("mtopei") == 0 && bench.read("stopei") == 70 << 16 | 70)
        bench.write("stopei", 0)
        #expect(bench.read("stopei") == 0)
    }

    @Test("priorities are bytes of the interrupts that there are; external ones have none (AIA spec §5.2.1, §5.4.1)")
    func priorities() {
        var bench = Bench()
        for (level, low, high) in [
            ("m", UInt64(0xff00_ff00_ff00_ff00), UInt64(0xff00)), ("s", 0x0000_ff00_0000_ff00, 0),
        ] {
            for (select, expected) in [(0x30 as UInt64, low), (0x32, high), (0x34, 0), (0x3e, 0)] {
                bench.write(level, select, .max)
                #expect(bench.read("\(level)ireg") == expected, "\(level) \(select)")
            }
        }
        var narrow = Bench(xlen: .rv32)
        narrow.write("m", 0x31, 0x1234_5678)
        #expect(narrow.read("mireg") == 0x1200_5600)
        narrow.write("miselect", 0x30)
        #expect(narrow.read("mireg") == 0)
    }

    @Test(
        "mtopi and stopi tell the interrupt that would be taken, whatever the global enables (AIA spec §5.2.2, §5.4.2)")
    func top() {
        var bench = Bench()
        bench.write("mie", .max)
        #expect(bench.read("mtopi") == 0 && bench.read("stopi") == 0)
        bench.lines = InterruptBits.mti | InterruptBits.msi
        #expect(bench.read("mtopi") == 3 << 16 | 255)
        bench.lines |= InterruptBits.mei
        #expect(bench.read("mtopi") == 11 << 16 | 255)
        bench.write("m", 0xc0, 1 << 9)
        bench.write("m", 0x80, 1 << 9)
        #expect(bench.read("mtopi") == 11 << 16 | 9)
        bench.write("mideleg", InterruptBits.sti | InterruptBits.sei)
        bench.lines = InterruptBits.sti | InterruptBits.sei
        #expect(bench.read("mtopi") == 0 && bench.read("stopi") == 9 << 16 | 255)
        // A number puts the timer before external interrupts without one.
        bench.write("s", 0x30, 200 << 40)
        #expect(bench.read("stopi") == 5 << 16 | 200)
        bench.write("s", 0xc0, 1 << 17)
        bench.write("s", 0x80, 1 << 17)
        #expect(bench.read("stopi") == 9 << 16 | 17)
        #expect(bench.state.interrupt(lines: bench.lines) == nil)
        bench.state.privilege = .user
        #expect(
            bench.state.interrupt(lines: bench.lines)
                == PendingInterrupt(cause: .supervisorExternal, level: .supervisor))
    }

    @Test("equal numbers leave the default order, others decide, at every level (AIA spec §5.2.1)")
    func randomOrder() {
        let seed: UInt64 = 0xa1a
        print("orders of priorities: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        let order: [InterruptCause] = [
            .machineExternal, .machineSoftware, .machineTimer, .supervisorExternal, .supervisorSoftware,
            .supervisorTimer,
        ]
        for _ in 0..<20_000 {
            var bench = Bench(hasFiles: false)
            bench.write("mie", .max)
            bench.write("mideleg", generator.next())
            bench.write("m", 0x30, generator.next() & 0x0300_0300_0300_0300)
            bench.write("m", 0x32, generator.next() & 0x300)
            bench.write("s", 0x30, generator.next() & 0x0300_0000_0300)
            bench.state.advanced.machineTop = generator.next() & 3
            bench.state.advanced.supervisorTop = generator.next() & 3
            bench.lines = generator.next() & InterruptBits.all
            bench.state.privilege = .user
            func number(_ cause: InterruptCause, _ isMachine: Bool) -> Int {
                let (priorities, top) =
                    isMachine
                    ? (bench.state.advanced.machinePriorities, bench.state.advanced.machineTop)
                    : (bench.state.advanced.supervisorPriorities, bench.state.advanced.supervisorTop)
                if cause == (isMachine ? .machineExternal : .supervisorExternal) { return top == 0 ? 256 : Int(top) }
                return priorities[cause] == 0 ? 1000 : Int(priorities[cause])
            }
            var expected: PendingInterrupt?
            for isMachine in [true, false] where expected == nil {
                let ready = order.enumerated().filter { _, cause in
                    bench.lines & cause.bit != 0 && (bench.state.interruptDelegation & cause.bit == 0) == isMachine
                }
                let best = ready.min { one, other in
                    let (first, second) = (number(one.element, isMachine), number(other.element, isMachine))
                    return first == second ? one.offset < other.offset : first < second
                }
                expected = best.map { PendingInterrupt(cause: $0.element, level: isMachine ? .machine : .supervisor) }
            }
            #expect(bench.state.interrupt(lines: bench.lines) == expected)
        }
    }

    @Test("mvien lets M keep an interrupt and give S a virtual one (AIA spec §5.3)")
    func virtual() {
        var bench = Bench()
        #expect(bench.read("mvien") == 0)
        bench.write("mvien", .max)
        #expect(bench.read("mvien") == 0x202)
        bench.write("mie", InterruptBits.sei)
        bench.lines = InterruptBits.sei
        #expect(bench.read("sip") == 0 && bench.read("mip") == InterruptBits.sei)
        bench.write("sie", .max)
        #expect(bench.read("sie") == 0x202 && bench.read("mie") == InterruptBits.sei)
        bench.write("mvip", .max)
        #expect(bench.read("mvip") == 0x222 && bench.read("sip") == 0x202)
        // The line is not the virtual one: mip shows the line alone.
        bench.lines = 0
        #expect(bench.read("mip") == InterruptBits.sti && bench.read("sip") == 0x202)
        bench.state.privilege = .user
        #expect(bench.state.interrupt(lines: 0) == PendingInterrupt(cause: .supervisorExternal, level: .supervisor))
        #expect(bench.state.wakes(lines: 0))
        bench.lines = InterruptBits.sei
        #expect(
            bench.state.interrupt(lines: bench.lines) == PendingInterrupt(cause: .supervisorExternal, level: .machine))
        bench.state.privilege = .machine
        bench.write("sip", 0)
        #expect(bench.read("sip") == InterruptBits.sei && bench.read("mvip") == 0x220)
        bench.write("mvip", 0)
        #expect(bench.read("sip") == 0)
    }

    @Test("without mvien the bits of mvip are those that software writes to mip (AIA spec §5.3)")
    func aliases() {
        var bench = Bench()
        bench.write("mip", 0x222)
        #expect(bench.read("mvip") == 0x222)
        bench.write("mvip", 0x20)
        #expect(bench.read("mip") == 0x20)
        bench.write("menvcfg", EnvironmentBits.stce)
        bench.write("mvip", .max)
        #expect(bench.read("mvip") == 0x202 && bench.read("mip") == 0x202)
    }

    @Test("bit 9 of mvien keeps S from its interrupt file (AIA spec §5.3)")
    func supervisorFile() {
        var bench = Bench()
        bench.write("mvien", InterruptBits.sei)
        bench.write("siselect", 0x70)
        #expect(bench.read("sireg") == 0 && bench.read("stopei") == 0)
        bench.state.privilege = .supervisor
        #expect(bench.read("sireg") == nil && bench.read("stopei") == nil && !bench.write("stopei", 0))
        bench.write("siselect", 0x30)
        #expect(bench.read("sireg") == 0)
    }

    @Test("RV32 has upper halves, all zero; RV64 has none (AIA spec §2.1)", arguments: [XLEN.rv32, .rv64])
    func halves(xlen: XLEN) {
        for name in ["midelegh", "mieh", "mvienh", "mviph", "miph", "sieh", "siph"] {
            var bench = Bench(xlen: xlen)
            bench.lines = InterruptBits.sei
            #expect(bench.write(name, .max) == (xlen == .rv32))
            #expect(bench.read(name) == (xlen == .rv32 ? 0 : nil))
            #expect(bench.state.softwarePending == 0)
        }
    }
}
