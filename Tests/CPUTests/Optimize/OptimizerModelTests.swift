import Testing

@testable import TandemCPU

/// Random traces before and after, executed by `BlockModel`.
@Suite("The optimiser against the definition")
struct OptimizerModelTests {
    @Test("shows the world the same, pass by pass and all together", arguments: OptimizerPass.allCases)
    func traces(pass: OptimizerPass) {
        let seed: UInt64 = 0x0b71_3153
        print("traces of the optimiser (\(pass)): seed \(seed)")
        var generator = TraceGenerator(seed: seed)
        var passes = OptimizerPasses()
        for number in 0..<600 { check(generator.trace(), pass, number, &passes) }
    }

    @Test("keeps blocks of all operations as they are to the world")
    func everyOperation() {
        let seed: UInt64 = 0x0b71_3154
        print("blocks of the optimiser: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        var passes = OptimizerPasses()
        for number in 0..<400 { check(.random(using: &generator), .all, number, &passes) }
    }

    private func check(
        _ block: IRBlock, _ pass: OptimizerPass, _ number: Int, _ passes: inout OptimizerPasses
    ) {
        var optimized = block
        passes.run(pass, &optimized)
        let verifier = IRVerifier(allowsTraces: true)
        #expect(verifier.violations(of: optimized) == [], "number \(number)")
        for seed in 0..<4 as Range<UInt64> {
            var before = BlockModel(seed: seed)
            var after = BlockModel(seed: seed)
            let ends = (before.run(block), after.run(optimized))
            guard ends.0 == ends.1, before.events == after.events else {
                let printer = IRPrinter()
                Issue.record(
                    """
                    number \(number), values \(seed): \(difference(before.events, after.events, ends))
                    \(printer.text(block))became
                    \(printer.text(optimized))
                    """)
                return
            }
        }
    }

    private func difference(
        _ before: [BlockModel.Event], _ after: [BlockModel.Event], _ ends: (BlockModel.End, BlockModel.End)
    ) -> String {
        for (first, second) in zip(before, after) where first != second {
            let place = first.before.indices.first {
                first.before[$0] != second.before[$0] || first.after[$0] != second.after[$0]
            }
            return "access of instruction @\(first.boundary), place \(place.map(String.init) ?? "none")"
        }
        let place = ends.0.guest.indices.first { ends.0.guest[$0] != ends.1.guest[$0] }
        return """
            \(before.count) and \(after.count) accesses, retired \(ends.0.retired) and \(ends.1.retired), \
            ends at \(ends.0.target) and \(ends.1.target), place \(place.map(String.init) ?? "none")
            """
    }
}
