import Glibc

@testable import TandemX64

/// The disassembler of GNU binutils, where the machine has it: the peer that says how x86-64 instructions read.
struct Objdump {
    private static let isInstalled = !output(of: "command -v objdump && objdump --version | grep GNU").isEmpty

    /// Whether tests that need it run: it is there, or its absence must fail.
    static let isWanted = isInstalled || getenv("TANDEM_REQUIRE_PEERS") != nil

    /// The text of each instruction in `code`, by offset.
    static func disassemble(_ code: [UInt8], at address: UInt) -> [Int: String] {
        var template = Array("/tmp/tandem-x64-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return [:] }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let written = code.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        guard written == code.count else { return [:] }
        let options = "-D -b binary -m i386:x86-64 -M intel --no-show-raw-insn --adjust-vma=\(address)"
        var result: [Int: String] = [:]
        for line in output(of: "objdump \(options) \(path)").split(separator: "\n") {
            // "    40000007:\tmov    QWORD PTR [rip+0x10],rax        # 0x4000001e"
            let fields = line.split(separator: "\t", maxSplits: 1)
            guard fields.count == 2, fields[0].hasSuffix(":"),
                let place = UInt(fields[0].dropLast().drop { $0 == " " }, radix: 16)
            else { continue }
            result[Int(place - address)] = String(fields[1])
        }
        return result
    }

    /// What `objdump` printed, in our spelling, without blanks between operands.
    static func normalised(_ text: String) -> String {
        var instruction = Substring(text)
        var place: Substring?
        if let comment = text.firstRange(of: "# ") {
            place = text[comment.upperBound...]
            instruction = text[..<comment.lowerBound]
        }
        var result = compact(String(instruction))
        if let place, let start = result.firstRange(of: "[rip"),
            let end = result[start.upperBound...].firstIndex(of: "]")
        {
            result.replaceSubrange(start.lowerBound..<end, with: "[\(place)")
        }
        for (theirs, ours) in [("+0x0]", "]"), ("movabs ", "mov ")] {
            if let range = result.firstRange(of: theirs) { result.replaceSubrange(range, with: ours) }
        }
        return result
    }

    /// `instruction` as `objdump` prints it: immediates without a sign, as wide as the operand.
    static func text(_ instruction: Instruction, _ width: Width) -> String {
        // 66 90, which they show as what it does.
        if instruction.mnemonic == .integer(.nop) && instruction.byteCount == 2 { return "xchg ax,ax" }
        let operands = instruction.operands.map { operand -> String in
            guard case .immediate(let value) = operand else { return operand.description }
            let mask = UInt64.max >> UInt64(64 - 8 * width.byteCount)
            return "0x" + String(UInt64(bitPattern: value) & mask, radix: 16)
        }
        let name = instruction.name == "movabs" ? "mov" : instruction.name
        return compact(operands.isEmpty ? name : name + " " + operands.joined(separator: ","))
    }

    /// Lower case; one blank after the mnemonic, none elsewhere.
    private static func compact(_ text: String) -> String {
        var result: [UInt8] = []
        var blanks = 0
        for byte in text.lowercased().utf8 {
            if byte == UInt8(ascii: " ") {
                blanks += 1
                continue
            }
            if blanks > 0, !result.isEmpty, !result.contains(UInt8(ascii: " ")) { result.append(UInt8(ascii: " ")) }
            blanks = 0
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
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
}
