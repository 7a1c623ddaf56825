/// The firmware that `platforms/demo.json5` runs when no image is given.
///
/// It is ours: `firmware/demo` holds its source, and `Scripts/firmware` builds it and writes it into
/// `Generated/DemoFirmware+Image.swift`, so that no tool is needed to run it. It stands in a string, because the compiler
/// takes long over large array literals.
public enum DemoFirmware {
    /// The image: an RV64 ELF file, linked to the start of RAM at 0x8000_0000, with its symbols.
    public static func image() -> [UInt8] {
        encoded.withUTF8Buffer(decode)
    }

    /// Decodes base 64 (RFC 4648 §4); everything outside its alphabet is skipped, padding included.
    static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        for character in text {
            guard let value = sextet(character) else { continue }
            pending = pending << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
            }
        }
        return bytes
    }

    private static func sextet(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
