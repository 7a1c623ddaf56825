/// Makes keys of the bytes that a terminal sends: UTF-8, control characters, escape sequences (ECMA-48, and what VT220 and
/// xterm add). What is none of these is passed over.
struct KeyDecoder {
    enum Key: Equatable {
        case character(Character)
        case enter, tab, giveUp, clearScreen, earlier, later
        case start, end, left, right, wordLeft, wordRight
        case backspace, delete, removeToEnd, removeToStart, removeWordLeft, removeWordRight, bringBack, exchange
    }

    private enum State: Equatable {
        case plain
        /// So many bytes of a character are missing.
        case character(missing: Int)
        case escape
        /// ESC O: a function key.
        case function
        /// ESC [: parameters, then a letter.
        case sequence
    }

    private var state = State.plain
    private var bytes: [UInt8] = []

    mutating func take(_ byte: UInt8) -> Key? {
        switch state {
        case .plain: return plain(byte)
        case .character(let missing):
            guard byte & 0xC0 == 0x80 else {
                state = .plain
                return plain(byte)
            }
            bytes.append(byte)
            state = missing > 1 ? .character(missing: missing - 1) : .plain
            guard state == .plain, let text = String(validating: bytes, as: UTF8.self) else { return nil }
            return text.first.map { .character($0) }
        case .escape: return escaped(byte)
        case .function:
            state = .plain
            return Self.arrow(byte)
        case .sequence:
            // Intermediate and parameter bytes until a final one (ECMA-48 §5.4).
            guard 0x40...0x7E ~= byte else {
                bytes.append(byte)
                if byte < 0x20 || bytes.count > 16 { state = .plain }
                return nil
            }
            state = .plain
            return byte == UInt8(ascii: "~") ? Self.numbered(bytes) : Self.arrow(byte)
        }
    }

    private mutating func plain(_ byte: UInt8) -> Key? {
        switch byte {
        case 0x01: return .start
        case 0x02: return .left
        case 0x03: return .giveUp
        case 0x04: return .delete
        case 0x05: return .end
        case 0x06: return .right
        case 0x08, 0x7F: return .backspace
        case 0x09: return .tab
        case 0x0A, 0x0D: return .enter
        case 0x0B: return .removeToEnd
        case 0x0C: return .clearScreen
        case 0x0E: return .later
        case 0x10: return .earlier
        case 0x14: return .exchange
        case 0x15: return .removeToStart
        case 0x17: return .removeWordLeft
        case 0x19: return .bringBack
        case 0x1B: state = .escape
        case 0x20..<0x7F: return .character(Character(UnicodeScalar(byte)))
        case 0xC2...0xDF: begin(byte, missing: 1)
        case 0xE0...0xEF: begin(byte, missing: 2)
        case 0xF0...0xF4: begin(byte, missing: 3)
        default: break
        }
        return nil
    }

    private mutating func begin(_ byte: UInt8, missing: Int) {
        bytes = [byte]
        state = .character(missing: missing)
    }

    private mutating func escaped(_ byte: UInt8) -> Key? {
        state = .plain
        switch byte {
        case UInt8(ascii: "["):
            bytes = []
            state = .sequence
        case UInt8(ascii: "O"): state = .function
        case 0x1B: state = .escape
        case UInt8(ascii: "b"): return .wordLeft
        case UInt8(ascii: "f"): return .wordRight
        case UInt8(ascii: "d"): return .removeWordRight
        case 0x08, 0x7F: return .removeWordLeft
        default: break
        }
        return nil
    }

    private static func arrow(_ byte: UInt8) -> Key? {
        switch byte {
        case UInt8(ascii: "A"): .earlier
        case UInt8(ascii: "B"): .later
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .start
        case UInt8(ascii: "F"): .end
        default: nil
        }
    }

    private static func numbered(_ parameters: [UInt8]) -> Key? {
        switch String(decoding: parameters, as: UTF8.self) {
        case "1", "7": .start
        case "3": .delete
        case "4", "8": .end
        default: nil
        }
    }
}
