/// Recognises the keys that speak to the simulator and not to the guest: Ctrl-a and the key after it. A value: feed it
/// what was typed.
public struct EscapeKeys: Equatable, Sendable {
    /// What a key asks for.
    public enum Command: Equatable, Sendable {
        /// Characters for whoever listens.
        case send([UInt8])
        /// Ctrl-a x: end the run.
        case quit
        /// Ctrl-a c: talk to the next one who shares the line.
        case switchClient
        /// Ctrl-a h: show the keys.
        case help
    }

    /// Ctrl-a.
    public static let prefix: UInt8 = 0x01

    /// What Ctrl-a h shows, on a line that is shared with a monitor or not.
    public static func help(isShared: Bool) -> String {
        """
        Ctrl-a h       this help
        Ctrl-a x       end the run

        """ + (isShared ? "Ctrl-a c       from the console to the monitor, and back\n" : "")
            + "Ctrl-a Ctrl-a  send Ctrl-a\n"
    }

    private var isAfterPrefix = false

    public init() {}

    /// What `bytes`, which follow those before, ask for, in order. A key without a meaning after Ctrl-a is dropped.
    public mutating func feed(_ bytes: [UInt8]) -> [Command] {
        var commands: [Command] = []
        var plain: [UInt8] = []
        func endPlain() {
            if !plain.isEmpty { commands.append(.send(plain)) }
            plain.removeAll()
        }
        func command(_ command: Command) {
            endPlain()
            commands.append(command)
        }
        for byte in bytes {
            guard isAfterPrefix else {
                if byte == Self.prefix { isAfterPrefix = true } else { plain.append(byte) }
                continue
            }
            isAfterPrefix = false
            switch byte {
            case Self.prefix: plain.append(Self.prefix)
            case UInt8(ascii: "x"), UInt8(ascii: "X"): command(.quit)
            case UInt8(ascii: "c"), UInt8(ascii: "C"): command(.switchClient)
            case UInt8(ascii: "h"), UInt8(ascii: "H"), UInt8(ascii: "?"): command(.help)
            default: break
            }
        }
        endPlain()
        return commands
    }
}
