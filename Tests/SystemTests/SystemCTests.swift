import TandemTesting
import Testing

/// The real SystemC beside ours: what the tables say of it is what it does, and what is measured exists on both sides.
struct SystemCTests {
    @Test("every probe prints on SystemC what the table of twins says", .needs(.systemC))
    func probes() throws {
        let names = try SystemC.run("probe", ["list"]).output.split(separator: "\n").map(String.init)
        #expect(names.sorted() == ProbeTwin.all.map(\.name).sorted())
        for twin in ProbeTwin.all {
            let run = try SystemC.run("probe", [twin.name])
            #expect(run.exitCode == 0, "\(twin.name): \(run.errors)")
            #expect(run.output == "\(twin.name): \(twin.peer)\n")
        }
    }

    @Test("a line of ours differs from SystemC's for a stated reason only")
    func reasons() {
        for twin in ProbeTwin.all {
            guard let difference = twin.difference else { continue }
            #expect(difference.line != twin.peer, "\(twin.name) differs in nothing")
            #expect(difference.reason.count > 20, "\(twin.name) gives no reason")
        }
    }

    @Test("every mode of the SystemC benchmark exists in ours, and prints the same fields", .needs(.tandem, .systemC))
    func modes() throws {
        let ours = try Program.run(Peer.tandem.required(), ["bench"])
        let theirs = try SystemC.run("bench", ["list"])
        for mode in Self.modes(of: theirs) {
            guard Self.modes(of: ours).contains(mode) else {
                Issue.record("tandem bench has no mode \(mode)")
                continue
            }
            let arguments = [mode, "4", "2000"]
            let our = try Program.run(Peer.tandem.required(), ["bench"] + arguments)
            let their = try SystemC.run("bench", arguments)
            #expect(our.exitCode == 0, "\(mode): \(our.errors)")
            #expect(their.exitCode == 0, "\(mode) on SystemC: \(their.errors)")
            #expect(Self.fields(of: our) == Self.fields(of: their), "\(mode)")
        }
    }

    private static func modes(of listing: Program) -> [String] {
        listing.lines.compactMap { $0.split(separator: " ").first.map(String.init) }
    }

    /// The names of the fields that every mode has, in their order: what follows them is the mode's own.
    private static func fields(of run: Program) -> [Substring] {
        let line = run.lines.first { $0.hasPrefix("mode=") } ?? ""
        return line.split(separator: " ").map { $0.prefix { $0 != "=" } }.prefix(11).map(\.self)
    }
}
