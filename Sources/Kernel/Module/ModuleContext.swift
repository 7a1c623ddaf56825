/// What a module is made from: its name, its parent and the values of its properties.
///
/// Ports and events that are stored properties are made from it too, before `super.init`; they join the module when
/// that runs.
public struct ModuleContext {
    public let name: String
    public let parent: Module
    /// The values that were given; checked when they came through the catalogue.
    public let properties: PropertyValues
    let declared = DeclaredParts()

    /// The context of a module `name` in `parent`. The name is a part of paths: letters, digits, “-” and “_”.
    public init(name: String, parent: Module, properties: PropertyValues = [:]) {
        self.name = name
        self.parent = parent
        self.properties = properties
    }

    /// The simulation that the module will belong to.
    public var simulation: Simulation { parent.simulation }
    public var scheduler: Scheduler { parent.scheduler }
    /// The path that the module will have.
    public var path: String { parent.path.isEmpty ? name : "\(parent.path).\(name)" }

    /// The value given for `property`, or its default. A value of a wrong kind or range, and a required one that is
    /// missing, trap: values from users are checked before, by the catalogue.
    public subscript<Value: PropertyConvertible>(_ property: Property<Value>) -> Value {
        properties.typed(property, of: path)
    }

    /// An error about one of the properties, at the place where its value was given. For checks that go beyond kind and
    /// range.
    public func error(
        _ property: some PropertyName, _ problem: String, expected: String = "", choices: [String] = []
    ) -> ElaborationError {
        let place = properties.entries.first { $0.name == property.name }?.place ?? ""
        return ElaborationError(
            at: place.isEmpty ? path : place, "the property “\(property.name)” of “\(path)”: \(problem)",
            expected: expected, choices: choices)
    }
}

/// Anything that names a property.
public protocol PropertyName {
    var name: String { get }
}

extension Property: PropertyName {}
extension AnyProperty: PropertyName {}

/// Ports, events and channels that exist before their module does.
final class DeclaredParts {
    var ports = CompactList<Port>()
    var events = CompactList<Event>()
    var channels = CompactList<Channel>()
}
