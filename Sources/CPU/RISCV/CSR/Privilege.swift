/// The privilege modes (Priv. spec §1.2), by their encoding.
public enum Privilege: UInt8, Sendable, Comparable {
    case user = 0
    case supervisor = 1
    case machine = 3

    public static func < (a: Privilege, b: Privilege) -> Bool { a.rawValue < b.rawValue }

    /// The letter that people use: U, S or M.
    public var letter: String {
        switch self {
        case .user: "U"
        case .supervisor: "S"
        case .machine: "M"
        }
    }
}
