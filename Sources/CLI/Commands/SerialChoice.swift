public import TandemKernel

/// Where a serial port leads.
public enum SerialChoice: Equatable, Sendable {
    case stdio
    case file(String)
    /// Output is dropped, input never comes.
    case null
    /// Nothing is connected.
    case none

    /// As the user writes it.
    public var place: String {
        switch self {
        case .stdio: "stdio"
        case .file(let path): "file:\(path)"
        case .null: "null"
        case .none: "none"
        }
    }

    init(_ text: String) throws(UsageError) {
        switch text {
        case "stdio", "mon:stdio": self = .stdio
        case "null": self = .null
        case "none": self = .none
        case _ where text.hasPrefix("file:") && text.utf8.count > 5: self = .file(String(text.dropFirst(5)))
        default:
            throw RunOptions.error("-serial cannot be “\(text)”; expected stdio, file:FILE, null or none")
        }
    }
}

/// What the far end of a serial port is to be.
public struct SerialRequest {
    public var choice: SerialChoice
    /// Whether the terminal belongs to the guest: Ctrl-C goes to it, Ctrl-a x quits.
    public var isTerminalOfGuest: Bool
    /// What a terminal asks to end the run.
    public var stopHandle: StopHandle
}
