import Glibc

/// Debian's Chromium, without a window.
enum Browser {
    /// What the system of the user wishes.
    enum Theme: String, CaseIterable {
        case light
        case dark
    }

    struct Page {
        /// The page as its scripts have left it.
        let document: String
        /// What it has said on its console, errors among it; nothing of a sound page.
        let console: [String]
    }

    /// Opens a file and runs its scripts to their end.
    static func open(_ file: String) throws -> Page {
        let program = try run(file, ["--dump-dom"])
        guard program.exitCode == 0, !program.output.isEmpty else {
            throw ProgramFailure(text: "chromium: \(program.errors.suffix(2000))")
        }
        return Page(document: program.output, console: console(program))
    }

    /// Shows a file in a window of that size, and writes what is seen as a PNG.
    static func picture(
        of file: String, width: Int, height: Int, _ theme: Theme, to image: String
    ) throws -> [String] {
        let scheme = theme == .dark ? 0 : 1
        let program = try run(
            file,
            [
                "--window-size=\(width),\(height)", "--hide-scrollbars",
                "--blink-settings=preferredColorScheme=\(scheme)", "--screenshot=\(image)",
            ])
        return console(program)
    }

    /// Prints a file.
    static func print(_ file: String, to document: String) throws {
        _ = try run(file, ["--no-pdf-header-footer", "--print-to-pdf=\(document)"])
    }

    private static func console(_ program: Program) -> [String] {
        program.errors.split(separator: "\n").filter { $0.contains(":CONSOLE") }.map(String.init)
    }

    private static func run(_ file: String, _ arguments: [String]) throws -> Program {
        // Tests run beside each other; two browsers do not share a profile.
        let profile = "\(Repository.scratch)/chromium-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { _ = try? Program.run("rm", ["-rf", profile]) }
        return try Program.run(
            Peer.chromium.required(),
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--no-first-run",
                "--user-data-dir=\(profile)", "--virtual-time-budget=5000",
            ] + arguments + ["file://\(file)"], limit: 120)
    }
}

/// Where what CI keeps is written: the folder that TANDEM_ARTEFACTS names, or one that nobody keeps.
enum Artefacts {
    static func file(_ name: String) -> String {
        guard let folder = environment("TANDEM_ARTEFACTS") else { return "\(Repository.scratch)/\(name)" }
        let path = folder.hasPrefix("/") ? folder : "\(Repository.root)/\(folder)"
        mkdir(path, 0o755)
        return "\(path)/\(name)"
    }
}
