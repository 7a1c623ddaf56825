import TandemBus
import Testing

@testable import TandemCPU

extension LegalValue {
    // swift-format-ignore
    static let narrowTable: [LegalValue] = [
        .init("mstatus", then: .max, reads: 0x807e_79aa, "§3.1.6: SD is bit 31, there is no UXL and no SXL"),
        .init("mstatus", then: 1 << 31, reads: 0, "§3.1.6.6: SD is read-only"),
        .init("mstatush", then: .max, reads: 0, "§3.1.6: SBE and MBE are 0"),
        .init("sstatus", then: .max, reads: 0x800c_6122, "§12.1.1: SIE, SPIE, SPP, FS, SUM, MXR, SD"),
        .init("misa", then: 0, reads: 0x4014_112f, "§3.1.1: fixed: RV32 ABCDFIMSU"),
        .init("medeleg", then: .max, reads: 0xb3ff, "§3.1.8"),
        .init("medelegh", then: .max, reads: 0, "§3.1.8: no cause above 31 can be delegated"),
        .init("mtvec", then: .max, reads: 0xffff_fffc, "§3.1.7: mode 3 is reserved and keeps the old mode"),
        .init("stvec", then: 0x8000_0101, reads: 0x8000_0101, "§12.1.2: vectored"),
        .init("mepc", then: .max, reads: 0xffff_fffe, "§3.1.14: bit 0 is always 0"),
        .init("mcause", then: 1 << 31 | 7, reads: 1 << 31 | 7, "§3.1.15: the interrupt bit is the uppermost"),
        .init("scause", then: .max, reads: 0xffff_ffff, "§12.1.8"),
        .init("mscratch", then: .max, reads: 0xffff_ffff, "§3.1.13"),
        .init("stval", then: .max, reads: 0xffff_ffff, "§12.1.9"),
        .init("satp", then: .max, reads: 0xffff_ffff, "§12.1.11: MODE 1 bit, ASID 9 bits, PPN 22 bits"),
        .init("satp", then: 0x7fff_ffff, reads: 0x7fff_ffff, "§12.1.11: bare"),
        .init("menvcfg", then: .max, reads: 0xf1, "§3.1.18: CBZE, CBCFE, CBIE, FIOM"),
        .init("menvcfgh", then: .max, reads: 0xe000_0000, "§3.1.18: STCE, PBMTE, ADUE"),
        .init("senvcfg", then: .max, reads: 0xf1, "§12.1.10"),
        .init("stimecmp", then: 0x1234_5678, reads: 0x1234_5678, "Sstc §2.1"),
        .init("stimecmph", then: 0x9abc_def0, reads: 0x9abc_def0, "Sstc §2.1"),
        .init("mhpmcounter3h", then: .max, reads: 0, "§3.1.10: hardwired"),
        .init("pmpaddr0", then: .max, reads: 0xffff_ffff, "§3.7.1: address bits 33 to 2"),
        .init("pmpcfg0", then: 0x7f7f_7f7f, reads: 0x1f1f_1f1f, "§3.7.1: four entries"),
        .init("pmpcfg3", then: 0x1f00_0000, reads: 0x1f00_0000, "§3.7.1: odd numbers exist"),
        .init("pmpcfg4", then: .max, reads: 0, "§3.7.1: sixteen entries"),
    ]
}

