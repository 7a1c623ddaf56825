/// A named connection point of a module. The bus and the interrupt lines are made of subclasses.
open class Port {
    /// The name within the module.
    public let name: String
    private unowned(unsafe) var module: Module?

    /// A port of `owner`.
    public init(_ name: String, in owner: Module) {
        self.name = name
        module = owner
        owner.adopt(self)
    }

    /// A port of the module that `context` describes, for stored properties that are set before `super.init`.
    public init(_ name: String, _ context: ModuleContext) {
        self.name = name
        context.declared.ports.append(self)
    }

    /// Every module has been elaborated and all connections are made: the place to refuse a port that leads nowhere.
    open func elaborated() throws(ElaborationError) {}

    /// The module is taken out of a machine that goes on: the place to let go of what the port is connected to.
    open func unrealized() {}

    /// The module that it belongs to. Not before the module's `super.init` has run.
    public final var owner: Module {
        guard let module else { preconditionFailure("The port “\(name)” was used before its module was made.") }
        return module
    }

    /// The path of the module and the name.
    public final var path: String {
        guard let module else { return name }
        return module.path.isEmpty ? name : "\(module.path).\(name)"
    }

    /// Calls `body` for `event` in each target of a port that leads to channels of one kind. The port is resolved.
    func forEachTarget(_ event: ChannelEvent, _ body: (Event) -> Void) {}

    final func join(_ owner: Module) { module = owner }
}
