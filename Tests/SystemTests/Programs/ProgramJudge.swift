/// A way to run programs on ours. What it is changes nothing that a report shows.
struct ProgramFlavour {
    let name: String
    let options: [String]
    /// Every access goes over the bus and is counted as a transaction there: that count alone may differ.
    var countsTransactions = false

    static let interpreted = ProgramFlavour(name: "interpret", options: ["-engine", "interpret"])
    static let compiled = ProgramFlavour(name: "translate, all hot", options: ["-set", "cpu.hot-threshold=1"])
    static let mixed = ProgramFlavour(name: "translate, mixed", options: ["-set", "cpu.hot-threshold=50"])
    static let indirect = ProgramFlavour(
        name: "dmi off", options: ["-set", "cpu.dmi=false"], countsTransactions: true)

    static let all = [interpreted, compiled, mixed, indirect]
}

/// Runs programs in every way, and compares.
struct ProgramJudge {
    let driver: [UInt8]
    var width = GuestWidth.bits64
    /// A part of the names of files.
    let name: String
    var harts = 1
    var hasInterrupts = false
    /// Whether QEMU is asked too.
    var asksQEMU = false
    /// What all runs on ours have in common.
    var options: [String] = []

    /// What a run has printed and reported.
    struct Result {
        var digests: [Substring]
        var report: String
        var text: String
    }

    /// On QEMU time goes on by the host's clock, so that a program gets more of it.
    func batch(_ programs: [PreparedProgram], shown: Int? = nil, forQEMU: Bool = false) throws -> String {
        let batch = ProgramBatch(
            programs: programs, harts: harts, shown: shown, hasInterrupts: hasInterrupts,
            limit: forQEMU ? 100_000_000 : 1_000_000)
        let image = "\(Repository.scratch)/programs-\(name).bin"
        try write(batch.image(driver: driver), to: image)
        return image
    }

    func run(_ image: String, _ flavour: ProgramFlavour) throws -> Result {
        let file = "\(Repository.scratch)/programs-\(name).json"
        let ours = try Tandem.run(
            ["virt", "-bios", image, "-nographic", "-smp", "\(harts)", "-report", "json:\(file)"]
                + width.options + options + flavour.options)
        guard ours.exitCode == 0 else {
            return Result(
                digests: Self.digests(ours), report: "exit code \(ours.exitCode): \(ours.errors)", text: ours.output)
        }
        return Result(
            digests: Self.digests(ours), report: try RunReport(file: file).repeatable, text: ours.output)
    }

    static func withoutTransactions(_ report: String) -> String {
        report.split(separator: "\n").filter { !$0.contains("\"transactions\"") }.joined(separator: "\n")
    }

    func runOnQEMU(_ image: String) throws -> Result {
        let theirs = try QEMU.run(["-bios", image], harts: harts, width: width)
        return Result(digests: Self.digests(theirs), report: "", text: theirs.output)
    }

    static func digests(_ program: Program) -> [Substring] { program.lines.filter { $0.utf8.count == 16 } }

    // MARK: Verdicts

    /// What differs between the ways to run these programs; empty if nothing does. The numbers are those of programs
    /// whose digests differ.
    func differences(_ programs: [PreparedProgram]) throws -> (text: String, numbers: [Int]) {
        let image = try batch(programs)
        let first = try run(image, .interpreted)
        var text = ""
        var numbers: Set<Int> = []
        let expected = (programs.count + harts - 1) / harts
        if first.digests.count != expected {
            text += "\(first.digests.count) digests for \(expected) programs: \(first.report.prefix(300))\n"
            numbers.insert(min(first.digests.count, expected - 1))
        }
        func compare(_ other: Result, _ name: String) {
            let different = (0..<expected).filter {
                $0 >= other.digests.count || $0 >= first.digests.count || other.digests[$0] != first.digests[$0]
            }
            if different.isEmpty { return }
            text += "\(name): \(different.count) digests differ from those of interpret, the first is \(different[0])\n"
            numbers.formUnion(different.prefix(3))
        }
        for flavour in ProgramFlavour.all.dropFirst() {
            let other = try run(image, flavour)
            compare(other, flavour.name)
            let pair =
                flavour.countsTransactions
                ? (Self.withoutTransactions(first.report), Self.withoutTransactions(other.report))
                : (first.report, other.report)
            if pair.0 != pair.1 {
                text += "\(flavour.name): the report differs\n" + Self.difference(pair.0, pair.1)
            }
        }
        if asksQEMU { compare(try runOnQEMU(batch(programs, forQEMU: true)), "QEMU") }
        return (text, numbers.sorted())
    }

    /// The first lines that two texts do not share.
    static func difference(_ one: String, _ other: String) -> String {
        let (a, b) = (one.split(separator: "\n"), other.split(separator: "\n"))
        return zip(a, b).filter { $0 != $1 }.prefix(6).map { "    \($0) | \($1)\n" }.joined()
    }

    // MARK: Cutting down

    /// Leaves out items as long as the program still shows a difference.
    func minimise(_ original: GuestProgram) throws -> GuestProgram {
        var program = original
        var index = 0
        while index < program.itemCount {
            let candidate = program.removing(index)
            if try !differences([PreparedProgram(candidate)]).text.isEmpty {
                program = candidate
            } else {
                index += 1
            }
        }
        return program
    }

    /// What is left of a program, and where its runs differ.
    func account(of program: GuestProgram) throws -> String {
        let prepared = PreparedProgram(program)
        let space = program.space
        var text = "seed \(program.seed), privilege \(space.privilege), \(space.scheme)\n"
        text += program.assemble().listing
        text += try differences([prepared]).text
        let image = try batch([prepared], shown: 0)
        var all: [(String, [Substring])] = []
        for flavour in ProgramFlavour.all {
            all.append((flavour.name, try run(image, flavour).text.split(separator: "\n")))
        }
        if asksQEMU {
            all.append(("QEMU", try runOnQEMU(batch([prepared], shown: 0, forQEMU: true)).text.split(separator: "\n")))
        }
        for (name, lines) in all.dropFirst() {
            var shown = 0
            for (index, expected) in all[0].1.enumerated().dropFirst() where shown < 24 {
                let actual = index < lines.count ? lines[index] : "nothing"
                if actual == expected { continue }
                shown += 1
                let names = ProgramBatch.shownNames
                let word = index <= names.count ? names[index - 1] : "trap \(index - names.count - 1)"
                text += "\(word): interpret has \(expected), \(name) has \(actual)\n"
            }
        }
        let traps = all[0].1.dropFirst(1 + ProgramBatch.shownNames.count)
        text += "traps of interpret (cause, pc, value):\n" + traps.prefix(64).joined(separator: "\n") + "\n"
        text += "at first:"
        for (index, value) in program.integers.enumerated() { text += " x\(index)=\(String(value, radix: 16))" }
        for (index, value) in program.floats.enumerated() { text += " f\(index)=\(String(value, radix: 16))" }
        return text
    }
}
