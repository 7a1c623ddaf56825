import Glibc
import Testing

@testable import TandemCPU

/// Guest code and the blocks it becomes, chapter by chapter, in `Tests/CPUTests/FileTests/*.irtest`.
/// `BLESS=1 swift test --filter GoldenTranslationTests` rewrites the files with what the translator does now.
@Suite("Golden translations")
struct GoldenTranslationTests {
    private static let isBlessing = getenv("BLESS").map { String(cString: $0) } == "1"

    @Test("translates each chapter as its file says", arguments: TranslationFile.all)
    func chapter(name: String) throws {
        let text = try #require(TranslationFile.read(name))
        var file = TranslationFile(text: text)
        #expect(!file.cases.isEmpty)
        for index in file.cases.indices {
            let found = try TranslationFile.translate(file.cases[index])
            if Self.isBlessing {
                file.cases[index].expected = found
            } else {
                #expect(
                    found == file.cases[index].expected,
                    "\(name), '\(file.cases[index].title)'; if this is meant: BLESS=1 swift test --filter Golden")
            }
            let block = try IRParser.block(found, functions: RISCVFunction.names)
            #expect(IRVerifier.riscv.violations(of: block) == [], "\(file.cases[index].title)")
        }
        if Self.isBlessing { TranslationFile.write(file.text, to: name) }
    }

    @Test("has a file for every chapter")
    func files() {
        #expect(
            TranslationFile.all == [
                "atomic.irtest", "bits.irtest", "block.irtest", "compressed.irtest", "control.irtest",
                "double.irtest", "integer.irtest", "memory.irtest", "multiply.irtest", "single.irtest",
                "system.irtest",
            ])
    }
}
