/// What a command is called, takes and yields: said once, for every face of a monitor, for help and for documentation.
public struct CommandSignature: Sendable {
    public var name: String
    /// One line.
    public var summary: String
    /// Paragraphs: what it does, what it depends on.
    public var documentation: String
    /// In the order in which they are given where they are not named.
    public var arguments: [AnyProperty]
    /// The argument, if there is one, that takes a value of any kind: what it must be shows only when the command runs.
    public var openArgument: String?
    /// Whether arguments beyond the declared ones are taken: properties of an object, say.
    public var takesFurther: Bool
    public var result: CommandShape

    public init(
        _ name: String, _ summary: String, arguments: [AnyProperty] = [], openArgument: String? = nil,
        takesFurther: Bool = false, returns result: CommandShape = .nothing, documentation: String = ""
    ) {
        precondition(
            openArgument.map { name in arguments.contains { $0.name == name } } ?? true,
            "The command “\(name)” has no argument that could be open.")
        self.name = name
        self.summary = summary
        self.arguments = arguments
        self.openArgument = openArgument
        self.takesFurther = takesFurther
        self.result = result
        self.documentation = documentation
    }

    /// The arguments with their checked values, given or default. Throws the first mistake.
    public func check(_ values: PropertyValues) throws(CommandError) -> CommandArguments {
        var checked = PropertyValues()
        var further: [PropertyValues.Entry] = []
        for entry in values.entries where !arguments.contains(where: { $0.name == entry.name }) {
            guard takesFurther else {
                let names = arguments.map(\.name)
                throw CommandError(
                    at: place(of: entry), "there is no argument “\(entry.name)”",
                    expected: names.isEmpty ? "no arguments" : "",
                    choices: names, nearest: names.nearest(to: entry.name))
            }
            further.append(entry)
        }
        for argument in arguments {
            guard let entry = values.entries.first(where: { $0.name == argument.name }) else {
                if let value = argument.defaultValue {
                    checked.set(argument.name, value)
                } else if argument.isRequired {
                    throw CommandError(
                        at: name, "the argument “\(argument.name)” is missing", expected: argument.kind.description,
                        choices: argument.kind.choices)
                }
                continue
            }
            if argument.name == openArgument {
                further.append(entry)
            } else {
                checked.set(argument.name, try check(entry, argument))
            }
        }
        return CommandArguments(command: name, values: checked, further: further)
    }

    private func check(
        _ entry: PropertyValues.Entry, _ argument: AnyProperty
    ) throws(CommandError) -> PropertyValue {
        let (value, shown): (PropertyValue?, String) =
            switch entry.value {
            case .typed(let given): (argument.kind.coerce(given), given.quoted)
            case .text(let text): (argument.kind.parse(text), "“\(text)”")
            }
        let kind = argument.kind
        guard let value else {
            throw CommandError(
                at: place(of: entry), "the argument “\(argument.name)” cannot be \(shown)",
                expected: kind.choices.isEmpty ? kind.description : "", choices: kind.choices,
                nearest: kind.choices.nearest(to: shown.filter { $0 != "“" && $0 != "”" }))
        }
        if let range = argument.range, !range.contains(value) {
            throw CommandError(
                at: place(of: entry), "the argument “\(argument.name)” cannot be \(shown)",
                expected: "\(kind.article) from \(range)")
        }
        return value
    }

    /// Where in the text of the call the argument stands, and which command that is.
    private func place(of entry: PropertyValues.Entry) -> String {
        entry.place.isEmpty ? name : "\(name), \(entry.place)"
    }
}

/// The checked arguments of one call.
public struct CommandArguments: Sendable {
    let command: String
    let values: PropertyValues
    /// What was given beyond the declared arguments, and the open one: not checked yet, in the order given.
    public let further: [PropertyValues.Entry]

    /// The value of a declared argument, given or default.
    public subscript<Value: PropertyConvertible>(_ argument: Property<Value>) -> Value {
        values.typed(argument, of: command)
    }

    /// What the open argument was given.
    public func source(_ name: String) -> PropertyValues.Source? { further.first { $0.name == name }?.value }
}
