/// One option of a command: its spelling, its value, its help. One or two dashes, `-name value` or `--name=value`.
struct OptionDeclaration: Equatable, Sendable {
    var name: String
    /// Other spellings, such as QEMU's short ones.
    var aliases: [String] = []
    /// What stands for the value in help texts; nothing for an option without one.
    var value: String?
    /// Whether it may be given several times.
    var isRepeatable = false
    var help: String

    /// An option that is there or not.
    init(flag name: String, _ help: String) {
        self.name = name
        self.help = help
    }

    init(_ name: String, _ value: String, aliases: [String] = [], repeatable: Bool = false, _ help: String) {
        self.name = name
        self.value = value
        self.aliases = aliases
        isRepeatable = repeatable
        self.help = help
    }

    /// "-kernel FILE".
    var usage: String { "-\(name)" + (value.map { " \($0)" } ?? "") }
}

/// A command as help shows it and the parser accepts it.
struct CommandDeclaration: Equatable, Sendable {
    var name: String
    var summary: String
    /// What follows the name: "PLATFORM [IMAGE]".
    var operands: String
    /// The least and the greatest number of operands.
    var operandCount: ClosedRange<Int>
    var options: [OptionDeclaration]
    /// Command lines that work, with what they do.
    var examples: [(line: String, effect: String)]

    static func == (left: CommandDeclaration, right: CommandDeclaration) -> Bool { left.name == right.name }

    func option(named name: String) -> OptionDeclaration? {
        options.first { $0.name == name || $0.aliases.contains(name) }
    }
}
