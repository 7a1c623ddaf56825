/// A value that processes read as it was at the start of the evaluation phase. The last write of a phase wins; writing
/// the value that it has makes no event (IEEE 1666-2023 §6.4).
///
/// Reading is a load and a write costs no call-back: the two values stand in plain memory, and the update phase changes
/// their roles without knowing their type.
public class Signal<Value: Equatable>: Channel {
    /// The record of the channel, which begins that of the signal.
    @inlinable final var signal: SignalPointer {
        UnsafeMutableRawPointer(record).assumingMemoryBound(to: SignalRecord.self)
    }
    /// Two places, one of them current; behind them the first value.
    @inlinable final var places: UnsafeMutablePointer<Value> { TrailingMemory<SignalRecord, Value>.tail(of: signal) }
    // The events that somebody asked for stand in the records, retained: on a change, to one, to zero.
    private final var changedEvent: Event? { signal.pointee.changed?.pointee.object?.takeUnretainedValue() }
    private final var risenEvent: Event? {
        signal.pointee.details?.pointee.risen?.pointee.object?.takeUnretainedValue()
    }
    private final var fallenEvent: Event? {
        signal.pointee.details?.pointee.fallen?.pointee.object?.takeUnretainedValue()
    }

    /// A signal of `module` that begins with `value`. `writers` says who may write it.
    public convenience init(_ name: String, in module: Module, _ value: Value, writers: WriterPolicy = .one) {
        self.init(name, .module(module), value, writers, isBuffer: false, isResolved: false)
    }

    /// A signal of the module that `context` describes, for stored properties that are set before `super.init`.
    public convenience init(_ name: String, _ context: ModuleContext, _ value: Value, writers: WriterPolicy = .one) {
        self.init(name, .context(context), value, writers, isBuffer: false, isResolved: false)
    }

    init(
        _ name: String, _ place: ChannelPlace, _ value: Value, _ policy: WriterPolicy, isBuffer: Bool, isResolved: Bool
    ) {
        let memory = TrailingMemory<SignalRecord, Value>(count: 3)
        memory.head.initialize(to: SignalRecord(policy: policy, isBuffer: isBuffer, isResolved: isResolved))
        memory.tail.initialize(repeating: value, count: 3)
        super.init(
            name, place, record: UnsafeMutableRawPointer(memory.head).assumingMemoryBound(to: ChannelRecord.self))
    }

    deinit {
        forgetWriter(signal)
        signal.pointee.changed?.pointee.object?.release()
        if let details = signal.pointee.details {
            details.pointee.risen?.pointee.object?.release()
            details.pointee.fallen?.pointee.object?.release()
            details.deallocate()
        }
        places.deinitialize(count: 3)
    }

    // MARK: Reading and writing

    /// The value of this phase. Cost: two loads.
    @inlinable public final var value: Value { places[signal.pointee.side] }

    /// Sets the value of the next delta cycle. A write that the policy of writers forbids ends the run with an error and
    /// is dropped.
    @inlinable @inline(__always) public final func write(_ value: Value) {
        let side = signal.pointee.side
        let outcome = admitWrite(signal, differs: value != places[side])
        if _fastPath(outcome == .admitted) {
            places[side ^ 1] = value
        } else if outcome == .driven {
            drive(value)
        }
    }

    /// A write to a signal of several drivers.
    @usableFromInline func drive(_ value: Value) {}

    /// The update of a signal with one writer each delta cycle; the others need no call.
    public override func update() {
        forgetWriter(signal)
        core.pointee.update(signal, false)
    }

    /// The value that was written last and is not visible before the next delta cycle; the present one if there is none.
    public final var pendingValue: Value { signal.pointee.differs ? places[signal.pointee.side ^ 1] : value }

    /// Whether the value changed at the end of the previous delta cycle: true in the evaluation phase that sees the new
    /// value first.
    public final var isChanged: Bool { isChanged(signal) }

    /// Fires one delta cycle after a write that changed the value.
    public final var changed: Event {
        if let changedEvent { return changedEvent }
        let event = makeEvent("changed")
        signal.pointee.changed = event.record
        return event
    }

