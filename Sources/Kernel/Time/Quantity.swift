/// A decimal number followed by a unit, split but not yet interpreted: the common grammar of times, frequencies and
/// sizes. A hexadecimal number ("0x1000") has no fraction and no unit.
struct Quantity {
    /// All digits, without the point.
    let digits: UInt64
    /// How many of `digits` stand after the point.
    let fractionDigits: Int
    /// What follows the number, without blanks; may be empty.
    let suffix: String

    var isZero: Bool { digits == 0 }

    init?(_ text: String) {
        var bytes = Substring(text).utf8
        if bytes.starts(with: "0x".utf8) || bytes.starts(with: "0X".utf8) {
            guard let value = UInt64(text.dropFirst(2), radix: 16), text.utf8.dropFirst(2).first != UInt8(ascii: "+")
            else { return nil }
            (digits, fractionDigits, suffix) = (value, 0, "")
            return
        }
        var value: UInt64 = 0
        var fraction = 0
        var digitCount = 0
        var seenPoint = false
        while let byte = bytes.first {
            if byte == UInt8(ascii: "."), !seenPoint {
                seenPoint = true
            } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carry) = scaled.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
                if overflow || carry { return nil }
                value = sum
                digitCount += 1
                if seenPoint { fraction += 1 }
            } else if byte == UInt8(ascii: "_"), digitCount > 0, !seenPoint {
                // A group separator, as in Swift and JSON5-like files: 1_000_000.
            } else {
                break
            }
            bytes.removeFirst()
        }
        guard digitCount > 0, !(seenPoint && fraction == 0) else { return nil }
        while bytes.first == UInt8(ascii: " ") { bytes.removeFirst() }
        guard let rest = String(bytes) else { return nil }
        (digits, fractionDigits, suffix) = (value, fraction, rest)
    }

    /// The number times `unit`, or nothing when that is not a whole number or exceeds 64 bits.
    func exactProduct(_ unit: UInt64) -> UInt64? {
        var divisor: UInt64 = 1
        for _ in 0..<fractionDigits {
            let (next, overflow) = divisor.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            divisor = next
        }
        let (high, low) = digits.multipliedFullWidth(by: unit)
        if high >= divisor { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth((high, low))
        return remainder == 0 ? quotient : nil
    }
}
