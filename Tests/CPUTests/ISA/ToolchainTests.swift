import TandemCPU
import Testing

@Suite(
    "LLVM's disassembler",
    .enabled(if: LLVM.isWanted, "llvm-objdump 19 or later is missing; the Swift toolchain brings one"))
struct ToolchainTests {
    private static let attributes =
        "+m,+a,+f,+d,+c,+zicsr,+zifencei,+zba,+zbb,+zbs,+zicbom,+zicboz,+zicbop,+zawrs,+zihintpause,+svinval"

    @Test("agrees on what is legal and how it reads, for random words", arguments: XLEN.allCases)
    func words(xlen: XLEN) throws {
        let llvm = try #require(LLVM.installed, "llvm-objdump 19 or later is missing")
        let seed: UInt64 = 0x15a_0005
        print("words against LLVM: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        var words: [UInt32] = []
        for index in 0..<8000 {
            var word = UInt32.random(in: 0...UInt32.max, using: &generator)
            let row = EncodingTable.rows[index % EncodingTable.rows.count]
            if index & 3 != 0 { word = word & ~row.mask | row.match }
            if index & 3 == 1 { word ^= 1 << UInt32.random(in: 7...31, using: &generator) }
            // Formats longer than 32 bits begin with five ones.
            word |= 3
            if word & 0x1f == 0x1f { word ^= 4 }
            words.append(word)
        }
        let code = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
        let theirs = llvm.disassemble(code, triple: "riscv\(xlen.bits)", attributes: Self.attributes)
        let disassembler = Disassembler(xlen: xlen)
        let decoder = Decoder(xlen: xlen, extensions: .all)
        for (index, word) in words.enumerated() {
            let instruction = decoder.decode(word)
            // LLVM refuses at decode what the specification leaves to execution or tells a hart to ignore.
            if let instruction, instruction.operation == .fence || instruction.operation == .fence_i { continue }
            if let instruction, instruction.roundingMode == 5 || instruction.roundingMode == 6 { continue }
            // Not every name of a CSR is known to both.
            if let row = decoder.row(matching: word), row.immediate == .csr { continue }
            var ours = instruction == nil ? "<unknown>" : disassembler.text(word, at: UInt64(4 * index))
            // Without aliases LLVM writes the dynamic mode out and calls a pause the fence that it is.
            if ours == "pause" { ours = "fence w, 0" }
            if instruction?.roundingMode == 7, !ours.hasSuffix("dyn"), let row = decoder.row(matching: word),
                row.fields.contains(.roundingMode)
            {
                ours += ", dyn"
            }
            let text = theirs[4 * index] ?? "nothing"
            #expect(Self.decimal(ours) == Self.decimal(text), "0x\(String(word, radix: 16))")
        }
    }

    @Test("agrees on every 16-bit pattern", arguments: XLEN.allCases)
    func patterns(xlen: XLEN) throws {
        let llvm = try #require(LLVM.installed, "llvm-objdump 19 or later is missing")
        let patterns = (0..<UInt32(0x10000)).filter { $0 & 3 != 3 }
        let code = patterns.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let theirs = llvm.disassemble(code, triple: "riscv\(xlen.bits)", attributes: Self.attributes)
        var disassembler = Disassembler(xlen: xlen)
        disassembler.showsCompressedMnemonics = true
        let decoder = Decoder(xlen: xlen, extensions: .all)
        var differences: [String] = []
        for (index, pattern) in patterns.enumerated() {
            var ours = decoder.decode(pattern) == nil ? "<unknown>" : disassembler.text(pattern, at: UInt64(2 * index))
            // LLVM has names for the illegal zero and for kinds of hint.
            if pattern == 0 { ours = "c.unimp" }
            if ours.hasPrefix("c.addi zero, ") { ours = "c.nop " + ours.dropFirst(13) }
            for shift in ["c.slli ", "c.srli ", "c.srai "] where ours.hasPrefix(shift) && ours.hasSuffix(", 0") {
                ours = shift.dropLast() + "64 " + ours.dropFirst(shift.count).dropLast(3)
            }
            let text = theirs[2 * index] ?? "nothing"
            if Self.decimal(ours) != Self.decimal(text) { differences.append("\(ours) is \(text)") }
        }
        #expect(differences.isEmpty, "\(differences.count) differ: \(differences.prefix(10))")
    }

    /// The text with hexadecimal numbers written as decimal ones: what is a number in which base is taste.
    private static func decimal(_ text: String) -> String {
        text.split(separator: " ").map { part in
            guard part.hasPrefix("0x"), let value = UInt64(part.dropFirst(2), radix: 16) else { return String(part) }
            return String(value)
        }.joined(separator: " ")
    }
}
