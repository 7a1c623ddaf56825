import TandemOS
import Testing

/// What a profiler gets to know of guest code.
struct ProfileTests {
    @Test("-perfmap names the functions that a guest spends its time in", .needs(.tandem, .crossCompiler))
    func perfMap() throws {
        // The shell's number is the program's, because the shell becomes the program.
        let image = try BenchmarkPrograms.image("sha256")
        let run = try Program.run(
            "/bin/bash",
            [
                "-c", "echo $$ >&2; exec \"$0\" run virt \"$1\" -m 256M -nographic -report none -perfmap",
                Peer.tandem.required(), image,
            ])
        #expect(run.exitCode == 0, "\(run.errors)")
        let number = try #require(run.errors.split(separator: "\n").first)
        let path = "/tmp/perf-\(number).map"
        defer { try? Files.removeAll(path) }
        let text = String(decoding: try bytes(of: path), as: UTF8.self)
        guard HostProcessor.current.hasTranslatorFeatures else { return }
        let pieces = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 2) }
        #expect(pieces.allSatisfy { $0.count == 3 && UInt($0[0], radix: 16) != nil && UInt($0[1], radix: 16) != nil })
        #expect(pieces.contains { $0[2] == "tandem_slow_path" })
        // A piece starts somewhere inside of a function.
        #expect(
            pieces.contains { $0[2].hasPrefix("compress") }, "\(Set(pieces.map { $0[2] }).sorted())")
    }
}
