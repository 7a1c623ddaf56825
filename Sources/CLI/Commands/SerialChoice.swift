public import TandemDevices
public import TandemHost
public import TandemKernel

/// Where a serial port leads.
public enum SerialChoice: Equatable, Sendable {
    /// A place on the host; without an id it is called after the port.
    case line(CharacterOptions)
    /// Nothing is connected.
    case none

    /// The program's own streams, where a port leads if nobody says anything.
    public static let stdio = SerialChoice.line(CharacterOptions(.standardStreams, overflow: .wait))

    /// What -serial was given; `declared` are the lines of -chardev.
    init(_ text: String, _ declared: [CharacterOptions]) throws(UsageError) {
        if text == "none" {
            self = .none
        } else {
            self = .line(try CharacterOptions(text, of: "-serial", declared))
        }
    }

    /// Whether it leads to standard input and output.
    var isStandardStreams: Bool {
        if case .line(let options) = self { options.place == .standardStreams } else { false }
    }
}

extension CharacterOptions {
    /// A line in the short form, or `chardev:ID`, one of those that are declared.
    init(_ text: String, of option: String, _ declared: [CharacterOptions]) throws(UsageError) {
        if text.hasPrefix("chardev:") {
            let id = String(text.dropFirst(8))
            guard let found = declared.first(where: { $0.id == id }) else {
                let ids = declared.map(\.id)
                let hint = ids.isEmpty ? "-chardev KIND,id=\(id)" : Diagnosis.list(ids, last: "or")
                throw RunOptions.error("\(option) names the line “\(id)”, which is not declared; expected \(hint)")
            }
            self = found
            return
        }
        do throws(CharacterError) { try self.init(parsing: text, option: option) } catch {
            throw RunOptions.error(error.description)
        }
    }
}

/// A line to a peer on the host that a command wants to have.
public struct LineRequest {
    public var options: CharacterOptions
    /// The command-line option that asks for it, for errors.
    public var option: String
    /// Who gets the special keys of a terminal.
    public var terminalUse: CharacterLink.TerminalUse
    /// What Ctrl-a x asks to end the run.
    public var stopHandle: StopHandle
}

/// What became of a request.
public enum OpenedLine {
    /// A line of the host.
    case link(CharacterLink)
    /// A far end within the program, such as a test's.
    case backend(any CharacterBackend)
}