@Suite("CSRs of RV32")
struct NarrowCSRTests {
    @Test("writes take what is legal and keep the rest", arguments: LegalValue.narrowTable)
    func writes(row: LegalValue) throws {
        var bench = PrivilegedBench(xlen: .rv32)
        try #require(bench.write(row.csr, row.first) != nil)
        try #require(bench.write(row.csr, row.second) != nil)
        let found = try #require(bench.read(row.csr))
        #expect(
            found == row.result,
            "\(row.csr), \(row.rule): 0x\(String(found, radix: 16)), not 0x\(String(row.result, radix: 16))")
    }

    @Test("no CSR reads more than 32 bits, whatever was written (Priv. spec §2.2)")
    func width() {
        let seed: UInt64 = 0x5a5_0032
        print("widths of the CSRs of RV32: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        var bench = PrivilegedBench(xlen: .rv32)
        bench.environment = CSREnvironment(
            cycles: generator.next(), retired: generator.next(), time: generator.next(), lines: 0xaaa, floatFlags: 31)
        for _ in 0..<20 {
            for csr in UInt16(0)...0xfff {
                _ = bench.state.write(csr, generator.next(), bench.hart, &bench.environment)
            }
            for csr in UInt16(0)...0xfff {
                guard let value = bench.state.read(csr, bench.hart, bench.environment) else { continue }
                #expect(value <= 0xffff_ffff, "\(CSRAddress.name(of: csr) ?? "\(csr)")")
            }
        }
    }

    @Test("the upper halves exist, and all of pmpcfg; those of extensions that no hart has do not")
    func existence() {
        let all: ClosedRange<UInt16> = 0...0xfff
        func names(_ xlen: XLEN) -> Set<String> {
            var bench = PrivilegedBench(xlen: xlen)
            bench.write("mstatus", 3 << 13)
            let found = all.filter { bench.state.read($0, bench.hart, bench.environment) != nil }
            return Set(found.map { CSRAddress.name(of: $0) ?? "0x\(String($0, radix: 16))" })
        }
        var expected: Set<String> = [
            "cycleh", "timeh", "instreth", "stimecmph", "mstatush", "medelegh", "menvcfgh", "mcycleh", "minstreth",
        ]
        for number in 3...31 { expected.formUnion(["hpmcounter\(number)h", "mhpmcounter\(number)h"]) }
        for number in stride(from: 1, through: 15, by: 2) { expected.insert("pmpcfg\(number)") }
        #expect(names(.rv32).subtracting(names(.rv64)) == expected)
        #expect(names(.rv64).subtracting(names(.rv32)) == [])
    }

    @Test("an upper half has the privilege and the enables of its lower half")
    func access() {
        for (lower, upper) in [
            ("cycle", "cycleh"), ("time", "timeh"), ("instret", "instreth"), ("stimecmp", "stimecmph"),
        ] {
            for enables: UInt64 in 0..<8 {
                for privilege in [Privilege.user, .supervisor, .machine] {
                    var bench = PrivilegedBench(xlen: .rv32)
                    bench.write("mcounteren", enables)
                    bench.write("scounteren", enables)
                    bench.write("menvcfgh", enables & 2 == 0 ? 0 : .max)
                    bench.state.privilege = privilege
                    #expect((bench.read(lower) != nil) == (bench.read(upper) != nil), "\(upper) in \(privilege)")
                    #expect(
                        (bench.write(lower, 1) != nil) == (bench.write(upper, 1) != nil), "\(upper) in \(privilege)")
                }
            }
        }
    }

    @Test("a half that is written leaves the other one alone")
    func halves() {
        for (lower, upper) in [("mcycle", "mcycleh"), ("minstret", "minstreth"), ("stimecmp", "stimecmph")] {
            var bench = PrivilegedBench(xlen: .rv32)
            bench.write(lower, 0x1234_5678)
            bench.environment.cycles += 1
            bench.environment.retired += 1
            bench.write(upper, 0x9abc_def0)
            bench.environment.cycles += 1
            bench.environment.retired += 1
            #expect(bench.read(lower) == 0x1234_5678 && bench.read(upper) == 0x9abc_def0, "\(upper)")
            bench.write(lower, 0xffff_ffff)
            #expect(bench.read(upper) == 0x9abc_def0, "\(lower)")
        }
        var bench = PrivilegedBench(xlen: .rv32)
        bench.write("menvcfgh", 1 << 31)
        bench.write("menvcfg", 0)
        #expect(bench.read("menvcfgh") == 1 << 31)
        bench.write("menvcfg", 1)
        bench.write("menvcfgh", 0)
        #expect(bench.read("menvcfg") == 1)
    }

    @Test("a carry goes from the lower half of a counter into the upper one (Priv. spec §3.1.10)")
    func carry() {
        var bench = PrivilegedBench(xlen: .rv32)
        bench.write("mcycleh", 5)
        bench.environment.cycles += 1
        bench.write("mcycle", 0xffff_ffff)
        bench.environment.cycles += 1
        #expect(bench.read("cycle") == 0xffff_ffff && bench.read("cycleh") == 5)
        bench.environment.cycles += 1
        #expect(bench.read("cycle") == 0 && bench.read("cycleh") == 6)
        bench.environment.time = 0x1_0000_0002
        #expect(bench.read("time") == 2 && bench.read("timeh") == 1)
    }

    @Test("the configuration bytes of RV32's pmpcfg are those of the same entries (Priv. spec §3.7.1)")
    func protection() {
        var bench = PrivilegedBench(xlen: .rv32)
        for number in 0..<4 { bench.write("pmpcfg\(number)", 0x1918_0908 + UInt64(number)) }
        for entry in 0..<16 {
            let expected = [0x08 + UInt8(entry / 4) & 7, 0x09, 0x18, 0x19][entry % 4]
            // W without R does not exist: entry 8's 0x0a keeps the permissions it had.
            #expect(bench.state.protection.configuration(entry) == (entry == 8 ? 0x08 : expected), "entry \(entry)")
        }
        // Everything, by one entry of 34 bits.
        bench = PrivilegedBench(xlen: .rv32)
        bench.write("pmpaddr0", .max)
        bench.write("pmpcfg0", 0x1f)
        #expect(bench.state.protection.allows(.store, 0x3_ffff_fffc, count: 4, .user))
    }

    @Test("traps put bit 31 into the cause and keep addresses at 32 bits (Priv. spec §3.1.7, §3.1.15)")
    func traps() {
        for cause in InterruptCause.allCases {
            var bench = PrivilegedBench(xlen: .rv32)
            bench.write("mtvec", 0xffff_fffd)
            let interrupt = PendingInterrupt(cause: cause, level: .machine)
            #expect(bench.state.take(interrupt, pc: 0x100) == (0xffff_fffc + 4 * cause.rawValue) & 0xffff_ffff)
            #expect(bench.read("mcause") == 1 << 31 | cause.rawValue)
            #expect(bench.state.returnFromMachine() == 0x100)
        }
    }

    @Test("the effects of a half are those of the whole register")
    func effects() {
        var bench = PrivilegedBench(xlen: .rv32)
        #expect(bench.write("menvcfgh", EnvironmentBits.adue >> 32)?.contains(.translation) == true)
        #expect(bench.write("satp", 1 << 31 | 5)?.contains(.translation) == true)
        #expect(bench.write("stimecmph", 0)?.contains(.interrupts) == true)
        #expect(bench.state.isTranslated(.supervisor) && !bench.state.isTranslated(.machine))
    }

    @Test("without a scheme of translation, satp takes none")
    func bare() {
        var bench = PrivilegedBench(xlen: .rv32)
        bench.hart.maximumTranslation = 0
        bench.write("satp", 1 << 31 | 5)
        #expect(bench.read("satp") == 0)
    }
}
