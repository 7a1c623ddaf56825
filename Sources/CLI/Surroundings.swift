public import TandemKernel
public import TandemMachine

/// Everything that a command reaches outside of itself. The process's own in `main`; made up in tests.
public struct Surroundings {
    /// Standard output.
    public var write: (String) -> Void
    /// Standard error.
    public var warn: (String) -> Void
    /// The bytes of a file, or nothing if it cannot be read.
    public var readFile: (String) -> [UInt8]?
    /// Writes a file; returns what went wrong, if anything did.
    public var writeFile: (String, [UInt8]) -> String?
    /// Makes a folder where none of that name is; its parent must exist. Returns what went wrong, if anything did.
    public var makeFolder: (String) -> String?
    /// Opens an image.
    public var openImage: (String) throws(PlatformError) -> ImageBytes
    /// The value of an environment variable.
    public var environment: (String) -> String?
    /// The path of the program's file; empty if unknown.
    public var executable: String
    /// Seconds since 1970 of the host's clock: in UTC, or as the clocks on the wall show it (true).
    public var wallClock: (Bool) -> UInt64
    /// The number of the process, by which profilers find what it writes for them.
    public var processNumber: Int32
    /// Whether standard error is a terminal: only there are progress and colours shown.
    public var hasTerminal: Bool
    /// Whether standard input and output are a terminal, where a view can be drawn.
    public var hasScreen: Bool
    /// Opens a log: what is returned appends text to it. An empty path means standard error.
    public var openLog: (String) throws(PlatformError) -> (String) -> Void
    /// Opens the file of a trace, standard error for an empty name; yields what appends to it.
    public var openTrace: (String) throws(PlatformError) -> ([UInt8]) -> Void
    /// Opens a line to a peer on the host.
    public var openLine: (LineRequest) throws(PlatformError) -> OpenedLine
    /// Has a closure called with an exit code, from any thread, when the user interrupts the program; what it returns
    /// ends that.
    public var watchInterrupts: (@escaping @Sendable (Int32) -> Void) -> () -> Void
    /// Shows how far a run has come, towards a limit; what it returns ends that.
    public var showProgress: (StopHandle, SimTime) -> () -> Void

    public init(
        write: @escaping (String) -> Void, warn: @escaping (String) -> Void,
        readFile: @escaping (String) -> [UInt8]?, writeFile: @escaping (String, [UInt8]) -> String?,
        makeFolder: @escaping (String) -> String? = { _ in nil },
        openImage: @escaping (String) throws(PlatformError) -> ImageBytes,
        environment: @escaping (String) -> String? = { _ in nil }, executable: String = "",
        wallClock: @escaping (Bool) -> UInt64 = { _ in 0 }, processNumber: Int32 = 0,
        hasTerminal: Bool = false, hasScreen: Bool = false,
        openLog: @escaping (String) throws(PlatformError) -> (String) -> Void,
        openTrace: @escaping (String) throws(PlatformError) -> ([UInt8]) -> Void = { _ in { _ in } },
        openLine: @escaping (LineRequest) throws(PlatformError) -> OpenedLine,
        watchInterrupts: @escaping (@escaping @Sendable (Int32) -> Void) -> () -> Void = { _ in {} },
        showProgress: @escaping (StopHandle, SimTime) -> () -> Void = { _, _ in {} }
    ) {
        self.write = write
        self.warn = warn
        self.readFile = readFile
        self.writeFile = writeFile
        self.makeFolder = makeFolder
        self.openImage = openImage
        self.environment = environment
        self.executable = executable
        self.wallClock = wallClock
        self.processNumber = processNumber
        self.hasTerminal = hasTerminal
        self.hasScreen = hasScreen
        self.openLog = openLog
        self.openTrace = openTrace
        self.openLine = openLine
        self.watchInterrupts = watchInterrupts
        self.showProgress = showProgress
    }

    /// Whether messages may be coloured (https://no-color.org).
    var hasColour: Bool { hasTerminal && (environment("NO_COLOR") ?? "").isEmpty }

    /// A line on standard error that says what is wrong.
    func complain(_ text: String) {
        let label = hasColour ? "\u{1B}[1;31merror:\u{1B}[0m" : "error:"
        for line in text.split(separator: "\n") { warn("tandem: \(label) \(line)\n") }
    }

    /// The package that the program was built from; nothing for one that stands elsewhere.
    var package: String? {
        var folder = Self.folder(of: executable)
        // A package's program stands in .build/TRIPLE/CONFIGURATION.
        while !folder.isEmpty {
            if folder.hasSuffix("/.build") { return Self.folder(of: folder) }
            folder = Self.folder(of: folder)
        }
        return nil
    }

    /// Platforms by path or name: beside the program, where it is installed, in the package that it was built from, in
    /// the current folder, and those inside the program.
    var library: PlatformLibrary {
        var folders = ["platforms"]
        let folder = Self.folder(of: executable)
        if !folder.isEmpty { folders += ["\(folder)/platforms", "\(folder)/../share/tandem/platforms"] }
        if let package { folders.append("\(package)/platforms") }
        return PlatformLibrary(folders: folders, files: PlatformSource(read: readFile))
    }

    /// "/a/b" of "/a/b/c"; empty at the top.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return String(path[..<slash])
    }
}
