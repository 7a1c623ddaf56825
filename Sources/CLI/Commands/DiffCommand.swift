import TandemJSON
import TandemKernel
import TandemMachine
import TandemReport

/// `tandem diff`: what changed between two reports, and whether it may.
struct DiffCommand {
    let arguments: Arguments
    let surroundings: Surroundings
    private let thresholds: [ReportComparison.Threshold]

    init(_ arguments: Arguments, _ surroundings: Surroundings) throws(UsageError) {
        self.arguments = arguments
        self.surroundings = surroundings
        var thresholds: [ReportComparison.Threshold] = []
        for text in arguments.all("threshold") { thresholds.append(try Self.threshold(text)) }
        for pattern in arguments.all("ignore") {
            thresholds.append(ReportComparison.Threshold(pattern: pattern, limit: .infinity))
        }
        self.thresholds = thresholds
    }

    /// “5%” for everything, or “traffic*=5%”.
    private static func threshold(_ text: String) throws(UsageError) -> ReportComparison.Threshold {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let number = parts[parts.count - 1]
        let pattern = parts.count > 1 ? parts[0] : "*"
        guard number.hasSuffix("%"), let percent = Double(number.dropLast()), percent >= 0, percent.isFinite else {
            throw UsageError(
                "-threshold cannot be “\(text)”; expected a part such as 5%, or for some places only, traffic*=5%",
                command: "diff")
        }
        return ReportComparison.Threshold(pattern: pattern, limit: percent / 100)
    }

    func run() throws(RunError) -> Int32 {
        guard arguments.operands.count == 2 else {
            throw .usage(UsageError("“tandem diff” needs two reports, from -report json:FILE", command: "diff"))
        }
        let comparison = ReportComparison(
            try report(arguments.operands[0]), try report(arguments.operands[1]), withHost: arguments.has("host"))
        let excesses = comparison.excesses(over: thresholds)
        let shown = arguments.has("all") ? comparison.differences : excesses
        if !shown.isEmpty {
            var rows = [["", arguments.operands[0], arguments.operands[1], "change"]]
            for difference in shown {
                let isTooMuch = excesses.contains(difference)
                rows.append([
                    difference.path, difference.before ?? "-", difference.after ?? "-",
                    difference.changeText + (isTooMuch || !arguments.has("all") ? "" : " (allowed)"),
                ])
            }
            surroundings.write(RunReport.table(rows, textColumns: 1))
        }
        let allowed = comparison.differences.count - excesses.count
        surroundings.write(
            "\(comparison.equalCount) values are equal, \(allowed) differ as far as they may, \(excesses.count) by more\n"
        )
        return excesses.isEmpty ? ExitStatus.success : ExitStatus.difference
    }

    private func report(_ path: String) throws(RunError) -> JSONValue {
        guard let bytes = surroundings.readFile(path) else {
            throw .platform(
                PlatformError(at: path, "the report cannot be read", expected: "a file that -report json: has written"))
        }
        let value: JSONValue
        do throws(JSONError) { value = try JSON5Reader().read(bytes, file: path) } catch {
            throw .platform(PlatformError(at: error.location.description, error.message))
        }
        guard case .object = value.content else {
            throw .platform(
                PlatformError(
                    at: path, "a report is an object, not \(value.kind)", expected: "what -report json: writes"))
        }
        return value
    }
}
