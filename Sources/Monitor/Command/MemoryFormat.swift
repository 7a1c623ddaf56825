import TandemKernel

/// What stands behind `x/`: how many values, of which size, in which form. QEMU's letters: `d` signed, `u` unsigned, `o`
/// octal, `x` hexadecimal, `c` character, `i` instruction; `b`, `h`, `w`, `g` for 1, 2, 4 and 8 bytes.
struct MemoryFormat: Equatable {
    enum Form: Character {
        case signed = "d"
        case unsigned = "u"
        case octal = "o"
        case hexadecimal = "x"
        case character = "c"
        case instruction = "i"
    }

    var count = 1
    var form = Form.hexadecimal
    /// Bytes of a value.
    var size = 4

    /// The most values of one command.
    static let countLimit = 65536

    init(_ text: String, of command: String, size: Int = 4) throws(CommandError) {
        self.size = size
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        func refuse(_ problem: String) -> CommandError {
            CommandError(
                at: "\(command)/\(text)", problem,
                expected:
                    "a count from 1 to \(Self.countLimit), a form (d, u, o, x, c or i) and a size (b, h, w or g), such as 16xw"
            )
        }
        if !digits.isEmpty {
            guard let count = Int(digits), (1...Self.countLimit).contains(count) else {
                throw refuse("the count \(digits) is not possible")
            }
            self.count = count
        }
        for letter in text.dropFirst(digits.count) {
            if let form = Form(rawValue: letter) {
                self.form = form
                if form == .character { self.size = 1 }
                continue
            }
            switch letter {
            case "b": self.size = 1
            case "h": self.size = 2
            case "w": self.size = 4
            case "g": self.size = 8
            default: throw refuse("“\(letter)” is neither a form nor a size")
            }
        }
    }

    /// A value of `size` bytes, as it is shown.
    func text(of value: UInt64) -> String {
        let bits = UInt64(size * 8)
        let value = bits == 64 ? value : value & ((1 << bits) - 1)
        switch form {
        case .signed:
            let sign = UInt64(1) << (bits - 1)
            return "\(Int64(bitPattern: (value ^ sign) &- sign))"
        case .unsigned: return "\(value)"
        case .octal: return "0" + String(value, radix: 8)
        case .hexadecimal, .instruction:
            let digits = String(value, radix: 16)
            return "0x" + String(repeating: "0", count: max(0, size * 2 - digits.utf8.count)) + digits
        case .character:
            let byte = UInt8(truncatingIfNeeded: value)
            switch byte {
            case 0x0A: return "'\\n'"
            case 0x0D: return "'\\r'"
            case 0x09: return "'\\t'"
            case UInt8(ascii: "'"), UInt8(ascii: "\\"): return "'\\\(Character(Unicode.Scalar(byte)))'"
            case 0x20..<0x7F: return "'\(Character(Unicode.Scalar(byte)))'"
            default: return "'\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) + "'"
            }
        }
    }

    /// Values in a line.
    var perLine: Int { form == .character ? 16 : size == 8 ? 2 : size == 4 ? 4 : size == 2 ? 8 : 16 }
}
