import Glibc

/// This process as its user started it: words, environment, terminals, the way out.
public enum HostProcess {
    /// The words of the command line, without the program's name.
    public static var arguments: [String] { Array(CommandLine.arguments.dropFirst()) }

    /// The number of this process.
    public static var identifier: Int32 { getpid() }

    /// The value of an environment variable; nil where it is not set.
    public static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// The absolute path of the program's file, links resolved; empty where the kernel does not say.
    public static var executablePath: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            let count = buffer.baseAddress.map { readlink("/proc/self/exe", $0, buffer.count) } ?? -1
            guard count > 0, count < buffer.count else { return "" }
            return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// The absolute path of the working directory; nil where it has been removed.
    public static var workingDirectory: String? {
        guard let name = getcwd(nil, 0) else { return nil }
        defer { free(name) }
        return String(cString: name)
    }

    /// Whether a standard stream (0 input, 1 output, 2 errors) is a terminal.
    public static func isTerminal(_ stream: Int32) -> Bool { isatty(stream) == 1 }

    /// Ends the process with `status` after the handlers of its end have run: a terminal is as it was.
    public static func exit(_ status: Int32) -> Never { Glibc.exit(status) }
}
