/// Recognises the keys that speak to the simulator and not to the guest: Ctrl-a and the key after it. A value: feed it
/// what was typed.
public struct EscapeKeys: Equatable, Sendable {
    /// What a key asks for.
    public enum Command: Equatable, Sendable {
        /// Characters for the guest.
        case send([UInt8])
        /// Ctrl-a x: end the run.
        case quit
        /// Ctrl-a h: show the keys.
        case help
    }

    /// Ctrl-a.
    public static let prefix: UInt8 = 0x01

    /// What Ctrl-a h shows.
    public static let help = """
        Ctrl-a h       this help
        Ctrl-a x       end the run
        Ctrl-a Ctrl-a  send Ctrl-a

        """

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
        for byte in bytes {
            guard isAfterPrefix else {
                if byte == Self.prefix { isAfterPrefix = true } else { plain.append(byte) }
                continue
            }
            isAfterPrefix = false
            switch byte {
            case Self.prefix: plain.append(Self.prefix)
            case UInt8(ascii: "x"), UInt8(ascii: "X"):
                endPlain()
                commands.append(.quit)
            case UInt8(ascii: "h"), UInt8(ascii: "H"), UInt8(ascii: "?"):
                endPlain()
                commands.append(.help)
            default: break
            }
        }
        endPlain()
        return commands
    }
}
