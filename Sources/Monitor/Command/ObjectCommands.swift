import TandemKernel
import TandemMachine

/// Objects, their types and their properties; and the commands that objects understand.
enum ObjectCommands {
    static let all = [list, get, set, types, typeProperties, call]

    static let path = Property<String>(required: "path", "The object: its path, or the end of it.")
    static let property = Property<String>(required: "property", "The name of the property.")
    static let value = Property<String>(required: "value", "The value: whatever the property takes.")
    static let typeName = Property<String>(required: "typename", "The name of the type.")
    static let category = Property<String?>(
        "implements", default: nil, "Only types of this class, or that provide this interface.")
    static let includesAbstract = Property<Bool>(
        "abstract", default: false, "Classes too, of which there are no objects.")
    static let objectName = Property<String>(required: "object", "The object: its path, or the end of it.")
    static let commandName = Property<String?>("command", default: nil, "The command; without one, all are listed.")

    private static let propertyShape = CommandShape.list(
        .record(
            name: "ObjectPropertyInfo",
            [
                CommandMember("name", .text), CommandMember("type", .text),
                CommandMember("description", .text, isOptional: true),
                CommandMember("default-value", .any, isOptional: true),
            ]))

    static let list = MonitorCommand(
        "qom-list", "The properties and children of an object.",
        arguments: [
            Property<String>("path", default: "/machine", "The object: its path, or the end of it.").erased
        ], returns: propertyShape,
        text: propertiesText
    ) { call in
        let module = try ObjectLookup.find(call[path], in: call.machine)
        var rows: [CommandValue] = [.record(["name": "type", "type": "string"])]
        rows += module.properties.declarations.map(row)
        rows += module.children.map { child in
            .record(["name": .text(child.name), "type": .text("child<\(ObjectLookup.type(of: child))>")])
        }
        return .list(rows)
    }

    private static func propertiesText(_ value: CommandValue) -> String {
        guard case .list(let rows) = value else { return "" }
        return rows.map { row in
            "\(CommandText.word(row["name"] ?? .nothing)) (\(CommandText.word(row["type"] ?? .nothing)))\n"
        }.joined()
    }

    /// A declared property as introspection shows it.
    private static func row(_ property: AnyProperty) -> CommandValue {
        var fields: [CommandValue.Field] = [
            .init("name", .text(property.name)), .init("type", .text(property.kind.name)),
            .init("description", .text("\(property.documentation) May be set \(property.phase).")),
        ]
        if let value = property.defaultValue { fields.append(.init("default-value", CommandValue(value))) }
        return .record(fields)
    }

    static let get = MonitorCommand(
        "qom-get", "The value of a property of an object.", arguments: [path.erased, property.erased], returns: .any
    ) { call in
        let module = try ObjectLookup.find(call[path], in: call.machine)
        let name = call[property]
        if module.properties.declarations.contains(where: { $0.name == name }) {
            return try module.properties.value(of: name).map { CommandValue($0) } ?? ""
        }
        if let child = module.children.first(where: { $0.name == name }) {
            return .text(ObjectLookup.path(of: child))
        }
        if name == "type" { return .text(ObjectLookup.type(of: module)) }
        let names = ["type"] + module.properties.declarations.map(\.name) + module.children.map(\.name)
        throw CommandError(
            at: ObjectLookup.path(of: module), "there is no property “\(name)”", choices: names,
            nearest: names.nearest(to: name))
    }

    static let set = MonitorCommand(
        "qom-set", "Sets a property of an object.", arguments: [path.erased, property.erased, value.erased],
        openArgument: value.name,
        documentation: """
            Only properties that may be set at any time can be set once the machine has started; `qom-list` says of \
            each when it may be set.
            """
    ) { call in
        let module = try ObjectLookup.find(call[path], in: call.machine)
        guard let source = call.arguments.source(value.name) else { return .nothing }
        try module.properties.set(call[property], to: source)
        return .nothing
    }

    static let types = MonitorCommand(
        machine: "qom-list-types", human: "qom-list-types", "The types that objects may have.",
        arguments: [category.erased, includesAbstract.erased],
        returns: .list(
            .record(
                name: "ObjectTypeInfo",
                [
                    CommandMember("name", .text), CommandMember("parent", .text, isOptional: true),
                    CommandMember("abstract", .bool, isOptional: true),
                ]))
    ) { call in
        let wanted = call[category]
        let declarations = call.context.catalog.types.map { $0.declaration }
        var rows: [CommandValue] = []
        for declaration in declarations where wanted.map(declaration.is) ?? true {
            let parent = declaration.category.name
            let isNew = !rows.contains { $0["name"] == .text(parent) }
            if call[includesAbstract], isNew { rows.append(.record(["name": .text(parent), "abstract": true])) }
            rows.append(.record(["name": .text(declaration.typeName), "parent": .text(parent)]))
        }
        return .list(rows)
    }

    static let typeProperties = MonitorCommand(
        "device-list-properties", "The properties of a type.", arguments: [typeName.erased], returns: propertyShape,
        text: propertiesText
    ) { call in
        guard let type = call.context.catalog[call[typeName]] else {
            throw CommandError(
                .deviceNotFound, at: "device-list-properties", "there is no type “\(call[typeName])”",
                nearest: call.context.catalog.nearest(to: call[typeName]))
        }
        return .list(type.declaration.properties.map(row))
    }

    static let call = MonitorCommand(
        "call", "Performs a command of an object, such as its type declares.",
        arguments: [objectName.erased, commandName.erased], takesFurther: true, returns: .any,
        documentation: "The arguments of that command follow by name: `call button press count=2`."
    ) { call in
        let module = try ObjectLookup.find(call[objectName], in: call.machine)
        let commands = module.commands
        guard let name = call[commandName] else {
            return .list(
                commands.map { .record(["command": .text($0.name), "summary": .text($0.signature.summary)]) })
        }
        guard let command = commands.first(where: { $0.name == name }) else {
            throw CommandError(
                .commandNotFound, at: ObjectLookup.path(of: module), "the object has no command “\(name)”",
                expected: commands.isEmpty ? "an object that has commands" : "", choices: commands.map(\.name),
                nearest: commands.map(\.name).nearest(to: name))
        }
        var values = PropertyValues()
        for entry in call.arguments.further {
            switch entry.value {
            case .typed(let value): values.set(entry.name, value, from: entry.place)
            case .text(let text): values.set(entry.name, text: text, from: entry.place)
            }
        }
        return try command.perform(on: module, values)
    }
}
