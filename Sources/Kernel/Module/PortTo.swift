/// A port through which a module uses an interface that another module provides: a class, a channel type, or
/// `any SomeProtocol`.
///
/// It is bound to a channel, to a port of an enclosing module, or to an export. What it leads to is found at the
/// elaboration, which refuses too few or too many bindings, and cycles. Access through it counts no references.
open class PortTo<Interface>: Port {
    /// How many bindings it takes.
    public final let bindings: BindingCount
    @usableFromInline final let table: UnsafeMutablePointer<PortTable<Interface>>

    /// A port of `owner`.
    public init(_ name: String, in owner: Module, count: BindingCount = .one) {
        bindings = count
        table = PortTable.make()
        super.init(name, in: owner)
    }

    /// A port of the module that `context` describes, for stored properties that are set before `super.init`.
    public init(_ name: String, _ context: ModuleContext, count: BindingCount = .one) {
        bindings = count
        table = PortTable.make()
        super.init(name, context)
    }

    deinit { table.end() }

    // MARK: Binding

    /// Binds it to what provides the interface.
    public final func bind(_ target: Interface) {
        checkOpen()
        if table.pointee.bonds == .none {
            table.bindOnly(target)
        } else {
            table.bind(.channel(target))
        }
    }

    /// Binds it to a port of an enclosing module: it leads to whatever that one is bound to.
    public final func bind(_ outer: PortTo<Interface>) {
        checkOpen()
        outer.table.pointee.hasInnerPort = true
        table.bind(.port(outer))
    }

    /// Binds it to an export: it leads to whatever that one is bound to.
    public final func bind(_ export: Export<Interface>) {
        checkOpen()
        table.bind(.export(export))
    }

    private final func checkOpen() {
        precondition(table.pointee.state == .open, "The port “\(path)” is bound after the elaboration.")
    }

    /// Whether anything has been bound to it.
    public final var isBound: Bool { table.pointee.bonds != .none }

    // MARK: Access

    /// How many targets it leads to. From the elaboration on.
    public final var count: Int {
        if table.pointee.state != .resolved { resolveNow() }
        return Int(table.pointee.count)
    }

    /// The first target; traps when there is none. From the elaboration on.
    @inlinable public final var target: Interface {
        unsafeAddress { UnsafePointer(table.pointee.targets ?? firstTarget()) }
    }

    /// The target `index`, in the order in which they were bound.
    @inlinable public final subscript(index: Int) -> Interface {
        unsafeAddress { UnsafePointer(target(at: index)) }
    }

    @usableFromInline final func target(at index: Int) -> UnsafeMutablePointer<Interface> {
        guard (0..<count).contains(index), let targets = table.pointee.targets else {
            preconditionFailure("The port “\(path)” has \(count) targets and none with the number \(index).")
        }
        return targets + index
    }

    /// Asked before the elaboration came to this port, or of a port without a target.
    @usableFromInline @inline(never) final func firstTarget() -> UnsafeMutablePointer<Interface> { target(at: 0) }

    private final func resolveNow() {
        do throws(ElaborationError) { try resolve() } catch { preconditionFailure("\(error)") }
    }

    // MARK: Elaboration

    /// Called once for each target of a port that is used itself and not only by ports further inside.
    open func join(_ target: Interface) throws(ElaborationError) {}

    open override func elaborated() throws(ElaborationError) { try resolve() }

    private final func resolve() throws(ElaborationError) {
        switch table.pointee.state {
        case .resolved: return
        case .resolving: throw ElaborationError(at: path, "the port is bound to itself, by way of others")
        case .open: break
        }
        if table.pointee.bonds == .several { try follow() }
        let count = table.pointee.bonds == .only ? 1 : Int(table.pointee.count)
        guard bindings.range.contains(count) else {
            throw ElaborationError(
                at: path, count == 0 ? "the port is not bound" : "the port has \(count) bindings",
                expected: bindings.description)
        }
        if table.pointee.bonds == .only {
            table.pointee.targets = table.place()
            table.pointee.count = 1
        }
        table.pointee.state = .resolved
        if !table.pointee.hasInnerPort { for index in 0..<count { try join(self[index]) } }
    }

    /// Finds the targets behind bonds other than the usual one.
    private final func follow() throws(ElaborationError) {
        table.pointee.state = .resolving
        // An elaboration that fails may be tried again.
        defer { table.pointee.state = .open }
        var targets: [Interface] = []
        for bond in table.list().bonds {
            switch bond {
            case .channel(let target): targets.append(target)
            case .port(let outer):
                try outer.resolve()
                for index in 0..<outer.count { targets.append(outer[index]) }
            case .export(let export): targets.append(try export.resolved())
            }
        }
        table.setTargets(targets)
    }
}
