import TandemDevices
import TandemKernel
import TandemMachine

@testable import TandemCLI

/// A program with made-up surroundings: files in memory, what it prints kept.
final class CommandBench {
    var files: [String: [UInt8]] = [:]
    /// Files for which there is no room.
    var unwritable: Set<String> = []
    private(set) var output = ""
    private(set) var errors = ""
    /// The far ends of serial ports that were asked for, in order.
    private(set) var consoles: [InMemoryCharacterBackend] = []
    private(set) var requests: [LineRequest] = []
    let catalog: Catalog

    init(catalog: Catalog = .standard, texts: [String: String] = [:]) {
        self.catalog = catalog
        for (file, text) in texts { files[file] = Array(text.utf8) }
    }

    /// Runs a command line and returns its exit code.
    func run(_ words: String...) -> Int32 { run(words) }

    func run(_ words: [String]) -> Int32 {
        output = ""
        errors = ""
        let surroundings = Surroundings(
            write: { [unowned self] in output += $0 }, warn: { [unowned self] in errors += $0 },
            readFile: { [unowned self] in files[$0] },
            writeFile: { [unowned self] path, bytes in
                if path.hasPrefix("/gone/") { return "No such file or directory" }
                if unwritable.contains(path) { return "No space left on device" }
                files[path] = bytes
                return nil
            },
            openImage: { [unowned self] (name) throws(PlatformError) in
                guard let bytes = files[name] else {
                    throw PlatformError(at: name, "the image cannot be read: no such file", expected: "a readable file")
                }
                return ImageBytes(bytes, name: name)
            },
            openLog: { [unowned self] (path) throws(PlatformError) in
                files[path] = []
                return { [unowned self] in files[path, default: []] += Array($0.utf8) }
            },
            openTrace: { [unowned self] (path) throws(PlatformError) in
                files[path] = []
                return { [unowned self] in files[path, default: []] += $0 }
            },
            openLine: { [unowned self] request in
                requests.append(request)
                let console = InMemoryCharacterBackend()
                consoles.append(console)
                return .backend(console)
            })
        return Program(catalog: catalog, surroundings: surroundings).run(words)
    }
}
