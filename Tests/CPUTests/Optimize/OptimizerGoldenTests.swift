import Glibc
import Testing

@testable import TandemCPU

/// Blocks before and after a pass, in `Tests/CPUTests/FileTests/Optimize/*.ir`; the form is that of `TranslationFile`, with a
/// block in place of guest code. `BLESS=1 swift test --filter OptimizerGoldenTests` rewrites what stands after the pass.
@Suite("Golden blocks of the optimiser")
struct OptimizerGoldenTests {
    private static let isBlessing = getenv("BLESS").map { String(cString: $0) } == "1"

    @Test("makes of each block what the file of the pass says", arguments: OptimizerPass.allCases)
    func pass(pass: OptimizerPass) throws {
        let name = "Optimize/\(pass.rawValue).ir"
        let text = try #require(TranslationFile.read(name))
        var file = TranslationFile(text: text)
        #expect(!file.cases.isEmpty)
        var passes = OptimizerPasses()
        for index in file.cases.indices {
            var block = try IRParser.block(file.cases[index].source, functions: RISCVFunction.names)
            #expect(IRVerifier.riscvTraces.violations(of: block) == [], "\(file.cases[index].title)")
            passes.run(pass, &block)
            #expect(IRVerifier.riscvTraces.violations(of: block) == [], "\(file.cases[index].title)")
            let found = IRPrinter(functions: RISCVFunction.names).text(block)
            if Self.isBlessing {
                file.cases[index].expected = found
            } else {
                #expect(
                    found == file.cases[index].expected,
                    "\(name), '\(file.cases[index].title)'; if this is meant: BLESS=1 swift test --filter Golden")
            }
        }
        if Self.isBlessing { TranslationFile.write(file.text, to: name) }
    }
}
