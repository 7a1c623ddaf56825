import Testing

@testable import TandemX64

@Suite("Encodings, against GNU binutils")
struct ObjdumpTests {
    @Test(
        "every row reads as binutils reads it",
        .enabled(if: Objdump.isWanted, "objdump of GNU binutils is not installed"))
    func everyRow() throws {
        let samples = Sample.all
        let assembled = Assembled(samples)
        let theirs = Objdump.disassemble(assembled.bytes, at: Sample.codeAddress)
        try #require(!theirs.isEmpty, "objdump must be installed")
        assembled.bytes.withUnsafeBytes { bytes in
            var failures = 0
            for (number, sample) in samples.enumerated() where failures < 20 {
                let offset = assembled.offsets[number]
                let range = offset..<assembled.offsets[number + 1]
                let code = UnsafeRawBufferPointer(rebasing: bytes[range])
                let text = theirs[offset].map(Objdump.normalised) ?? "nothing"
                let ours = Disassembler.instruction(code, at: Sample.codeAddress + UInt(offset))
                if text == ours.map({ Objdump.text($0, sample.width) }) && theirs[range.upperBound] != nil { continue }
                if text == ours.map({ Objdump.text($0, sample.width) }) && range.upperBound == bytes.count { continue }
                failures += 1
                Issue.record("\(sample.name): objdump says \(text), we say \(ours?.description ?? "nothing")")
            }
        }
    }
}
