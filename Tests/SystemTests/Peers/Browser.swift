import Glibc
import TandemJSON

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

    /// Opens a page as somebody would who does with it what `script` does; yields what that has said by `tell`.
    static func open(_ file: String, doing script: String) throws -> JSONValue {
        let acted = "\(file.dropLast(".html".count))-acted.html"
        let start = """
            <pre id="told"></pre><script>
            const tell = (value) => { document.getElementById("told").textContent = encodeURIComponent(JSON.stringify(value)); };

            """
        try write(bytes(of: file) + Array((start + script + "\n</script>\n").utf8), to: acted)
        let page = try open(acted)
        guard page.console == [], let told = page.document.firstMatch(of: #/<pre id="told">([^<]+)<\/pre>/#) else {
            throw ProgramFailure(text: "the script did not end: \(page.console)")
        }
        return try JSON5Reader(.json).read(decoded(told.1.utf8), file: "what the script tells")
    }

    /// Without the escapes that `encodeURIComponent` makes.
    private static func decoded(_ text: Substring.UTF8View) -> [UInt8] {
        var (result, rest) = ([UInt8](), text[...])
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            result.append(UInt8(digits, radix: 16) ?? byte)
            rest = rest.dropFirst(2)
        }
        return result
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
