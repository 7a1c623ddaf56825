/// The text of an option such as “uart16550,id=uart1,at=0x10010000”: a first word, then names with values. Two commas
/// stand for one in a value; a name without a value means “on”.
public struct OptionList: Equatable, Sendable {
    /// What stands before the first comma, unless that is a name with a value; empty if there is none.
    public var first: String
    /// In the order in which they were given.
    public var pairs: [Pair]

    /// One `name=value`.
    public struct Pair: Equatable, Sendable {
        public var name: String
        public var value: String
        /// Where it was given.
        public var place: String

        public init(_ name: String, _ value: String, place: String) {
            self.name = name
            self.value = value
            self.place = place
        }
    }

    public init(_ first: String, _ pairs: [Pair] = []) {
        self.first = first
        self.pairs = pairs
    }

    /// Reads `text`, which was given at `place` ("-device").
    public init(parsing text: String, from place: String) throws(PlatformError) {
        var words: [String] = [""]
        var characters = text[...]
        while let character = characters.popFirst() {
            if character != "," {
                words[words.count - 1].append(character)
            } else if characters.first == "," {
                characters.removeFirst()
                words[words.count - 1].append(",")
            } else {
                words.append("")
            }
        }
        first = ""
        pairs = []
        for (index, word) in words.enumerated() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if index == 0, parts.count == 1 {
                first = word
            } else if parts[0].isEmpty {
                throw PlatformError(
                    at: place, "“\(text)” has a value without a name", expected: "NAME=VALUE between the commas")
            } else {
                pairs.append(Pair(parts[0], parts.count == 2 ? parts[1] : "on", place: place))
            }
        }
        for (index, pair) in pairs.enumerated() where pairs[..<index].contains(where: { $0.name == pair.name }) {
            throw PlatformError(at: place, "“\(pair.name)” is given twice in “\(text)”", expected: "one value")
        }
    }

    /// Takes the pair of that name out.
    public mutating func take(_ name: String) -> Pair? {
        guard let index = pairs.firstIndex(where: { $0.name == name }) else { return nil }
        return pairs.remove(at: index)
    }

    /// Whether it is the question for a list or an explanation: “help” or “?” as the first word or as a name.
    public var asksForHelp: Bool {
        Self.isQuestion(first) || pairs.contains { Self.isQuestion($0.name) }
    }

    /// Whether a word asks for help.
    public static func isQuestion(_ word: String) -> Bool { word == "help" || word == "?" }
}
