import Testing

/// Nothing is allocated or counted per event, transaction or instruction: the release binary under valgrind, which counts.
struct AllocationTests {
    /// Modes without a processor that repeat an operation.
    static let modes = [
        ("timed1", 1), ("hold", 100), ("holdnt", 100), ("holdq", 1000), ("cancel", 1), ("delta", 1), ("signal", 1),
        ("scfifo", 16), ("tlmfifo", 16), ("ctx", 2), ("ctx", 100), ("ctx0", 2), ("lt", 1), ("ltroute", 8),
        ("ltrbin", 64), ("ltqk", 0), ("ltqk", 1000), ("dmi", 10_000), ("dmiget", 1), ("at", 1), ("atthr", 1),
    ]
    /// Those that build or destroy, once, and the comparison of whole runs.
    static let others: Set = ["elab", "teardown", "empty", "traffic"]

    @Test("every mode of `tandem bench` that repeats an operation is held to allocating nothing", .needs(.tandem))
    func complete() throws {
        let run = try Program.run(Peer.tandem.required(), ["bench"], limit: 60)
        #expect(run.exitCode == 0, "\(run.errors)")
        let listed = run.output.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(Set(listed) == Set(Self.modes.map { $0.0 } + ["intmix"]).union(Self.others))
    }

    @Test(
        "more operations of a benchmark take no more allocations", .needs(.tandem, .valgrind),
        arguments: modes + [("intmix", 1)])
    func steady(mode: String, size: Int) throws {
        let few = try Self.allocations(mode, size, operations: 20_000)
        let many = try Self.allocations(mode, size, operations: 60_000)
        // A table may grow once more, and code that was not reached before is translated: far from one an operation.
        #expect(many - few < 400, "\(mode): \(few) allocations for 20 000 operations, \(many) for 60 000")
    }

    /// What valgrind counts for one run.
    private static func allocations(_ mode: String, _ size: Int, operations: Int) throws -> Int {
        let run = try Program.run(
            Peer.valgrind.required(),
            ["--leak-check=no", "--undef-value-errors=no", Peer.tandem.required(), "bench", mode]
                + ["\(size)", "\(operations)"], limit: 60)
        let line = run.errors.split(separator: "\n").first { $0.contains("total heap usage: ") } ?? ""
        let words = line.split(separator: " ")
        let place = try #require(words.firstIndex(of: "usage:"), "valgrind did not count: \(run.errors)")
        return try #require(Int(words[place + 1].filter { $0 != "," }))
    }

    @Test("more operations of a benchmark count no more references", .needs(.tandem, .valgrind), arguments: modes)
    func uncounted(mode: String, size: Int) throws {
        let few = try Self.counts(mode, size, operations: 2000)
        let many = try Self.counts(mode, size, operations: 6000)
        #expect(many - few < 100, "\(mode): \(few) retains and releases for 2000 operations, \(many) for 6000")
    }

    /// How often references were retained and released in one run.
    private static func counts(_ mode: String, _ size: Int, operations: Int) throws -> Int {
        let file = "\(Repository.scratch)/calls-\(mode)-\(size)-\(operations)"
        let run = try Program.run(
            Peer.valgrind.required(),
            ["--tool=callgrind", "--callgrind-out-file=\(file)", Peer.tandem.required(), "bench", mode]
                + ["\(size)", "\(operations)"], limit: 60)
        #expect(run.exitCode == 0, "\(run.errors)")
        let count = calls(
            to: ["swift_retain", "swift_release"], in: String(decoding: try bytes(of: file), as: UTF8.self))
        // Making the platform counts some.
        #expect(count > 0, "\(file) names no calls")
        return count
    }

    /// Adds up the calls that callgrind saw. A name stands where its number is first met; "calls=" follows "cfn=".
    static func calls(to names: Set<String>, in profile: String) -> Int {
        var numbers: Set<Substring> = []
        var isWanted = false
        var sum = 0
        for line in profile.split(separator: "\n") {
            if line.hasPrefix("cfn=(") || line.hasPrefix("fn=(") {
                let parts = line.drop { $0 != "(" }.split(separator: " ", maxSplits: 1)
                if parts.count == 2, names.contains(String(parts[1])) { numbers.insert(parts[0]) }
                isWanted = line.hasPrefix("c") && numbers.contains(parts[0])
            } else if line.hasPrefix("calls=") {
                if isWanted { sum += Int(line.dropFirst(6).prefix { $0 != " " }) ?? 0 }
                isWanted = false
            }
        }
        return sum
    }
}
