/// Why a command was not performed.
public struct CommandError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The classes that monitors tell apart; their words are those of QMP.
    public enum Kind: String, Sendable, CaseIterable {
        case generic = "GenericError"
        case commandNotFound = "CommandNotFound"
        case deviceNotActive = "DeviceNotActive"
        case deviceNotFound = "DeviceNotFound"
    }

    public var kind: Kind
    public var diagnosis: Diagnosis

    public init(_ kind: Kind = .generic, _ diagnosis: Diagnosis) {
        self.kind = kind
        self.diagnosis = diagnosis
    }

    public init(
        _ kind: Kind = .generic, at place: String, _ problem: String, expected: String = "", choices: [String] = [],
        nearest: [String] = []
    ) {
        self.init(kind, Diagnosis(at: place, problem, expected: expected, choices: choices, nearest: nearest))
    }

    /// Any error, in its own words.
    public init(_ error: any Error) {
        switch error {
        case let error as CommandError: self = error
        case let error as ElaborationError: self.init(.generic, error.diagnosis)
        case let error as SnapshotError: self.init(.generic, error.diagnosis)
        case let error as SimulationError: self.init(.generic, error.diagnosis)
        default: self.init(.generic, at: "", "\(error)")
        }
    }

    public var description: String { diagnosis.description }
}
