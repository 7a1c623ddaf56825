import Glibc

/// LLVM's disassembler, where the machine has one: the peer that says how RISC-V words read.
struct LLVM {
    private let objdump: String

    /// The disassembler of the Swift toolchain that runs these tests, or else the first in the path. Versions below 19
    /// lack extensions that are compared here. nil where there is none.
    static let installed: LLVM? = {
        let search =
            "for f in \"$(dirname \"$(readlink -f \"$(command -v swift)\")\")/llvm-objdump\" \"$(command -v llvm-objdump)\"; "
            + "do \"$f\" --version 2>/dev/null | grep -Eq 'LLVM version (19|[2-9][0-9])' && echo \"$f\" && break; done"
        let path = output(of: search).split(separator: "\n").first
        return path.map { LLVM(objdump: String($0)) }
    }()

    /// Whether tests that need it run: it is there, or its absence must fail.
    static let isWanted = installed != nil || getenv("TANDEM_REQUIRE_PEERS") != nil

    /// The text for each of these bytes' instructions, by offset. Illegal ones read `<unknown>`.
    func disassemble(_ code: [UInt8], triple: String, attributes: String) -> [Int: String] {
        var template = Array("/tmp/tandem-isa-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return [:] }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let image = Self.object(code)
        let written = image.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        guard written == image.count else { return [:] }
        let text = Self.output(
            of: "'\(objdump)' -d -z -M no-aliases --no-print-imm-hex --triple=\(triple) --mattr=\(attributes) \(path)")
        var result: [Int: String] = [:]
        for line in text.split(separator: "\n") {
            // "      10: 00a50533     \tadd\ta0, a0, a0"
            guard let colon = line.firstIndex(of: ":"),
                let offset = Int(line[..<colon].drop(while: { $0 == " " }), radix: 16)
            else { continue }
            let fields = line[line.index(after: colon)...].split(separator: "\t")
            guard fields.count >= 2 else { continue }
            let instruction = fields.dropFirst().joined(separator: " ").split(separator: " <").first ?? ""
            result[offset] = fields[1].hasPrefix("<unknown>") ? "<unknown>" : String(instruction)
        }
        return result
    }

    private static func output(of command: String) -> String {
        guard let pipe = popen(command, "r") else { return "" }
        defer { pclose(pipe) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, pipe)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The smallest ELF relocatable file with these bytes as its code: a header, the code, a table of section names, and
    /// three section headers (System V ABI, chapter 4).
    private static func object(_ code: [UInt8]) -> [UInt8] {
        let names = Array("\0.text\0.shstrtab\0".utf8)
        let namesOffset = 64 + code.count
        let sections = (namesOffset + names.count + 7) & ~7
        func bytes(_ values: [(UInt64, Int)]) -> [UInt8] {
            values.flatMap { value, count in (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) } }
        }
        var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        file += bytes([(1, 2), (243, 2), (1, 4), (0, 8), (0, 8), (UInt64(sections), 8), (0, 4)])
        file += bytes([(64, 2), (0, 2), (0, 2), (64, 2), (3, 2), (2, 2)])
        file += code + names
        file += [UInt8](repeating: 0, count: sections - file.count)
        func section(_ name: UInt64, _ type: UInt64, _ flags: UInt64, _ offset: Int, _ size: Int) -> [UInt8] {
            bytes([
                (name, 4), (type, 4), (flags, 8), (0, 8), (UInt64(offset), 8), (UInt64(size), 8), (0, 4), (0, 4),
                (2, 8),
                (0, 8),
            ])
        }
        file += [UInt8](repeating: 0, count: 64)
        file += section(1, 1, 6, 64, code.count)
        file += section(7, 3, 0, namesOffset, names.count)
        return file
    }
}
