import TandemKernel

/// What `query-qmp-schema` yields: every command and event with its types, made from the declarations.
struct QMPSchema {
    private var entries: [CommandValue] = []
    private var known: Set<String> = []

    static func value(_ catalog: CommandCatalog) -> CommandValue {
        var schema = QMPSchema()
        for (name, type) in [("str", "string"), ("int", "int"), ("bool", "boolean"), ("any", "value")] {
            schema.add(name, "builtin", ["json-type": .text(type)])
        }
        for command in catalog.commands {
            guard let name = command.machineName else { continue }
            let arguments = schema.arguments(of: command.signature)
            let result = schema.type(of: command.signature.result)
            schema.add(
                name, "command",
                ["arg-type": .text(arguments), "ret-type": .text(result), "allow-oob": .bool(command.allowsOutOfBand)])
        }
        for kind in MonitorEvent.Kind.all {
            let type =
                kind.members.isEmpty
                ? schema.type(of: .nothing) : schema.type(of: .record(name: "\(kind.name)-data", kind.members))
            schema.add(kind.name, "event", ["arg-type": .text(type)])
        }
        return .list(schema.entries)
    }

    private mutating func add(_ name: String, _ metaType: String, _ more: KeyValuePairs<String, CommandValue>) {
        guard known.insert("\(metaType) \(name)").inserted else { return }
        let fields: [CommandValue.Field] = [.init("name", .text(name)), .init("meta-type", .text(metaType))]
        entries.append(.record(fields + more.map { .init($0.key, $0.value) }))
    }

    private mutating func arguments(of signature: CommandSignature) -> String {
        if signature.arguments.isEmpty { return type(of: .nothing) }
        let members = signature.arguments.map { argument -> CommandValue in
            let name = "\(signature.name)-\(argument.name)"
            let type = argument.name == signature.openArgument ? "any" : type(of: argument.kind, named: name)
            return Self.member(argument.name, type, isOptional: !argument.isRequired)
        }
        let name = "\(signature.name)-arg"
        add(name, "object", ["members": .list(members)])
        return name
    }

    private static func member(_ name: String, _ type: String, isOptional: Bool) -> CommandValue {
        var fields: [CommandValue.Field] = [.init("name", .text(name)), .init("type", .text(type))]
        // Its presence says that the member may be missing; the value says nothing (qmp-spec).
        if isOptional { fields.append(.init("default", .nothing)) }
        return .record(fields)
    }

    private mutating func type(of kind: PropertyKind, named name: String) -> String {
        switch kind {
        case .bool: return "bool"
        case .integer, .unsigned: return "int"
        case .time, .string, .link: return "str"
        case .size, .frequency:
            // A number, or a text with a unit.
            add(
                "NumberOrText", "alternate",
                ["members": [.record(["type": "int"]), .record(["type": "str"])]])
            return "NumberOrText"
        case .choice(let words): return enumeration(name, words)
        case .list(let element): return array(type(of: element, named: name))
        }
    }

    private mutating func type(of shape: CommandShape) -> String {
        switch shape {
        case .nothing:
            add("Empty", "object", ["members": []])
            return "Empty"
        case .bool: return "bool"
        case .integer: return "int"
        case .text: return "str"
        case .any: return "any"
        case .choice(let name, let words): return enumeration(name, words)
        case .list(let element): return array(type(of: element))
        case .record(let name, let members):
            let values = members.map { Self.member($0.name, type(of: $0.shape), isOptional: $0.isOptional) }
            add(name, "object", ["members": .list(values)])
            return name
        }
    }

    private mutating func array(_ element: String) -> String {
        add("[\(element)]", "array", ["element-type": .text(element)])
        return "[\(element)]"
    }

    private mutating func enumeration(_ name: String, _ words: [String]) -> String {
        add(
            name, "enum",
            ["members": .list(words.map { .record(["name": .text($0)]) }), "values": .list(words.map { .text($0) })])
        return name
    }
}
