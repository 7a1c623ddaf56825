import Glibc

/// The end of the process where no caller could go on.
public enum Fatal {
    /// The exit status for what the user can mend: usage, platform, the host's limits.
    public static let status: Int32 = 2

    /// Says that the operating system refused something that nothing works without, and exits.
    public static func exit(_ error: OSError, while doing: String) -> Never {
        exit("\(error), while \(doing).")
    }

    /// Says `sentence` on the standard error and exits.
    public static func exit(_ sentence: String) -> Never {
        StandardError.write("tandem: \(sentence)\n")
        Glibc.exit(status)
    }
}
