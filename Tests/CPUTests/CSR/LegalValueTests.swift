import Testing

@testable import TandemCPU

/// What a field takes when something is written into it (Priv. spec §2.3), as `(first, second, read back)`: `second` is
/// written over `first`.
struct LegalValue {
    var csr: String
    var first: UInt64 = 0
    var second: UInt64
    var result: UInt64
    var rule: String

    init(_ csr: String, _ first: UInt64 = 0, then second: UInt64, reads result: UInt64, _ rule: String) {
        self.csr = csr
        self.first = first
        self.second = second
        self.result = result
        self.rule = rule
    }

    // swift-format-ignore
    static let table: [LegalValue] = [
        .init("mstatus", then: .max, reads: 0x8000_000a_007e_79aa, "§3.1.6: UXL and SXL stay 2, XS, VS, UBE, SBE, MBE are 0"),
        .init("mstatus", .max, then: 0, reads: 0xa_0000_0000, "§3.1.6: everything but UXL and SXL can be cleared"),
        .init("mstatus", 3 << 11, then: 2 << 11, reads: 0xa_0000_1800, "§3.1.6.1: MPP does not take 2"),
        .init("mstatus", 1 << 11, then: 0, reads: 0xa_0000_0000, "§3.1.6.1: MPP takes 0"),
        .init("mstatus", then: 1 << 11, reads: 0xa_0000_0800, "§3.1.6.1: MPP takes 1"),
        .init("mstatus", then: 1 << 13, reads: 0xa_0000_2000, "§3.1.6.6: FS initial, SD clear"),
        .init("mstatus", then: 2 << 13, reads: 0xa_0000_4000, "§3.1.6.6: FS clean, SD clear"),
        .init("mstatus", then: 3 << 13, reads: 0x8000_000a_0000_6000, "§3.1.6.6: FS dirty sets SD"),
        .init("mstatus", then: 1 << 63, reads: 0xa_0000_0000, "§3.1.6.6: SD is read-only"),
        .init("sstatus", then: .max, reads: 0x8000_0002_000c_6122, "§12.1.1: SIE, SPIE, SPP, FS, SUM, MXR; UXL and SD are seen"),
        .init("misa", then: 0, reads: 0x8000_0000_0014_112f, "§3.1.1: fixed: RV64 ABCDFIMSU"),
        .init("mideleg", then: .max, reads: 0x222, "§3.1.8: interrupts of S only"),
        .init("medeleg", then: .max, reads: 0xb3ff, "§3.1.8: not the call from M, not reserved causes"),
        .init("mie", then: .max, reads: 0xaaa, "§3.1.9: six interrupts"),
        .init("mip", then: .max, reads: 0x222, "§3.1.9: SSIP, STIP and SEIP are writable in M"),
        .init("mtvec", then: .max, reads: ~3, "§3.1.7: mode 3 is reserved and keeps the old mode"),
        .init("mtvec", then: 0x8000_0001, reads: 0x8000_0001, "§3.1.7: vectored"),
        .init("mtvec", 0x1, then: 0x8000_0002, reads: 0x8000_0001, "§3.1.7: a reserved mode keeps the old mode"),
        .init("stvec", then: 0x8000_0103, reads: 0x8000_0100, "§12.1.2: a reserved mode keeps the old mode"),
        .init("stvec", then: 0x8000_0101, reads: 0x8000_0101, "§12.1.2: vectored"),
        .init("mepc", then: .max, reads: ~1, "§3.1.14: bit 0 is always 0"),
        .init("sepc", then: 0x1003, reads: 0x1002, "§12.1.7: bit 0 is always 0"),
        .init("mcause", then: 1 << 63 | 7, reads: 1 << 63 | 7, "§3.1.15"),
        .init("mtval", then: .max, reads: .max, "§3.1.16"),
        .init("mscratch", then: .max, reads: .max, "§3.1.13"),
        .init("sscratch", then: .max, reads: .max, "§12.1.6"),
        .init("scause", then: 1 << 63 | 9, reads: 1 << 63 | 9, "§12.1.8"),
        .init("stval", then: .max, reads: .max, "§12.1.9"),
        .init("mcounteren", then: .max, reads: 0xffff_ffff, "§3.1.11: 32 bits"),
        .init("scounteren", then: .max, reads: 0xffff_ffff, "§12.1.5: 32 bits"),
        .init("mcountinhibit", then: .max, reads: 0, "§3.1.12: counters cannot be stopped"),
        .init("satp", then: 8 << 60 | 0xffff << 44 | 0xfff_ffff_ffff, reads: 8 << 60 | 0xffff << 44 | 0xfff_ffff_ffff, "§12.1.11: Sv39, 16 bits of ASID"),
        .init("satp", then: 9 << 60 | 5, reads: 9 << 60 | 5, "§12.1.11: Sv48"),
        .init("satp", then: 10 << 60 | 5, reads: 10 << 60 | 5, "§12.1.11: Sv57"),
        .init("satp", 8 << 60 | 5, then: 11 << 60 | 6, reads: 8 << 60 | 5, "§12.1.11: an unsupported mode writes nothing"),
        .init("satp", 8 << 60 | 5, then: 1 << 60, reads: 8 << 60 | 5, "§12.1.11: Sv32 does not exist on RV64"),
        .init("satp", 8 << 60 | 5, then: 0, reads: 0, "§12.1.11: bare"),
        .init("menvcfg", then: .max, reads: 0xe000_0000_0000_00f1, "§3.1.18: STCE, PBMTE, ADUE, CBZE, CBCFE, CBIE, FIOM"),
        .init("menvcfg", 0x30, then: 0x20, reads: 0x30, "CMO §3: CBIE does not take 2"),
        .init("menvcfg", 0x30, then: 0x10, reads: 0x10, "CMO §3: CBIE takes 1"),
        .init("senvcfg", then: .max, reads: 0xf1, "§12.1.10: CBZE, CBCFE, CBIE, FIOM"),
        .init("senvcfg", 0x10, then: 0x60, reads: 0x50, "CMO §3: CBIE does not take 2, the rest is written"),
        .init("stimecmp", then: 0x1234_5678_9abc, reads: 0x1234_5678_9abc, "Sstc §2.1"),
        .init("mhpmcounter3", then: .max, reads: 0, "§3.1.10: hardwired"),
        .init("mhpmevent31", then: .max, reads: 0, "§3.1.10: hardwired"),
        .init("pmpaddr0", then: .max, reads: 0x3f_ffff_ffff_ffff, "§3.7.1: address bits 55 to 2"),
        .init("pmpaddr63", then: .max, reads: 0, "§3.7.1: sixteen entries"),
        .init("pmpcfg0", then: 0x7f7f_7f7f_7f7f_7f7f, reads: 0x1f1f_1f1f_1f1f_1f1f, "§3.7.1: bits 5 and 6 are 0"),
        .init("pmpcfg2", then: 0x0a, reads: 0x08, "§3.7.1: W without R is reserved and keeps the permissions"),
        .init("pmpcfg14", then: .max, reads: 0, "§3.7.1: sixteen entries"),
    ]
}

