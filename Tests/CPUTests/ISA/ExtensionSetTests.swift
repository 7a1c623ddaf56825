import TandemCPU
import Testing

@Suite("Extension sets")
struct ExtensionSetTests {
    @Test("read what they print", arguments: XLEN.allCases)
    func roundTrip(xlen: XLEN) throws {
        let set = ExtensionSet.all.subtracting([.s, .u])
        let parsed = try ExtensionSet.parse(isaString: set.isaString(xlen: xlen))
        #expect(parsed.extensions == set)
        #expect(parsed.xlen == xlen)
        #expect(try ExtensionSet.parse(isaString: "rv32i_zicsr").extensions == [.i, .zicsr])
    }

    @Test("print in canonical order")
    func order() {
        let set: ExtensionSet = [.svpbmt, .zba, .c, .d, .f, .a, .m, .i, .zifencei, .zicsr, .sstc, .zicbom]
        #expect(set.isaString(xlen: .rv64) == "rv64imafdc_zicbom_zicsr_zifencei_zba_sstc_svpbmt")
        #expect(set.names.first == "i")
    }

    @Test(
        "add what an extension requires",
        arguments: [
            ("rv64gc", ExtensionSet.g.union(.c)), ("RV64GC_Zba", ExtensionSet.g.union([.c, .zba])),
            ("rv32id", [.i, .d, .f, .zicsr]), ("rv64ib", [.i, .b, .zba, .zbb, .zbs]),
            ("rv64i_zba_zbb_zbs", [.i, .b, .zba, .zbb, .zbs]), ("rv64i_m_a", [.i, .m, .a]),
        ] as [(String, ExtensionSet)])
    func implied(text: String, expected: ExtensionSet) throws {
        #expect(try ExtensionSet.parse(isaString: text).extensions == expected)
    }

    @Test(
        "say what is wrong with an ISA string",
        arguments: [
            ("rv128i", "must be rv32 or rv64"), ("rv64", "must begin with i or g"),
            ("rv64iv", "'v' is not an extension"),
            ("rv64i_zfh", "'zfh' is not an extension"), ("", "must be rv32 or rv64"),
        ])
    func errors(text: String, part: String) {
        let error = #expect(throws: ExtensionSetError.self) { try ExtensionSet.parse(isaString: text) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }

    @Test("have the letters of misa at their places")
    func misa() {
        #expect(ExtensionSet([.i, .m, .a, .f, .d, .c, .s, .u, .zba]).misaLetters == 0x14112d)
    }
}
