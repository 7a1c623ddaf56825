/// An image that runs many programs: the driver of `firmware/programs`, and behind it what it reads.
struct ProgramBatch {
    /// The address that `driver.c` has, too.
    static let table: UInt64 = 0x80C0_0000
    private static let recordSize = 8 * (8 + 2 + 8 + 64)

    var programs: [PreparedProgram]
    /// Program i is run by hart i modulo this.
    var harts = 1
    /// The program whose registers, memory, and traps are printed.
    var shown: Int?
    var hasInterrupts = false
    /// Ticks of `mtime`, a tenth of a microsecond each, after which a program without interrupts is ended.
    var limit: UInt64

    /// The raw image, for the start of RAM.
    func image(driver: [UInt8]) -> [UInt8] {
        var head: [UInt8] = []
        var tail: [UInt8] = []
        let tailStart = Self.table + UInt64(40 + Self.recordSize * programs.count)
        func append(_ value: UInt64, _ bytes: inout [UInt8]) {
            for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))) }
        }
        append(UInt64(programs.count), &head)
        append(UInt64(harts), &head)
        append(shown.map(UInt64.init) ?? .max, &head)
        append(hasInterrupts ? 1 : 0, &head)
        append(limit, &head)
        for program in programs {
            append(tailStart + UInt64(tail.count), &head)
            append(UInt64(program.code.count), &head)
            tail += program.code
            append(tailStart + UInt64(tail.count), &head)
            append(UInt64(program.entries.count / 2), &head)
            for word in program.entries { append(word, &tail) }
            for word in program.words { append(word, &head) }
        }
        let padding = [UInt8](repeating: 0, count: Int(Self.table - 0x8000_0000) - driver.count)
        return driver + padding + head + tail
    }

    /// The names of the words that the driver prints for the program shown, in its order. Traps follow.
    static let shownNames: [String] = {
        let data = (0..<(5 * 512 + 19 * 512)).map { word -> String in
            let page = word / 512
            let name = page == 0 ? "stack" : page < 5 ? "data page \(page - 1)" : "table \(page - 5)"
            return "\(name) + \(String(word % 512 * 8, radix: 16))"
        }
        return ["traps"] + (1..<32).map { "x\($0)" } + (0..<32).map { "f\($0)" } + ["fcsr"] + data
    }()
}

/// A program as the driver takes it: bytes, without what they mean. It can be kept in a file.
struct PreparedProgram {
    var code: [UInt8]
    /// Pairs of address and value.
    var entries: [UInt64]
    /// The record behind the places of code and entries.
    var words: [UInt64]

    init(_ program: GuestProgram) {
        code = program.assemble().code
        while code.count > 8, code.suffix(8).allSatisfy({ $0 == 0 }) { code.removeLast(8) }
        entries = program.space.entries.flatMap { [$0.address, $0.value] }
        let space = program.space
        // MPP; SUM and MXR on; floating point on.
        let status = UInt64(space.privilege) << 11 | 3 << 18 | 3 << 13
        words = [program.seed, space.bases(space.privilege)[0]] + space.satp + [status, program.floatControl]
        for mode in 0..<4 { words += space.bases(mode) }
        words += program.integers + program.floats
    }

    // MARK: Files

    /// The text of a file that keeps a program: comments, then words in hexadecimal, of code without what is zero.
    func text(comment: String) -> String {
        func hex(_ value: UInt64) -> String { String(value, radix: 16) }
        var text = comment.split(separator: "\n", omittingEmptySubsequences: false).map { "# \($0)\n" }.joined()
        text += "words " + words.map(hex).joined(separator: " ") + "\n"
        text += "entries " + entries.map(hex).joined(separator: " ") + "\n"
        for start in stride(from: 0, to: code.count, by: 32) {
            let bytes = code[start..<min(start + 32, code.count)]
            if bytes.allSatisfy({ $0 == 0 }) { continue }
            let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            text += "code \(hex(UInt64(start))) \(digits)\n"
        }
        return text
    }

    /// Reads what `text` has written.
    init(text: String) throws {
        (code, entries, words) = ([], [], [])
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            switch parts.first {
            case "words": words = try parts.dropFirst().map(Self.number)
            case "entries": entries = try parts.dropFirst().map(Self.number)
            case "code" where parts.count == 3:
                let start = Int(try Self.number(parts[1]))
                let digits = Array(parts[2].utf8)
                let size = max(code.count, (start + digits.count / 2 + 7) / 8 * 8)
                code += [UInt8](repeating: 0, count: size - code.count)
                for index in 0..<(digits.count / 2) {
                    code[start + index] = UInt8(
                        try Self.number(Substring(String(decoding: digits[2 * index..<2 * index + 2], as: UTF8.self))))
                }
            default: throw ProgramFailure(text: "a line of a kept program cannot be read: \(line.prefix(40))")
            }
        }
    }

    private static func number(_ text: Substring) throws -> UInt64 {
        guard let value = UInt64(text, radix: 16) else {
            throw ProgramFailure(text: "“\(text)” is no hexadecimal number")
        }
        return value
    }
}
