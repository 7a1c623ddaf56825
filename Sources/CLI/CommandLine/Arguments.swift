import TandemKernel

/// A command line after parsing: operands, and options with their values in the order in which they were given.
struct Arguments: Equatable, Sendable {
    var operands: [String] = []
    private(set) var options: [GivenOption] = []
    var wantsHelp = false

    /// The last value of an option.
    subscript(name: String) -> String? { options.last { $0.name == name }?.value }
    /// All values of an option.
    func all(_ name: String) -> [String] { options.filter { $0.name == name }.map(\.value) }
    func has(_ name: String) -> Bool { options.contains { $0.name == name } }
    /// All uses of an option, with their places.
    func given(_ name: String) -> [GivenOption] { options.filter { $0.name == name } }
    /// The use of an option that counts.
    func last(_ name: String) -> GivenOption? { options.last { $0.name == name } }

    /// These arguments with options before them, which a file gives: what the command line says comes later and counts.
    func preceded(by options: [GivenOption]) -> Arguments {
        var arguments = self
        arguments.options = options + self.options
        return arguments
    }

    /// Parses the words behind the name of `command`.
    init(_ words: [String], of command: CommandDeclaration) throws(UsageError) {
        var rest = words[...]
        var onlyOperands = false
        while let word = rest.popFirst() {
            guard !onlyOperands, word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            if word == "--" {
                onlyOperands = true
                continue
            }
            let bare = word.hasPrefix("--") ? word.dropFirst(2) : word.dropFirst()
            let parts = bare.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = parts[0]
            if ["h", "help"].contains(name) {
                wantsHelp = true
                continue
            }
            guard let option = command.option(named: name) else { throw Self.unknown(word, name, command) }
            var value = ""
            if let placeholder = option.value {
                if parts.count == 2 {
                    value = parts[1]
                } else if let next = rest.popFirst() {
                    value = next
                } else {
                    throw UsageError("the option -\(name) needs a value: \(placeholder)", command: command.name)
                }
            } else if parts.count == 2 {
                throw UsageError("the option -\(name) takes no value, but has “\(parts[1])”", command: command.name)
            }
            if !option.isRepeatable, has(option.name) {
                throw UsageError("the option -\(option.name) was given twice", command: command.name)
            }
            options.append(GivenOption(option.name, value, from: "-\(option.name)"))
        }
        guard !wantsHelp, !command.operandCount.contains(operands.count) else { return }
        if operands.count > command.operandCount.upperBound {
            let surplus = operands[command.operandCount.upperBound]
            throw UsageError(
                "“\(surplus)” is one operand too many; expected \(command.operands)", command: command.name)
        }
    }

    private static func unknown(_ word: String, _ name: String, _ command: CommandDeclaration) -> UsageError {
        let names = command.options.flatMap { [$0.name] + $0.aliases } + ["help"]
        let near = names.nearest(to: name).map { "-\($0)" }
        let hint = near.isEmpty ? "" : "; did you mean \(Diagnosis.list(near, last: "or"))?"
        return UsageError("“tandem \(command.name)” has no option “\(word)”\(hint)", command: command.name)
    }
}

/// One use of an option: on the command line or in a configuration file.
struct GivenOption: Equatable, Sendable {
    var name: String
    var value: String
    /// "-device", or "board.ini:3:1".
    var place: String

    init(_ name: String, _ value: String, from place: String) {
        self.name = name
        self.value = value
        self.place = place
    }
}
