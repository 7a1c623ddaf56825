/// The two values of a signal, at one address so that reading one costs a load.
@usableFromInline struct SignalCell<Value> {
    @usableFromInline var current: Value
    @usableFromInline var next: Value

    @inlinable init(current: Value, next: Value) {
        self.current = current
        self.next = next
    }
}

/// A value that processes read as it was at the start of the evaluation phase. The last write of a phase wins; writing
/// the value that it has makes no event.
public final class Signal<Value: Equatable>: Channel {
    /// Fires one delta cycle after a write that changed the value.
    public let changed: Event
    @usableFromInline let cell: UnsafeMutablePointer<SignalCell<Value>>

    /// A signal of `module` that begins with `value`.
    public init(_ name: String, in module: Module, _ value: Value) {
        changed = Event("\(name).changed", in: module)
        cell = .allocate(capacity: 1)
        cell.initialize(to: SignalCell(current: value, next: value))
        super.init(name, in: module)
    }

    deinit {
        cell.deinitialize(count: 1)
        cell.deallocate()
    }

    /// The value of this phase.
    @inlinable public var value: Value { cell.pointee.current }

    /// Sets the value of the next delta cycle.
    @inlinable public func write(_ value: Value) {
        cell.pointee.next = value
        requestUpdate()
    }

    /// Takes over a saved value: no event, no update.
    public func restore(_ value: Value) {
        cell.pointee.current = value
        cell.pointee.next = value
    }

    public override func update() {
        guard cell.pointee.next != cell.pointee.current else { return }
        cell.pointee.current = cell.pointee.next
        changed.notifyDelta()
    }
}
