import TandemKernel
import TandemMachine

/// `tandem new`: a package of the user's own, with a device, a platform, a guest program and a test.
struct NewCommand {
    let arguments: Arguments
    let surroundings: Surroundings

    init(_ arguments: Arguments, _ surroundings: Surroundings) {
        self.arguments = arguments
        self.surroundings = surroundings
    }

    func run() throws(RunError) -> Int32 {
        var folder = arguments.operands.first ?? ""
        while folder.hasSuffix("/") { folder.removeLast() }
        let name = String(folder.split(separator: "/").last ?? "")
        try check(name)
        let template = PackageTemplate(name: name, tandem: try package())
        do throws(PlatformError) { try write(template, to: folder) } catch { throw .platform(error) }
        surroundings.write(
            """
            \(folder): a package with a device, a platform, a program for it and a test.
            Build and test it:  cd \(folder) && swift test
            \(folder)/README.md says what is where.

            """)
        return ExitStatus.success
    }

    /// The name is that of a package, of a module and of a program.
    private func check(_ name: String) throws(RunError) {
        func refuse(_ problem: String, _ expected: String) -> RunError {
            .usage(UsageError("\(problem); expected \(expected)", command: "new"))
        }
        guard let first = name.unicodeScalars.first else {
            throw refuse("no package is named", "“tandem new NAME”")
        }
        let isPlain = name.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_")
        }
        guard isPlain, first.properties.isAlphabetic else {
            throw refuse(
                "a package cannot be called “\(name)”", "a name of letters, digits and “_” that begins with a letter")
        }
        let taken = ["tandem", "testing", "swift"]
        if let other = taken.first(where: { name.lowercased().hasPrefix($0) }) {
            throw refuse("“\(name)” would be mistaken for a module of \(other)’s own", "another name")
        }
    }

    /// Where the package of Tandem is, as the new package names it.
    private func package() throws(RunError) -> String {
        if let path = arguments["path"] { return path }
        if let package = surroundings.package, let manifest = surroundings.readFile("\(package)/Package.swift"),
            String(decoding: manifest, as: UTF8.self).contains("name: \"tandem\",")
        {
            return package
        }
        throw .usage(
            UsageError(
                "the package that this program was built from is not there; expected -path FOLDER with a clone of Tandem",
                command: "new"))
    }

    private func write(_ template: PackageTemplate, to folder: String) throws(PlatformError) {
        for file in template.files where surroundings.readFile("\(folder)/\(file.path)") != nil {
            throw PlatformError(
                at: "\(folder)/\(file.path)", "there is a file of that name already",
                expected: "a folder without a package")
        }
        for file in template.files {
            for parent in parents(of: "\(folder)/\(file.path)") {
                if let problem = surroundings.makeFolder(parent) {
                    throw PlatformError(
                        at: parent, "the folder cannot be made: \(problem)", expected: "a place for a new folder")
                }
            }
            if let problem = surroundings.writeFile("\(folder)/\(file.path)", Array(file.text.utf8)) {
                throw PlatformError(
                    at: "\(folder)/\(file.path)", "the file cannot be written: \(problem)",
                    expected: "a writable place")
            }
        }
    }

    /// The folders that a file lies in, the outermost first.
    private func parents(of path: String) -> [String] {
        path.indices.filter { path[$0] == "/" && $0 != path.startIndex }.map { String(path[..<$0]) }
    }
}
