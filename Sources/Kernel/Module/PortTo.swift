/// How many bindings a port takes.
public struct BindingCount: Equatable, Sendable, CustomStringConvertible {
    /// From the fewest to the most.
    public let range: ClosedRange<Int>

    /// From `range.lowerBound` to `range.upperBound` bindings.
    public init(_ range: ClosedRange<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound > 0, "A port takes at least one binding.")
        self.range = range
    }

    /// Exactly one.
    public static let one = BindingCount(1...1)
    /// One or none.
    public static let optional = BindingCount(0...1)
    /// At least one.
    public static let oneOrMore = BindingCount(1...Int.max)
    /// Any number, also none.
    public static let any = BindingCount(0...Int.max)
    /// That many.
    public static func exactly(_ count: Int) -> BindingCount { BindingCount(count...count) }

    public var description: String {
        let (least, most) = (range.lowerBound, range.upperBound)
        func plural(_ count: Int) -> String { count == 1 ? "one binding" : "\(count) bindings" }
        if least == most { return plural(least) }
        if most == .max { return least == 0 ? "any number of bindings" : "at least \(plural(least))" }
        return least == 0 ? "at most \(plural(most))" : "\(least) to \(most) bindings"
    }
}

/// A port through which a module uses an interface that another module provides: a class, a channel type, or
/// `any SomeProtocol`.
///
/// It is bound to a channel, to a port of an enclosing module, or to an export. What it leads to is found at the
/// elaboration, which refuses too few or too many bindings, and cycles. Access through it counts no references.
open class PortTo<Interface>: Port {
    private enum Bond {
        case channel(Interface)
        case port(PortTo<Interface>)
        case export(Export<Interface>)
    }
    private enum State { case open, resolving, resolved }

    /// How many bindings it takes.
    public final let bindings: BindingCount
    @usableFromInline final let table: UnsafeMutablePointer<PortTable<Interface>>
    private final var bonds: [Bond] = []
    private final var state = State.open
    /// Whether a port further inside is bound to this one; that port is then the user.
    private final var hasInnerPort = false

    /// A port of `owner`.
    public init(_ name: String, in owner: Module, count: BindingCount = .one) {
        bindings = count
        table = .allocate(capacity: 1)
        table.initialize(to: PortTable())
        super.init(name, in: owner)
    }

    /// A port of the module that `context` describes, for stored properties that are set before `super.init`.
    public init(_ name: String, _ context: ModuleContext, count: BindingCount = .one) {
        bindings = count
        table = .allocate(capacity: 1)
        table.initialize(to: PortTable())
        super.init(name, context)
    }

    deinit {
        table.pointee.targets?.deinitialize(count: table.pointee.count)
        table.pointee.targets?.deallocate()
        table.deallocate()
    }

    // MARK: Binding

    /// Binds it to what provides the interface.
    public final func bind(_ target: Interface) { add(.channel(target)) }

    /// Binds it to a port of an enclosing module: it leads to whatever that one is bound to.
    public final func bind(_ outer: PortTo<Interface>) {
        outer.hasInnerPort = true
        add(.port(outer))
    }

    /// Binds it to an export: it leads to whatever that one is bound to.
    public final func bind(_ export: Export<Interface>) { add(.export(export)) }

    private final func add(_ bond: Bond) {
        precondition(state == .open, "The port “\(path)” is bound after the elaboration.")
        bonds.append(bond)
    }

    /// Whether anything has been bound to it.
    public final var isBound: Bool { !bonds.isEmpty }

    // MARK: Access

    /// How many targets it leads to. From the elaboration on.
    public final var count: Int {
        if state != .resolved { resolveNow() }
        return table.pointee.count
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
        switch state {
        case .resolved: return
        case .resolving: throw ElaborationError(at: path, "the port is bound to itself, by way of others")
        case .open: break
        }
        state = .resolving
        var targets: [Interface] = []
        for bond in bonds {
            switch bond {
            case .channel(let target): targets.append(target)
            case .port(let outer):
                try outer.resolve()
                for index in 0..<outer.table.pointee.count { targets.append(outer[index]) }
            case .export(let export): targets.append(try export.resolved())
            }
        }
        guard bindings.range.contains(targets.count) else {
            throw ElaborationError(
                at: path, targets.isEmpty ? "the port is not bound" : "the port has \(targets.count) bindings",
                expected: bindings.description)
        }
        if !targets.isEmpty {
            let memory = UnsafeMutablePointer<Interface>.allocate(capacity: targets.count)
            for (index, target) in targets.enumerated() { (memory + index).initialize(to: target) }
            table.pointee.targets = memory
            table.pointee.count = targets.count
        }
        state = .resolved
        if !hasInnerPort { for target in targets { try join(target) } }
    }
}

/// What a port leads to, in plain memory.
@usableFromInline struct PortTable<Interface> {
    @usableFromInline var targets: UnsafeMutablePointer<Interface>?
    @usableFromInline var count = 0
}

/// The other end of a port: a module provides an interface, its own or that of a channel or module within.
public final class Export<Interface>: Port {
    private enum Bond {
        case channel(Interface)
        case export(Export<Interface>)
    }
    private var bond: Bond?
    private var isResolving = false

    /// An export of `owner`.
    public override init(_ name: String, in owner: Module) { super.init(name, in: owner) }

    /// An export of the module that `context` describes, for stored properties that are set before `super.init`.
    public override init(_ name: String, _ context: ModuleContext) { super.init(name, context) }

    /// Provides `target`. Once.
    public func bind(_ target: Interface) { set(.channel(target)) }

    /// Provides what an export of a module within provides. Once.
    public func bind(_ inner: Export<Interface>) { set(.export(inner)) }

    private func set(_ bond: Bond) {
        precondition(self.bond == nil, "The export “\(path)” is bound twice.")
        self.bond = bond
    }

    /// What it provides; traps when it is not bound.
    public var target: Interface {
        do throws(ElaborationError) { return try resolved() } catch { preconditionFailure("\(error)") }
    }

    func resolved() throws(ElaborationError) -> Interface {
        switch bond {
        case .channel(let target): return target
        case .export(let inner):
            if isResolving { throw ElaborationError(at: path, "the export is bound to itself, by way of others") }
            isResolving = true
            defer { isResolving = false }
            return try inner.resolved()
        case nil: throw ElaborationError(at: path, "the export is not bound", expected: "one binding")
        }
    }

    public override func elaborated() throws(ElaborationError) { _ = try resolved() }
}
