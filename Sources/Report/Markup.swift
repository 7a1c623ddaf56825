import TandemJSON

/// Text and numbers as HTML shows them.
enum Markup {
    /// Text that is no markup, in elements and in attributes.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// "Page walks" of `pageWalks`.
    static func words(_ name: String) -> String {
        var words = ""
        for character in name {
            if character.isUppercase { words += " " }
            words += words.isEmpty ? character.uppercased() : character.lowercased()
        }
        return words
    }

    /// Four significant digits with a prefix of the SI: "1.055 s", "862.6 kB"; units of the base as they are.
    static func si(_ value: Double, _ unit: String) -> String {
        guard value != 0, value.isFinite else { return value == 0 ? "0 \(unit)" : "\(value) \(unit)" }
        let prefixes = ["p", "n", "µ", "m", "", "k", "M", "G", "T", "P"]
        var place = 4
        var scaled = value.magnitude
        while scaled < 1, place > 0 {
            scaled *= 1000
            place -= 1
        }
        // What would be rounded up to 1000 stands with the next prefix.
        while scaled >= 999.95, place < prefixes.count - 1 {
            scaled /= 1000
            place += 1
        }
        let digits = scaled >= 100 ? 1 : scaled >= 10 ? 2 : 3
        var text = RunReport.fixed(scaled, digits)
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return (value < 0 ? "−" : "") + "\(text) \(prefixes[place])\(unit)"
    }

    /// A number as the report has it, for programs, and as people read it.
    static func data(_ number: JSONNumber, _ shown: String) -> String {
        "<data value=\"\(number.literal)\">\(escaped(shown))</data>"
    }
}
