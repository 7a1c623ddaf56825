import Glibc
import TandemKernel
import TandemMachine
import Testing

@testable import TandemCLI

/// The table of events in `docs/tracing.md`.
@Suite struct TracePageTests {
    private static let page =
        #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 }
        + "/docs/tracing.md"
    private static let begin = "<!-- events: as Tests/CLITests/TracePageTests.swift makes them -->\n"
    private static let end = "<!-- end of events -->\n"

    /// The events that the board `virt` may tell.
    private static func table() -> String {
        let bench = CommandBench()
        guard bench.run("run", "virt", "-bios", "none", "-kernel", "nothing", "-trace", "help") == 0 else {
            return bench.errors
        }
        let lines = bench.output.split(separator: "\n")
        var table = "| event | what happened |\n|---|---|\n"
        for index in stride(from: 0, to: lines.count - 1, by: 2) {
            table += "| `\(lines[index])` | \(lines[index + 1].drop { $0 == " " }) |\n"
        }
        return table
    }

    private static func read() -> String? {
        guard let file = fopen(page, "r") else { return nil }
        defer { fclose(file) }
        var text: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { text.append(UInt8(byte)) }
        return String(decoding: text, as: UTF8.self)
    }

    @Test("the table of trace events is current; BLESS=1 writes it")
    func current() throws {
        let text = try #require(Self.read())
        let parts = text.split(separator: Self.begin, maxSplits: 1)
        let rest = try #require(parts.last).split(separator: Self.end, maxSplits: 1, omittingEmptySubsequences: false)
        let expected = "\(parts[0])\(Self.begin)\(Self.table())\(Self.end)\(rest[rest.count - 1])"
        if getenv("BLESS") != nil, let file = fopen(Self.page, "w") {
            fputs(expected, file)
            fclose(file)
        }
        #expect(text == expected)
    }
}
