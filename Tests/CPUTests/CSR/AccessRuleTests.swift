import Testing

@testable import TandemCPU

@Suite("CSRs: who may access what")
struct AccessRuleTests {
    private static let all: ClosedRange<UInt16> = 0...0xfff

    /// Names that exist on RV64 with everything that this project implements.
    private static let existing: Set<String> = {
        var names: Set<String> = [
            "fflags", "frm", "fcsr", "cycle", "time", "instret", "sstatus", "sie", "stvec", "scounteren", "senvcfg",
            "sscratch", "sepc", "scause", "stval", "sip", "stimecmp", "satp", "mvendorid", "marchid", "mimpid",
            "mhartid", "mconfigptr", "mstatus", "misa", "medeleg", "mideleg", "mie", "mtvec", "mcounteren", "menvcfg",
            "mcountinhibit", "mscratch", "mepc", "mcause", "mtval", "mip", "mcycle", "minstret",
        ]
        for number in 3...31 { names.formUnion(["hpmcounter\(number)", "mhpmcounter\(number)", "mhpmevent\(number)"]) }
        for number in 0...63 { names.insert("pmpaddr\(number)") }
        for number in stride(from: 0, through: 14, by: 2) { names.insert("pmpcfg\(number)") }
        return names
    }()

    private static func bench() -> PrivilegedBench {
        var bench = PrivilegedBench()
        bench.write("mstatus", 3 << 13)
        return bench
    }

    @Test("exactly the CSRs of this hart exist")
    func existence() {
        let bench = Self.bench()
        let found = Self.all.filter { bench.state.read($0, bench.hart, bench.environment) != nil }
        let names = found.map { CSRAddress.name(of: $0) ?? "0x\(String($0, radix: 16))" }
        #expect(Set(names).subtracting(Self.existing) == [])
        #expect(Self.existing.subtracting(names) == [])
    }

    @Test("CSRs whose number says read-only cannot be written, all others that exist can (Priv. spec §2.1)")
    func readOnly() {
        let bench = Self.bench()
        for csr in Self.all {
            var copy = bench
            let exists = copy.state.read(csr, copy.hart, copy.environment) != nil
            let isWritable = copy.state.write(csr, 0, copy.hart, &copy.environment) != nil
            #expect(isWritable == (exists && csr >> 10 != 3), "\(CSRAddress.name(of: csr) ?? "\(csr)")")
        }
    }

    @Test("the number of a CSR says the lowest privilege that may touch it", arguments: [Privilege.user, .supervisor])
    func privilege(privilege: Privilege) {
        var bench = Self.bench()
        bench.write("mcounteren", .max)
        bench.write("scounteren", .max)
        bench.write("menvcfg", .max)
        for csr in Self.all where bench.state.read(csr, bench.hart, bench.environment) != nil {
            let lowest = csr >> 8 & 3
            var lower = bench
            lower.state.privilege = privilege
            let name = CSRAddress.name(of: csr) ?? "\(csr)"
            let isReadable = lower.state.read(csr, lower.hart, lower.environment) != nil
            #expect(isReadable == (lowest <= UInt16(privilege.rawValue)), "\(name)")
            let isWritable = lower.state.write(csr, 0, lower.hart, &lower.environment) != nil
            #expect(isWritable == (isReadable && csr >> 10 != 3), "\(name)")
        }
    }

    @Test("counters are read in S if mcounteren says so, in U if scounteren does too (Priv. spec §3.1.11, §12.1.5)")
    func counterEnable() {
        let counters = [("cycle", 0), ("time", 1), ("instret", 2), ("hpmcounter3", 3), ("hpmcounter31", 31)]
        for (name, bit) in counters {
            for machine in [false, true] {
                for supervisor in [false, true] {
                    var bench = Self.bench()
                    bench.write("mcounteren", machine ? 1 << UInt64(bit) : ~(1 << UInt64(bit)))
                    bench.write("scounteren", supervisor ? 1 << UInt64(bit) : ~(1 << UInt64(bit)))
                    #expect(bench.read(name) != nil)
                    #expect(bench.with(.supervisor) { $0.read(name) != nil } == machine, "\(name)")
                    #expect(bench.with(.user) { $0.read(name) != nil } == (machine && supervisor), "\(name)")
                }
            }
        }
    }

    @Test("stimecmp needs STCE and TM below M (Sstc §2.2)")
    func timeCompare() {
        for (stce, tm) in [(false, false), (false, true), (true, false), (true, true)] {
            var bench = Self.bench()
            bench.write("menvcfg", stce ? EnvironmentBits.stce : 0)
            bench.write("mcounteren", tm ? 2 : ~2)
            #expect(bench.read("stimecmp") != nil)
            #expect(bench.write("stimecmp", 1) != nil)
            #expect(bench.with(.supervisor) { $0.read("stimecmp") != nil } == (stce && tm))
            #expect(bench.with(.supervisor) { $0.write("stimecmp", 1) != nil } == (stce && tm))
            #expect(bench.with(.user) { $0.read("stimecmp") == nil })
        }
    }

    @Test("TVM keeps S from satp, and not M (Priv. spec §3.1.6.5)")
    func virtualMemoryTrap() {
        var bench = Self.bench()
        bench.write("mstatus", Status.tvm)
        #expect(bench.read("satp") != nil)
        #expect(bench.write("satp", 8 << 60) != nil)
        #expect(bench.with(.supervisor) { $0.read("satp") == nil })
        #expect(bench.with(.supervisor) { $0.write("satp", 0) == nil })
        #expect(!bench.with(.supervisor) { $0.state.mayUseTranslation })
        #expect(bench.read("satp") == 8 << 60)
        bench.write("mstatus", 0)
        #expect(bench.with(.supervisor) { $0.write("satp", 0) != nil })
    }

    @Test("floating-point CSRs do not exist while FS is off", arguments: ["fflags", "frm", "fcsr"])
    func floatOff(name: String) {
        var bench = Self.bench()
        #expect(bench.read(name) != nil)
        bench.write("mstatus", 0)
        #expect(bench.read(name) == nil)
        #expect(bench.write(name, 1) == nil)
        #expect(bench.state.floatState == 0)
    }
}
