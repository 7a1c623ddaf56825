import Glibc
import TandemTesting

@testable import TandemCPU

/// A file of golden translations: guest assembly, and the block that it becomes.
///
/// ```
/// # comment
/// == title [option…]
/// addi a0, a1, 5
/// --
/// block 0x1000
/// …
/// ```
///
/// Options: `rv32`; `isa=STRING`; `mode=U|S|M`; `float=off|clean|dirty` (default clean); `frm=0…7`; `limit=N`.
struct TranslationFile {
    struct Case {
        var title: String
        var options: [String]
        var source: String
        var expected: String
    }

    var header = ""
    var cases: [Case] = []

    static let folder: String = {
        let parts = #filePath.split(separator: "/").dropLast(2).map(String.init) + ["FileTests"]
        return parts.reduce(into: "") { $0 += "/" + $1 }
    }()

    init(text: String) {
        enum Part { case header, source, expected }
        var part = Part.header
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("== ") {
                let words = line.dropFirst(3).split(separator: "[", maxSplits: 1)
                let options = words.count > 1 ? words[1].dropLast().split(separator: " ").map(String.init) : []
                let title = words[0].split(separator: " ").joined(separator: " ")
                cases.append(Case(title: title, options: options, source: "", expected: ""))
                part = .source
            } else if line == "--", part == .source {
                part = .expected
            } else {
                switch part {
                case .header: header += line + "\n"
                case .source: cases[cases.count - 1].source += line + "\n"
                case .expected: if !line.isEmpty { cases[cases.count - 1].expected += line + "\n" }
                }
            }
        }
    }

    var text: String {
        header
            + cases.map { one in
                let options = one.options.isEmpty ? "" : " [\(one.options.joined(separator: " "))]"
                return "== \(one.title)\(options)\n\(one.source)--\n\(one.expected)\n"
            }.joined()
    }

    /// Assembles and translates, and prints the block.
    static func translate(_ one: Case) throws -> String {
        var xlen = XLEN.rv64
        var extensions = ExtensionSet.all
        var mode = TranslationMode(privilege: 3, isFloatEnabled: true, isFloatDirty: false, frm: 0)
        var limit = RISCVTranslator.longestBlock
        for option in one.options {
            let words = option.split(separator: "=", maxSplits: 1).map(String.init)
            switch (words[0], words.count > 1 ? words[1] : "") {
            case ("rv32", _): xlen = .rv32
            case ("isa", let isa): extensions = try ExtensionSet.parse(isaString: isa).extensions
            case ("mode", let letter): mode.privilege = letter == "U" ? 0 : letter == "S" ? 1 : 3
            case ("float", let state):
                mode.isFloatEnabled = state != "off"
                mode.isFloatDirty = state == "dirty"
            case ("frm", let number): mode.frm = UInt8(number) ?? 0
            case ("limit", let number): limit = Int(number) ?? limit
            default: throw TranslationFileError(option: option)
            }
        }
        let bytes = try GuestAssembler.assemble(one.source, at: 0x1000, xlen: xlen)
        var translator = RISCVTranslator(xlen: xlen, extensions: extensions)
        let block = translator.translateForTest(bytes, at: 0x1000, mode: mode, limit: limit)
        return IRPrinter(functions: RISCVFunction.names).text(block)
    }

    static func read(_ name: String) -> String? {
        guard let file = fopen(folder + "/" + name, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = getc(file), byte != EOF { bytes.append(UInt8(byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func write(_ text: String, to name: String) {
        guard let file = fopen(folder + "/" + name, "w") else { return }
        defer { fclose(file) }
        fputs(text, file)
    }

    /// The names of all golden files, sorted.
    static let all: [String] = {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".irtest") { names.append(name) }
        }
        return names.sorted()
    }()
}

struct TranslationFileError: Error, CustomStringConvertible {
    let option: String
    var description: String {
        "'\(option)' is not an option; expected rv32, isa=, mode=, float=, frm= or limit="
    }
}

extension RISCVTranslator {
    /// Translates code that ends with the array: what follows is taken for another page.
    mutating func translateForTest(
        _ bytes: [UInt8], at pc: UInt64, mode: TranslationMode, limit: Int = longestBlock
    ) -> IRBlock {
        let halfwords = stride(from: 0, to: bytes.count - 1, by: 2).map {
            UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
        }
        return halfwords.withUnsafeBufferPointer {
            translate(pc: pc, mode: mode, limit: limit, source: Source(halfwords: $0, following: nil))
        }
    }
}
