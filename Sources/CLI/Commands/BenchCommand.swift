import TandemBench
import TandemKernel

/// `tandem bench`: one mode, one line; of `traffic`, tables.
struct BenchCommand {
    let arguments: Arguments
    let catalog: Catalog
    let surroundings: Surroundings

    init(_ arguments: Arguments, _ catalog: Catalog, _ surroundings: Surroundings) {
        self.arguments = arguments
        self.catalog = catalog
        self.surroundings = surroundings
    }

    func run() throws(UsageError) -> Int32 {
        guard let mode = arguments.operands.first else {
            surroundings.write(Benchmark.listing + TrafficBench.mode.line)
            return ExitStatus.success
        }
        let numbers = try arguments.operands.dropFirst().map { (text) throws(UsageError) -> UInt64 in
            guard let number = UInt64(text) else {
                throw UsageError("“\(text)” is no number of N or OPS", command: "bench")
            }
            return number
        }
        if mode == TrafficBench.mode.name {
            return try TrafficBench(rounds: numbers.first, turns: numbers.dropFirst().first, catalog, surroundings)
                .run()
        }
        do throws(BenchmarkError) {
            let line = try Benchmark.run(mode: mode, n: numbers.first, ops: numbers.count > 1 ? numbers[1] : nil)
            surroundings.write(line.hasSuffix("\n") ? line : line + "\n")
            return ExitStatus.success
        } catch {
            throw UsageError("\(error)", command: "bench")
        }
    }
}