@Suite("CSRs: legal values")
struct LegalValueTests {
    @Test("writes take what is legal and keep the rest", arguments: LegalValue.table)
    func writes(row: LegalValue) throws {
        var bench = PrivilegedBench()
        try #require(bench.write(row.csr, row.first) != nil)
        try #require(bench.write(row.csr, row.second) != nil)
        let found = try #require(bench.read(row.csr))
        #expect(
            found == row.result,
            "\(row.csr), \(row.rule): 0x\(String(found, radix: 16)), not 0x\(String(row.result, radix: 16))")
    }

    @Test("what software finds after reset (Priv. spec §3.4)")
    func reset() {
        let bench = PrivilegedBench()
        #expect(bench.state.privilege == .machine)
        #expect(bench.read("mstatus") == 0xa_0000_0000)
        #expect(bench.read("mcause") == 0)
        #expect(bench.read("satp") == 0)
        #expect(bench.read("mhartid") == 3)
        #expect(bench.read("pmpcfg0") == 0)
    }

    @Test("FS does not exist without F, nor extension bits without their extension")
    func withoutExtensions() {
        var bench = PrivilegedBench()
        bench.hart.extensions = [.i, .m, .zicsr, .s, .u]
        bench.write("mstatus", .max)
        #expect(bench.read("mstatus") == 0xa_007e_19aa)
        bench.write("menvcfg", .max)
        #expect(bench.read("menvcfg") == 1)
        bench.write("mepc", .max)
        #expect(bench.read("mepc") == ~3)
        #expect(bench.read("misa") == 0x8000_0000_0014_1100)
        #expect(bench.write("stimecmp", 0) == nil)
    }

    @Test("satp knows no larger scheme than the hart", arguments: [8, 9, 10] as [UInt64])
    func schemes(maximum: UInt64) {
        var bench = PrivilegedBench()
        bench.hart.maximumTranslation = maximum
        for mode: UInt64 in 8...10 {
            bench.write("satp", 0)
            bench.write("satp", mode << 60)
            #expect(bench.read("satp") == (mode <= maximum ? mode << 60 : 0))
        }
    }

    @Test("the views of S show what is delegated, and change nothing else")
    func delegatedViews() {
        var bench = PrivilegedBench()
        bench.write("mie", .max)
        bench.write("mip", .max)
        bench.write("mideleg", 0x202)
        #expect(bench.read("sie") == 0x202)
        #expect(bench.read("sip") == 0x202)
        bench.write("sie", 0)
        #expect(bench.read("mie") == 0x8a8)
        // Of the pending bits, S may clear SSIP only (§12.1.3).
        bench.write("sip", 0)
        #expect(bench.read("mip") == 0x220)
        bench.write("mideleg", 0)
        bench.write("sip", 2)
        #expect(bench.read("mip") == 0x220)
    }

    @Test("SEIP is the or of the line and the software bit (Priv. spec §3.1.9)")
    func externalInterrupt() {
        var bench = PrivilegedBench()
        bench.environment.lines = InterruptBits.sei | InterruptBits.mei
        bench.write("mip", 0)
        #expect(bench.read("mip") == 0xa00)
        bench.write("mip", InterruptBits.sei)
        bench.environment.lines = 0
        #expect(bench.read("mip") == 0x200)
    }

    @Test("with Sstc in use, STIP is the timer's alone (Sstc §2.1)")
    func timerInterrupt() {
        var bench = PrivilegedBench()
        bench.write("mip", InterruptBits.sti)
        #expect(bench.read("mip") == 0x20)
        bench.write("menvcfg", EnvironmentBits.stce)
        #expect(bench.read("mip") == 0)
        bench.write("mip", InterruptBits.sti)
        #expect(bench.read("mip") == 0)
        bench.environment.lines = InterruptBits.sti
        #expect(bench.read("mip") == 0x20)
    }

    @Test("a counter that was written reads that value at the next instruction (Unpriv. spec “Zicsr”)")
    func counters() {
        var bench = PrivilegedBench()
        bench.environment.cycles = 1000
        bench.environment.retired = 500
        bench.write("mcycle", 7)
        bench.write("minstret", .max)
        bench.environment.cycles += 1
        bench.environment.retired += 1
        #expect(bench.read("mcycle") == 7)
        #expect(bench.read("minstret") == .max)
        #expect(bench.read("cycle") == 7)
        bench.environment.cycles += 10
        bench.environment.retired += 10
        #expect(bench.read("cycle") == 17)
        #expect(bench.read("instret") == 9)
    }

    @Test("fcsr is frm and fflags, and writing any of them makes FS dirty")
    func floatStatus() {
        var bench = PrivilegedBench()
        for csr in ["fcsr", "frm", "fflags"] {
            bench.write("mstatus", 1 << 13)
            bench.write(csr, 0)
            #expect(bench.state.floatState == 3, "\(csr)")
        }
        bench.write("fcsr", .max)
        #expect(bench.read("fcsr") == 0xff)
        #expect(bench.read("frm") == 7)
        #expect(bench.read("fflags") == 31)
        bench.write("frm", 2)
        bench.write("fflags", 5)
        #expect(bench.read("fcsr") == 0x45)
    }

    @Test("says what else changes when a CSR is written")
    func effects() {
        var bench = PrivilegedBench()
        #expect(bench.write("satp", 8 << 60)?.contains(.translation) == true)
        #expect(bench.write("pmpaddr0", 5)?.contains(.translation) == true)
        #expect(bench.write("pmpcfg0", 5)?.contains(.translation) == true)
        #expect(bench.write("mstatus", Status.mxr)?.contains(.translation) == true)
        #expect(bench.write("mstatus", Status.mxr | Status.sum)?.contains(.translation) == false)
        #expect(bench.write("mstatus", Status.mprv)?.contains(.mode) == true)
        #expect(bench.write("menvcfg", EnvironmentBits.adue)?.contains(.translation) == true)
        #expect(bench.write("menvcfg", EnvironmentBits.adue | EnvironmentBits.stce)?.contains(.interrupts) == true)
        #expect(bench.write("mie", 5)?.contains(.interrupts) == true)
        #expect(bench.write("mscratch", 5) == [])
    }
}
