import Testing

/// The pages of `docs/studies`: their numbers and figures come out again, and what the text says of them holds.
struct StudyTests {
    /// Runs a study and compares; yields what it says.
    private static func check(_ name: String) throws -> Program {
        let binary = try Peer.tandem.required()
        return try Program.run(
            "env", ["TANDEM_BINARY=\(binary)", "\(Repository.root)/Scripts/study", name, "--check"], limit: 900)
    }

    @Test(
        "a study comes out as its page says", .needs(.tandem, .python3, .crossCompiler),
        arguments: ["shared-bus", "quantum"])
    func study(name: String) throws {
        let run = try Self.check(name)
        #expect(run.exitCode == 0, "\(run.output)\(run.errors)")
        #expect(run.output == "\(name): everything that the page says is what comes out\n")
    }

    @Test("the boot of Linux talks to its devices as the page says", .needs(.tandem, .python3, .guest))
    func boot() throws {
        let run = try Self.check("linux-boot")
        // With a guest of other packages the numbers are others, but what is said of them must hold.
        let isOtherGuest = run.exitCode == 3 && run.errors.contains("the Debian guest is another than the page's")
        #expect(run.exitCode == 0 || isOtherGuest, "\(run.output)\(run.errors)")
    }

    @Test("a study that nobody knows is refused with those that there are", .needs(.tandem, .python3))
    func unknown() throws {
        let run = try Program.run("\(Repository.root)/Scripts/study", ["nothing"])
        #expect(run.exitCode == 2)
        #expect(run.errors.contains("studies are linux-boot, shared-bus, quantum"), "\(run.errors)")
    }
}
