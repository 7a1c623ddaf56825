import TandemKernel
import TandemMachine

/// What could stand at the end of a line that is being typed.
struct Completion: Equatable {
    /// What stands there already: the beginning of each candidate.
    var word: String
    /// In order.
    var candidates: [String]

    init(_ word: String, of candidates: [String]) {
        self.word = word
        var seen: [String] = []
        for candidate in candidates.sorted() where candidate.hasPrefix(word) && candidate != seen.last {
            seen.append(candidate)
        }
        self.candidates = seen
    }

    /// What all candidates have in common behind the word; with the only one, a blank too.
    var `extension`: String {
        guard let first = candidates.first else { return "" }
        if candidates.count == 1 { return String(first.dropFirst(word.count)) + " " }
        let shared = candidates.dropFirst().reduce(Array(first)) { shared, other in
            Array(zip(shared, other).prefix { $0 == $1 }.map(\.0))
        }
        return String(shared.dropFirst(word.count))
    }

    /// The candidates in columns.
    func table(_ columns: Int) -> [UInt8] {
        let width = (candidates.map(\.count).max() ?? 0) + 2
        let perLine = max(1, (columns - 1) / width)
        var text = ""
        for (index, candidate) in candidates.enumerated() {
            let isLast = index % perLine == perLine - 1 || index == candidates.count - 1
            text += candidate + (isLast ? "\r\n" : String(repeating: " ", count: width - candidate.count))
        }
        return Array(text.utf8)
    }
}

/// Finds what could follow in a line of commands: from the declarations of the commands, and from the objects that there
/// are.
struct CommandCompletion {
    private let context: MonitorContext

    init(_ context: MonitorContext) { self.context = context }

    /// What could stand where `text` ends.
    func complete(_ text: String) -> Completion {
        var words = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        let word = text.isEmpty || text.hasSuffix(" ") ? "" : words.removeLast()
        guard let first = words.first else { return Completion(word, of: names.map { Self.word(0, of: $0) }) }
        if first == "help" || first == "?" { return Completion(word, of: names(after: Array(words.dropFirst()))) }
        guard let (command, count) = try? context.commands.humanCommand(words) else {
            return Completion(word, of: names(after: words))
        }
        // “info” with a name behind it, of which so far only a part is there.
        if count == words.count, !names(after: words).isEmpty { return Completion(word, of: names(after: words)) }
        let given = Array(words.dropFirst(count)).filter { !$0.hasPrefix("-") }
        return Completion(word, of: arguments(of: command.signature, given))
    }

    private var names: [String] { context.commands.commands.flatMap { ($0.humanName.map { [$0] } ?? []) + $0.aliases } }

    private static func word(_ index: Int, of name: String) -> String {
        let words = name.split(separator: " ").map(String.init)
        return index < words.count ? words[index] : ""
    }

    /// The next words of the names that begin with these.
    private func names(after words: [String]) -> [String] {
        let prefix = words.map { $0 + " " }.joined()
        return names.filter { $0.hasPrefix(prefix) }.map { Self.word(words.count, of: $0) }
    }

    private func arguments(of signature: CommandSignature, _ given: [String]) -> [String] {
        let positional = signature.arguments.filter { $0.kind != .bool }
        guard given.count < positional.count else { return [] }
        let argument = positional[given.count]
        if !argument.kind.choices.isEmpty { return argument.kind.choices }
        switch (argument.name, argument.kind) {
        case ("path", _), ("object", _), (_, .link): return objects.map { ObjectLookup.path(of: $0) }
        case ("property", _):
            guard let path = given.last, let object = object(path) else { return [] }
            return object.properties.declarations.map(\.name)
        case ("command", _):
            guard let path = given.last, let object = object(path) else { return [] }
            return object.commands.map(\.name)
        case ("typename", _), ("driver", _): return context.catalog.names
        default: return []
        }
    }

    private func object(_ path: String) -> Module? { try? ObjectLookup.find(path, in: context.control.machine) }

    /// Every object, from the top.
    private var objects: [Module] {
        var found: [Module] = []
        func visit(_ module: Module) {
            found.append(module)
            for child in module.children { visit(child) }
        }
        visit(context.control.machine.simulation.root)
        return found
    }
}
