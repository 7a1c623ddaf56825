/// The properties of one live module: their values, and who wants to know when one changes.
public final class PropertyRegistry {
    /// The declarations, in the order of the module's declaration.
    public let declarations: [AnyProperty]
    private unowned(unsafe) let module: Module
    private var values: PropertyValues
    private var observers: [(name: String, notice: (PropertyValue) -> Void)] = []
    private var sources: [(name: String, read: () -> PropertyValue)] = []

    init(_ declarations: [AnyProperty], values: PropertyValues, of module: Module) {
        self.declarations = declarations
        self.values = values
        self.module = module
    }

    /// The declaration of that name, or an error that offers the nearest names.
    public func declaration(_ name: String) throws(ElaborationError) -> AnyProperty {
        if let property = declarations.first(where: { $0.name == name }) { return property }
        let names = declarations.map(\.name)
        throw ElaborationError(
            at: module.path, "there is no property “\(name)”", choices: names, nearest: names.nearest(to: name))
    }

    /// The value in force; nothing for an optional property that was not given.
    public func value(of name: String) throws(ElaborationError) -> PropertyValue? {
        let property = try declaration(name)
        if let source = sources.first(where: { $0.name == name }) { return source.read() }
        return values[name] ?? property.defaultValue
    }

    /// The typed value that was given, or the default.
    public subscript<Value: PropertyConvertible>(_ property: Property<Value>) -> Value {
        values.typed(property, of: module.path)
    }

    /// Sets a value, typed or as text. Refuses a wrong kind or range, and a property that may no longer be set.
    public func set(
        _ name: String, to source: PropertyValues.Source, from place: String = ""
    ) throws(ElaborationError) {
        let property = try declaration(name)
        let value = try property.check(source, of: module.path, from: place)
        let phase: PropertyPhase = module.simulation.hasStarted ? .anyTime : .beforeStart
        guard property.phase >= phase else {
            throw ElaborationError(
                at: place.isEmpty ? module.path : place,
                "the property “\(name)” of “\(module.path)” may only be set \(property.phase)",
                expected: property.phase.remedy)
        }
        try property.checkLinks(value, in: module.simulation.root, of: module.path, from: place)
        values.set(name, value, from: place)
        for observer in observers where observer.name == name { observer.notice(value) }
    }

    /// Has `read` say what the property is whenever somebody asks: for what nobody sets, and for what the module changes by
    /// itself. The module is the usual source and captures itself unowned.
    public func provide<Value: PropertyConvertible>(_ property: Property<Value>, _ read: @escaping () -> Value) {
        precondition(
            declarations.contains { $0.name == property.name },
            "“\(module.path)” provides the property “\(property.name)”, which it does not declare.")
        sources.append((property.name, { read().propertyValue }))
    }

    /// Calls `notice` after each change of the property. The module is the usual observer and captures itself unowned.
    public func observe<Value: PropertyConvertible>(_ property: Property<Value>, _ notice: @escaping (Value) -> Void) {
        precondition(
            declarations.contains { $0.name == property.name },
            "“\(module.path)” observes the property “\(property.name)”, which it does not declare.")
        observers.append(
            (
                property.name,
                { value in
                    if let value = Value(propertyValue: value) { notice(value) }
                }
            ))
    }
}

extension PropertyValues {
    /// The value of `property` that was given, or its default. Traps where a value of a wrong kind or none was given:
    /// a loader checks values first and reports mistakes with their place.
    func typed<Value: PropertyConvertible>(_ property: Property<Value>, of owner: String) -> Value {
        if let entry = entries.first(where: { $0.name == property.name }) {
            do throws(ElaborationError) {
                let value = try property.erased.check(entry.value, of: owner, from: entry.place)
                if let typed = Value(propertyValue: value) { return typed }
                preconditionFailure("\(owner): the property “\(property.name)” cannot be \(value.quoted).")
            } catch {
                preconditionFailure("\(error).")
            }
        }
        guard let value = property.initial else {
            preconditionFailure("\(owner): the property “\(property.name)” must be given.")
        }
        return value
    }
}
