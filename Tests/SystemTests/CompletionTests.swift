import Testing

/// What `tandem completions` prints, in the shells that it is for.
struct CompletionTests {
    static let lines = [
        ("desc", "describe"), ("describe sifive-te", "describe sifive-test"), ("run -readc", "run -readconfig"),
        ("run -machine riscv-v", "run -machine riscv-virt"), ("run -cpu sifive-u5", "run -cpu sifive-u54"),
        ("check -device pl01", "check -device pl011"), ("completions z", "completions zsh"),
        ("run virt -engine inter", "run virt -engine interpret"),
    ]

    /// A file for each test: they run side by side.
    private func script(_ shell: String, for typed: String) throws -> String {
        let name = typed.map { $0.isLetter ? $0 : "-" }
        let file = "\(Repository.scratch)/completions-\(String(name)).\(shell)"
        let made = try Program.run(Peer.tandem.required(), ["completions", shell])
        #expect(made.exitCode == 0, "\(made.errors)")
        try write(Array(made.output.utf8), to: file)
        return file
    }

    @Test("bash completes commands, options, machines, models and types", .needs(.tandem), arguments: lines)
    func bash(typed: String, completed: String) throws {
        let file = try script("bash", for: typed)
        let words = (["tandem"] + typed.split(separator: " ").map(String.init)).map { "'\($0)'" }
        let command = """
            source '\(file)'
            COMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1)
            _tandem
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let run = try Program.run("/bin/bash", ["-c", command])
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output == "\(completed.split(separator: " ").last ?? "")\n", "\(run.output)")
    }

    @Test("zsh completes commands, options, machines, models and types", .needs(.tandem, .zsh), arguments: lines)
    func zsh(typed: String, completed: String) throws {
        let file = try script("zsh", for: typed)
        let zsh = try Peer.zsh.required()
        // A shell at a terminal of its own, in which the keys are pressed; the command shows what it was given.
        let command = """
            zmodload zsh/zpty
            zpty shell "TERM=dumb \(zsh) -f -i"
            zpty -w shell "PS1=; autoload -Uz compinit; compinit -u -D; source '\(file)'; tandem() { print -r \\"=\\"\\"\\$*\\"\\"=\\" }; print rea''dy"
            zpty -r shell text '*ready*'
            zpty -w -n shell $'tandem \(typed)\\t\\n'
            zpty -r shell text '*=*='
            print -r -- "$text"
            """
        let run = try Program.run(zsh, ["-f", "-c", command], limit: 60)
        #expect(run.output.contains("=\(completed)="), "\(run.output)\(run.errors)")
    }
}
