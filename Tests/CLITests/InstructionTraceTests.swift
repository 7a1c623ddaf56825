import Testing

@testable import TandemCLI

@Suite struct InstructionTraceTests {
    private static let ours = """
        cpu0: cpu 0x1000 M auipc t0, 0 | t0=0x1000
        cpu0: cpu 0x80000000 M addi a0, zero, 1 | a0=0x1
        cpu0: cpu 0x80000004 M slli a0, a0, 4 | a0=0x10
        cpu0: cpu 0x80000008 M j 0x80000008 |
        """

    private static func theirs(_ values: [(UInt64, UInt64)]) -> String {
        values.map { pc, a0 in
            " pc       \(String(pc, radix: 16))\n mhartid  0\n x5/t0 0000000000002000 x10/a0 \(String(a0, radix: 16))\n"
        }.joined()
    }

    private func compare(_ values: [(UInt64, UInt64)]) -> InstructionTrace.Comparison {
        InstructionTrace.compare(
            InstructionTrace.ours(Array(Self.ours.utf8)),
            InstructionTrace.theirs(Array(Self.theirs(values).utf8)), from: 0x8000_0000)
    }

    @Test("equal traces are equal, whatever the registers held before")
    func equal() {
        let result = compare([(0x8000_0000, 99), (0x8000_0004, 1), (0x8000_0008, 16), (0x8000_0008, 16)])
        #expect(result.isEqual)
        #expect(result.text == "equal for 3 instructions from 0x80000000\n")
    }

    @Test("the first difference is named: the address, or a register")
    func differs() {
        let register = compare([(0x8000_0000, 99), (0x8000_0004, 1), (0x8000_0008, 17)])
        #expect(!register.isEqual)
        #expect(register.text.contains("after 2 instructions"), "\(register.text)")
        #expect(register.text.contains("x10 is 0x10, theirs 0x11"), "\(register.text)")
        let address = compare([(0x8000_0000, 99), (0x8000_0002, 1)])
        #expect(address.text.contains("theirs is at 0x80000002"), "\(address.text)")
        #expect(!compare([(0x1000, 0)]).isEqual)
    }
}
