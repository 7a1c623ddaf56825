import TandemKernel
import TandemReport

/// Numbers as the live view shows them: three digits and a prefix of the SI, so that columns compare at a glance.
enum Figure {
    /// What stands where there is nothing to say.
    static let none = "-"

    /// "1.25 G", "312", "0".
    static func short(_ value: Double) -> String {
        let prefixes = ["", " k", " M", " G", " T", " P", " E"]
        var value = value
        var prefix = 0
        // What would be rounded to a thousand has the next prefix.
        while value >= 999.5, prefix < prefixes.count - 1 {
            value /= 1000
            prefix += 1
        }
        let digits =
            value == value.rounded() && prefix == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.0995 ? 2 : 4
        return RunReport.fixed(value, digits) + prefixes[prefix]
    }

    /// So many of `unit` in a second: "1.25 GB/s"; nothing to say of no time.
    static func rate(_ count: UInt64, in seconds: Double, _ unit: String = "") -> String {
        seconds > 0 ? with(unit + "/s", Double(count) / seconds) : none
    }

    /// "1.25 GB".
    static func bytes(_ count: UInt64) -> String { with("B", Double(count)) }

    private static func with(_ unit: String, _ value: Double) -> String {
        let text = short(value)
        // A prefix and its unit are one word.
        return text.contains(" ") || unit.hasPrefix("/") ? text + unit : text + " " + unit
    }

    /// The mean of `count` spans that took `picoseconds` in all; nothing to say of none.
    static func mean(_ picoseconds: UInt64, of count: UInt64) -> String {
        count == 0 ? none : "\(SimTime(picoseconds: picoseconds / count))"
    }
}
