import TandemCPU

/// The names of generated code as `perf` reads them: a line for each piece of code, "START SIZE name", the numbers in
/// hexadecimal (Linux, tools/perf/Documentation/jit-interface.txt).
final class PerfMapFile: PerfMap {
    /// Where `perf` looks.
    let path: String
    private let surroundings: Surroundings
    private var bytes: [UInt8] = []

    init(_ surroundings: Surroundings) {
        path = "/tmp/perf-\(surroundings.processNumber).map"
        self.surroundings = surroundings
    }

    func add(address: UInt, byteCount: Int, name: String) {
        bytes += "\(String(address, radix: 16)) \(String(byteCount, radix: 16)) \(name)\n".utf8
    }

    /// Writes what has been added so far. Returns what went wrong, if anything did.
    func write() -> String? { surroundings.writeFile(path, bytes) }
}
