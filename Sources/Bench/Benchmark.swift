/// The benchmarks of `tandem bench`: one mode a run, one line a result, in the format that the SystemC peer prints, so
/// that one script compares both.
public enum Benchmark {
    /// All modes, in the order of their listing.
    public static let modes: [BenchmarkMode] = kernelModes + channelModes + busModes + phaseModes + cpuModes

    /// Runs one mode and returns its line.
    ///
    /// - Parameters:
    ///   - n: the size of the model; the mode's own when nothing is given.
    ///   - ops: how many operations to measure; the mode's own when nothing is given.
    public static func run(
        mode name: String, n: UInt64? = nil, ops: UInt64? = nil
    ) throws(BenchmarkError) -> String {
        guard let mode = modes.first(where: { $0.name == name }) else {
            throw BenchmarkError(mode: name, choices: modes.map(\.name))
        }
        var run = BenchmarkRun(mode: name, n: n ?? mode.n, ops: ops ?? mode.ops)
        try mode.body(&run)
        return run.line
    }

    /// One line for each mode: name, defaults, what it does.
    public static var listing: String {
        modes.map { line($0.name, n: $0.n, ops: $0.ops, $0.documentation) }.joined()
    }

    /// One line of the listing.
    public static func line(_ name: String, n: UInt64, ops: UInt64, _ documentation: String) -> String {
        name + String(repeating: " ", count: max(0, 9 - name.count)) + " n=\(n) ops=\(ops)  \(documentation)\n"
    }
}

/// One row of the table of benchmarks.
public struct BenchmarkMode: Sendable {
    public let name: String
    /// What is measured, in one line.
    public let documentation: String
    /// The default size of the model.
    public let n: UInt64
    /// The default number of operations; zero where the size says it.
    public let ops: UInt64
    let body: @Sendable (inout BenchmarkRun) throws(BenchmarkError) -> Void

    init(
        _ name: String, n: UInt64, ops: UInt64, _ documentation: String,
        _ body: @escaping @Sendable (inout BenchmarkRun) throws(BenchmarkError) -> Void
    ) {
        self.name = name
        self.documentation = documentation
        self.n = n
        self.ops = ops
        self.body = body
    }
}

/// A mode that does not exist, or one that could not be run.
public struct BenchmarkError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(mode: String, choices: [String]) {
        description = "there is no benchmark “\(mode)”; legal are \(choices.map { "“\($0)”" }.joined(separator: ", "))"
    }

    init(_ description: String) { self.description = description }
}
