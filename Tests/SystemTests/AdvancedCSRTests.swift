import TandemCPU
import TandemKernel
import TandemTesting
import Testing

/// QEMU is the judge of the CSRs of Smaia and Ssaia, where it implements them as the specification says.
struct AdvancedCSRTests {
    @Test(
        "random accesses to the CSRs of interrupt files give what they give on QEMU",
        .needs(.tandem, .qemu))
    func random() throws {
        let seed = environment("TANDEM_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64.max)
        print("random accesses to CSRs of AIA: TANDEM_SEED=\(seed)")
        var random = SplitMix64(seed: seed)
        var body = ""
        for _ in 0..<2000 { body += Self.step(&random) }
        let program = try GuestAssembler.program(
            Self.start + body + Self.end, at: 0x8000_0000, xlen: .rv64)
        let image = "\(Repository.scratch)/aia-\(seed).bin"
        try write(program.bytes, to: image)
        let theirs = try QEMU.run(["-machine", "aia=aplic-imsic", "-bios", image], limit: 60)
        let run = { (engine: String) in
            try Tandem.run(
                [
                    "-machine", "virt,aia=aplic-imsic", "-bios", image, "-nographic", "-report", "none", "-engine",
                    engine,
                ], limit: 60)
        }
        let (compiled, interpreted) = (try run("translate"), try run("interpret"))
        #expect(theirs.lines.count > 2000, "\(theirs.errors)")
        #expect(compiled.output == interpreted.output)
        let different = zip(theirs.lines, compiled.lines).enumerated().first { $0.element.0 != $0.element.1 }
        #expect(different == nil, "TANDEM_SEED=\(seed): access \(different?.offset ?? 0)")
        #expect(theirs.lines.count == compiled.lines.count)
    }

    /// A handler that steps over the instruction and leaves the cause, a mark for "no access", in s2.
    private static let start = """
            la   t0, handler
            csrw mtvec, t0
            li   s1, 0x10000000
            j    begin
        .balign 4
        handler:
            csrr s2, mcause
            csrr t4, mepc
            addi t4, t4, 4
            csrw mepc, t4
            mret
        # Prints s0 and s2 in hexadecimal.
        show:
            li   t5, 16
        1:  srli t4, s0, 60
            slli s0, s0, 4
            addi t4, t4, 48
            li   t6, 58
            blt  t4, t6, 2f
            addi t4, t4, 39
        2:  sb   t4, 0(s1)
            addi t5, t5, -1
            bnez t5, 1b
            addi t4, s2, 48
            sb   t4, 0(s1)
            li   t4, 10
            sb   t4, 0(s1)
            li   s2, 0
            ret
        begin:
            li   s2, 0

        """

    private static let end = """
            li   t0, 0x100000
            li   t1, 0x5555
            sw   t1, 0(t0)
        1:  j    1b

        """

    /// One access, and what it has read.
    private static func step(_ random: inout SplitMix64) -> String {
        let level = Bool.random(using: &random) ? "m" : "s"
        let access = ["csrrw", "csrrs", "csrrc"].randomElement(using: &random) ?? "csrrw"
        var text = ""
        switch UInt8.random(in: 0..<10, using: &random) {
        case 0: text = "csrr s0, \(level)topei\n"
        case 1: text = "csrrw s0, \(level)topei, zero\n"
        case 2:
            text = "li t1, \(UInt64.random(in: 0...0x1ff, using: &random))\n\(access) s0, \(level)iselect, t1\n"
        default:
            // Left out: reserved numbers and words beyond the last identity, which are illegal on QEMU, and priorities, of
            // which QEMU has some from the start, for interrupts too that there are not. Those of RV32 are illegal on both.
            let select: UInt64 =
                switch UInt8.random(in: 0..<8, using: &random) {
                case 0: 0x70
                case 1: 0x72
                case 2, 3: .random(in: 0x40...0x6f, using: &random)
                default: 0x80 + UInt64.random(in: 0..<8, using: &random) + (Bool.random(using: &random) ? 0x40 : 0)
                }
            // QEMU's threshold holds numbers that are no identities.
            let mask: UInt64 = select == 0x72 ? 0xff : .max
            let value = UInt64.random(in: 0 ... .max, using: &random) & UInt64.random(in: 0 ... .max, using: &random)
            text =
                "li t1, \(select)\ncsrw \(level)iselect, t1\nli t1, \(value & mask)\n\(access) s0, \(level)ireg, t1\n"
        }
        return "    li s0, 0\n" + text + "    call show\n"
    }
}
