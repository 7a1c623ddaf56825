import TandemKernel

/// A command line after parsing: operands, and options with their values in the order in which they were given.
struct Arguments: Equatable, Sendable {
    var operands: [String] = []
    private(set) var options: [(name: String, value: String)] = []
    var wantsHelp = false

    static func == (left: Arguments, right: Arguments) -> Bool {
        left.operands == right.operands && left.wantsHelp == right.wantsHelp
            && left.options.elementsEqual(right.options) { $0 == $1 }
    }

    /// The last value of an option.
    subscript(name: String) -> String? { options.last { $0.name == name }?.value }
    /// All values of an option.
    func all(_ name: String) -> [String] { options.filter { $0.name == name }.map(\.value) }
    func has(_ name: String) -> Bool { options.contains { $0.name == name } }

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
            options.append((option.name, value))
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
