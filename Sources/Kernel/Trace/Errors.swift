/// A platform that cannot be built: a wrong property, an unbound socket, two modules of one name.
public struct ElaborationError: Error, Equatable, Sendable, CustomStringConvertible {
    public var diagnosis: Diagnosis

    public init(_ diagnosis: Diagnosis) { self.diagnosis = diagnosis }
    public init(
        at place: String, _ problem: String, expected: String = "", choices: [String] = [], nearest: [String] = []
    ) {
        diagnosis = Diagnosis(at: place, problem, expected: expected, choices: choices, nearest: nearest)
    }

    public var description: String { diagnosis.description }
}

/// What stopped a run from inside: time that overflows, a notification in the wrong phase, a thread that threw.
public struct SimulationError: Error, Equatable, Sendable, CustomStringConvertible {
    public var diagnosis: Diagnosis
    /// When it happened.
    public var time: SimTime

    public init(_ diagnosis: Diagnosis, time: SimTime) {
        self.diagnosis = diagnosis
        self.time = time
    }
    public init(
        at place: String, _ problem: String, time: SimTime, expected: String = "", choices: [String] = []
    ) {
        self.init(Diagnosis(at: place, problem, expected: expected, choices: choices), time: time)
    }

    public var description: String { "\(diagnosis.description) (at \(time))" }
}

/// A snapshot that cannot be taken or cannot be read.
public struct SnapshotError: Error, Equatable, Sendable, CustomStringConvertible {
    public var diagnosis: Diagnosis

    public init(_ diagnosis: Diagnosis) { self.diagnosis = diagnosis }
    public init(at place: String, _ problem: String, expected: String = "", choices: [String] = []) {
        diagnosis = Diagnosis(at: place, problem, expected: expected, choices: choices)
    }

    public var description: String { diagnosis.description }
}
