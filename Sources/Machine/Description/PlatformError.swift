public import TandemKernel

/// Everything that is wrong with a platform, an image or an option: at least one finding, each with its place.
public struct PlatformError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The findings in the order in which they were made.
    public var diagnoses: [Diagnosis]

    public init(_ diagnoses: [Diagnosis]) {
        precondition(!diagnoses.isEmpty, "An error needs at least one finding.")
        self.diagnoses = diagnoses
    }

    /// One finding.
    public init(
        at place: String, _ problem: String, expected: String = "", choices: [String] = [], nearest: [String] = []
    ) {
        diagnoses = [Diagnosis(at: place, problem, expected: expected, choices: choices, nearest: nearest)]
    }

    /// The findings, one a line.
    public var description: String { diagnoses.map(\.description).joined(separator: "\n") }
}

/// Collects findings, so that a user sees all mistakes of one stage at once.
struct Findings {
    private(set) var diagnoses: [Diagnosis] = []

    var isEmpty: Bool { diagnoses.isEmpty }

    mutating func add(
        at place: String, _ problem: String, expected: String = "", choices: [String] = [], nearest: [String] = []
    ) {
        add(Diagnosis(at: place, problem, expected: expected, choices: choices, nearest: nearest))
    }

    mutating func add(_ diagnosis: Diagnosis) {
        if !diagnoses.contains(diagnosis) { diagnoses.append(diagnosis) }
    }

    /// Runs `body`; its error becomes a finding and the result nothing.
    mutating func collect<Result>(_ body: () throws(ElaborationError) -> Result) -> Result? {
        do { return try body() } catch {
            add(error.diagnosis)
            return nil
        }
    }

    /// Runs `body` and says whether it succeeded; its error becomes a finding that `locate` may complete.
    @discardableResult
    mutating func attempt(
        locate: (inout Diagnosis) -> Void = { _ in }, _ body: () throws(ElaborationError) -> Void
    ) -> Bool {
        do {
            try body()
            return true
        } catch {
            var diagnosis = error.diagnosis
            locate(&diagnosis)
            add(diagnosis)
            return false
        }
    }

    /// Throws what was found, if anything was.
    func check() throws(PlatformError) {
        if !diagnoses.isEmpty { throw PlatformError(diagnoses) }
    }
}
