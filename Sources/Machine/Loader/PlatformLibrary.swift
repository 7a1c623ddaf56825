import TandemKernel

/// Finds platforms: by path, or by name in folders and among those that are part of the program.
public struct PlatformLibrary {
    /// Where platform files are looked for, in this order.
    public var folders: [String]
    /// The platforms that are part of the program, by file name.
    public var embedded: [(file: String, text: String)]
    private let files: PlatformSource

    /// The folder that built-in files seem to stand in.
    static let builtIn = "(built-in)/"

    public init(
        folders: [String], files: PlatformSource, embedded: [(file: String, text: String)] = StandardPlatforms.files
    ) {
        self.folders = folders
        self.files = files
        self.embedded = embedded
    }

    /// The names of the platforms that are part of the program.
    public var embeddedNames: [String] { embedded.map { PlatformDecoder.stem(of: $0.file) } }

    /// The machines that are part of the program, as far as they can be read: a file of that name may stand before the one
    /// in the program, and may be broken.
    public var machines: [Platform] {
        embeddedNames.compactMap { name in
            do throws(PlatformError) { return try load(name) } catch { return nil }
        }
    }

    /// Files of the file system and those that are part of the program.
    public var source: PlatformSource {
        let files = files
        let embedded = embedded
        return PlatformSource { path in
            guard path.hasPrefix(Self.builtIn) else { return files.read(path) }
            let name = path.dropFirst(Self.builtIn.utf8.count)
            return embedded.first { $0.file == name }.map { Array($0.text.utf8) }
        }
    }

    /// The platform that a user calls `name`: a path, or the name of a platform.
    public func load(_ name: String) throws(PlatformError) -> Platform {
        try PlatformLoader(source).load(try path(of: name))
    }

    /// Where the platform stands.
    func path(of name: String) throws(PlatformError) -> String {
        if name.contains("/") || name.hasSuffix(".json5") || name.hasSuffix(".json") {
            if files.read(name) != nil { return name }
            throw PlatformError(
                at: name, "the platform file cannot be read",
                expected: "a readable file, or the name of a platform", choices: embeddedNames)
        }
        for folder in folders {
            let path = "\(folder)/\(name).json5"
            if files.read(path) != nil { return path }
        }
        if embedded.contains(where: { $0.file == "\(name).json5" }) { return "\(Self.builtIn)\(name).json5" }
        for platform in machines where platform.machine.aliases.contains(name) {
            return try path(of: platform.name)
        }
        throw PlatformError(
            at: name, "there is no such platform", expected: "a file, or a name", choices: embeddedNames,
            nearest: embeddedNames.nearest(to: name))
    }
}
