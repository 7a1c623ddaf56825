import Testing

/// Nothing is allocated per event, transaction or instruction: the release binary under valgrind, which counts.
struct AllocationTests {
    @Test(
        "more operations of a benchmark take no more allocations", .needs(.tandem, .valgrind),
        arguments: [
            ("timed1", 1), ("hold", 100), ("holdnt", 100), ("holdq", 1000), ("cancel", 1), ("delta", 1), ("signal", 1),
            ("scfifo", 16), ("tlmfifo", 16), ("ctx", 2), ("ctx0", 2), ("lt", 1), ("ltroute", 8), ("ltqk", 0),
            ("ltqk", 1000), ("dmi", 10_000), ("dmiget", 1), ("at", 1), ("atthr", 1), ("intmix", 1),
        ])
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
}
