/// A value that processes read as it was at the start of the evaluation phase. The last write of a phase wins; writing
/// the value that it has makes no event.
public final class Signal<Value: Equatable>: Channel {
    /// Fires one delta cycle after a write that changed the value.
    public let changed: Event
    /// The value of this phase and that of the next: plain memory, so that reading one costs a load, and no generic
    /// type of our own, whose metadata `update` would have to look up.
    @usableFromInline let current: UnsafeMutablePointer<Value>
    @usableFromInline let next: UnsafeMutablePointer<Value>

    /// A signal of `module` that begins with `value`.
    public init(_ name: String, in module: Module, _ value: Value) {
        changed = Event("\(name).changed", in: module)
        current = .allocate(capacity: 2)
        current.initialize(repeating: value, count: 2)
        next = current + 1
        super.init(name, in: module)
    }

    deinit {
        current.deinitialize(count: 2)
        current.deallocate()
    }

    /// The value of this phase.
    @inlinable public var value: Value { current.pointee }

    /// Sets the value of the next delta cycle.
    @inlinable public func write(_ value: Value) {
        next.pointee = value
        requestUpdate()
    }

    /// Takes over a saved value: no event, no update.
    public func restore(_ value: Value) {
        current.pointee = value
        next.pointee = value
    }

    public override func update() {
        guard next.pointee != current.pointee else { return }
        current.pointee = next.pointee
        changed.notifyDelta()
    }
}