    /// The event that a port asks for.
    final func event(_ event: ChannelEvent) -> Event {
        switch event {
        case .risen: risenEdge
        case .fallen: fallenEdge
        case .changed, .dataWritten, .dataRead: changed
        }
    }

    /// Who may write it.
    public final var writerPolicy: WriterPolicy { signal.pointee.policy }

    /// Takes over a value: no event, no update.
    public final func restore(_ value: Value) {
        places[0] = value
        places[1] = value
        signal.pointee.differs = false
    }

    // MARK: Edges

    /// Fires when the value becomes one. For types whose values are one byte that is 1 for one and 0 for zero.
    final var risenEdge: Event {
        if let risenEvent { return risenEvent }
        let event = makeEvent("risen")
        signal.details.pointee.risen = event.record
        watchEdges()
        return event
    }

    final var fallenEdge: Event {
        if let fallenEvent { return fallenEvent }
        let event = makeEvent("fallen")
        signal.details.pointee.fallen = event.record
        watchEdges()
        return event
    }

    private final func watchEdges() {
        precondition(MemoryLayout<Value>.size == 1, "Only a value of one byte has edges.")
        signal.details.pointee.places = UnsafePointer(UnsafeRawPointer(places).assumingMemoryBound(to: UInt8.self))
        signal.pointee.hasEdges = true
    }

    /// An event of this signal, retained until the signal ends.
    private final func makeEvent(_ kind: String) -> Event {
        guard let module else {
            preconditionFailure(
                "The event “\(name).\(kind)” was asked for while the module of the signal does not exist.")
        }
        return Unmanaged.passRetained(Event("\(name).\(kind)", in: module)).takeUnretainedValue()
    }

    // MARK: Reset and snapshot

    /// Back to the first value, without an event.
    public override func reset() {
        restore(places[2])
        forgetWriter(signal)
        signal.pointee.changeStamp = 0
    }

    public override func save(to writer: inout SnapshotWriter) throws(SnapshotError) {
        // Which events there are, because what is pending is restored by path.
        writer.write(changedEvent != nil)
        writer.write(risenEvent != nil)
        writer.write(fallenEvent != nil)
        try writer.write(value, of: self)
    }

    public override func restore(from reader: inout SnapshotReader) throws(SnapshotError) {
        if try reader.read(Bool.self) { _ = changed }
        let (rises, falls) = (try reader.read(Bool.self), try reader.read(Bool.self))
        if rises || falls {
            guard MemoryLayout<Value>.size == 1 else { throw reader.error("a signal without a level has edges") }
            if rises { _ = risenEdge }
            if falls { _ = fallenEdge }
        }
        restore(try reader.read(Value.self, of: self))
    }
}

/// A signal on which every write counts, also of the value that it has (IEEE 1666-2023 §6.6).
public final class Buffer<Value: Equatable>: Signal<Value> {
    /// A buffer of `module` that begins with `value`.
    public convenience init(_ name: String, in module: Module, _ value: Value, writers: WriterPolicy = .one) {
        self.init(name, .module(module), value, writers, isBuffer: true, isResolved: false)
    }

    /// A buffer of the module that `context` describes.
    public convenience init(_ name: String, _ context: ModuleContext, _ value: Value, writers: WriterPolicy = .one) {
        self.init(name, .context(context), value, writers, isBuffer: true, isResolved: false)
    }
}

extension Signal where Value == Bool {
    /// Fires when the value becomes true.
    public final var risen: Event { risenEdge }
    /// Fires when the value becomes false.
    public final var fallen: Event { fallenEdge }
    /// Whether the value became true at the end of the previous delta cycle.
    public final var isRisen: Bool { value && isChanged }
    /// Whether the value became false at the end of the previous delta cycle.
    public final var isFallen: Bool { !value && isChanged }
}

extension Signal where Value == Logic {
    /// Fires when the value becomes one.
    public final var risen: Event { risenEdge }
    /// Fires when the value becomes zero.
    public final var fallen: Event { fallenEdge }
    /// Whether the value became one at the end of the previous delta cycle.
    public final var isRisen: Bool { value == .one && isChanged }
    /// Whether the value became zero at the end of the previous delta cycle.
    public final var isFallen: Bool { value == .zero && isChanged }
}
