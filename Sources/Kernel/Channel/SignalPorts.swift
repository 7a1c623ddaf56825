/// A port that reads a signal (`sc_in`).
public final class SignalInput<Value: Equatable>: PortTo<Signal<Value>> {
    /// The value of this phase.
    @inlinable public var value: Value { handle._withUnsafeGuaranteedRef { $0.value } }
    /// Whether the value changed at the end of the previous delta cycle.
    public var isChanged: Bool { handle._withUnsafeGuaranteedRef { $0.isChanged } }
    /// Fires one delta cycle after a write that changed the value; for sensitivities, also before the port is bound.
    public var changed: EventFinder { EventFinder(.changed, of: self) }

    /// The signal, without counting references: the port holds it.
    @usableFromInline var handle: Unmanaged<Signal<Value>> { Unmanaged(in: self) }

    override func forEachTarget(_ event: ChannelEvent, _ body: (Event) -> Void) {
        for index in 0..<count { body(self[index].event(event)) }
    }
}

/// A port that writes a signal and may read it (`sc_out`, `sc_inout`).
public final class SignalOutput<Value: Equatable>: PortTo<Signal<Value>> {
    /// The value of this phase.
    @inlinable public var value: Value { handle._withUnsafeGuaranteedRef { $0.value } }
    /// Sets the value of the next delta cycle.
    @inlinable public func write(_ value: Value) { handle._withUnsafeGuaranteedRef { $0.write(value) } }
    /// Whether the value changed at the end of the previous delta cycle.
    public var isChanged: Bool { handle._withUnsafeGuaranteedRef { $0.isChanged } }
    /// Fires one delta cycle after a write that changed the value; for sensitivities, also before the port is bound.
    public var changed: EventFinder { EventFinder(.changed, of: self) }

    @usableFromInline var handle: Unmanaged<Signal<Value>> { Unmanaged(in: self) }

    /// The signal learns of its writer, and refuses a second one if it takes one only.
    public override func join(_ target: Signal<Value>) throws(ElaborationError) { try target.join(writer: self) }

    override func forEachTarget(_ event: ChannelEvent, _ body: (Event) -> Void) {
        for index in 0..<count { body(self[index].event(event)) }
    }
}

extension Unmanaged {
    /// The first target of `port`, which is a class: its reference as it stands in the table.
    @inlinable init(in port: PortTo<Instance>) {
        let targets = port.table.pointee.targets ?? port.firstTarget()
        self = UnsafeRawPointer(targets).load(as: Unmanaged<Instance>.self)
    }
}

extension SignalInput where Value == Bool {
    /// Fires when the value becomes true; for sensitivities.
    public var risen: EventFinder { EventFinder(.risen, of: self) }
    /// Fires when the value becomes false; for sensitivities.
    public var fallen: EventFinder { EventFinder(.fallen, of: self) }
    /// Whether the value became true at the end of the previous delta cycle.
    public var isRisen: Bool { value && isChanged }
    /// Whether the value became false at the end of the previous delta cycle.
    public var isFallen: Bool { !value && isChanged }
}

extension SignalInput where Value == Logic {
    /// Fires when the value becomes one; for sensitivities.
    public var risen: EventFinder { EventFinder(.risen, of: self) }
    /// Fires when the value becomes zero; for sensitivities.
    public var fallen: EventFinder { EventFinder(.fallen, of: self) }
}

extension Signal {
    fileprivate final func join(writer port: Port) throws(ElaborationError) {
        guard writerPolicy == .one else { return }
        if let other = signal.pointee.details?.pointee.writerPort {
            // SAFETY: only asked during the elaboration, while the modules of all ports exist and hold them.
            throw ElaborationError(
                at: path, "“\(port.path)” and “\(other.takeUnretainedValue().path)” are both bound to write it",
                expected: "one writing port, or another policy of writers")
        }
        signal.details.pointee.writerPort = .passUnretained(port)
    }
}

/// A port that reads a FIFO (`sc_fifo_in`). A FIFO takes one such port.
public final class FifoInput<Value>: PortTo<Fifo<Value>> {
    /// Reads the first element; waits until there is one.
    @inlinable public func read() throws(ProcessKilled) -> Value { try fifo().read() }
    /// Reads the first element; nothing if there is none.
    @inlinable public func tryRead() -> Value? { handle._withUnsafeGuaranteedRef { $0.tryRead() } }
    /// How many elements can be read now.
    @inlinable public var availableCount: Int { handle._withUnsafeGuaranteedRef { $0.availableCount } }
    /// Fires one delta cycle after a write; for sensitivities.
    public var dataWritten: EventFinder { EventFinder(.dataWritten, of: self) }

    @usableFromInline var handle: Unmanaged<Fifo<Value>> { Unmanaged(in: self) }
    @usableFromInline func fifo() -> Fifo<Value> { handle.takeUnretainedValue() }

    public override func join(_ target: Fifo<Value>) throws(ElaborationError) {
        try target.join(self, &target.fifo.pointee.reader, "read")
    }

    override func forEachTarget(_ event: ChannelEvent, _ body: (Event) -> Void) {
        for index in 0..<count { body(self[index].event(event)) }
    }
}

/// A port that writes a FIFO (`sc_fifo_out`). A FIFO takes one such port.
public final class FifoOutput<Value>: PortTo<Fifo<Value>> {
    /// Writes `value`; waits until there is a free place.
    @inlinable public func write(_ value: Value) throws(ProcessKilled) { try fifo().write(value) }
    /// Writes `value` if there is a free place; whether there was.
    @inlinable public func tryWrite(_ value: Value) -> Bool { handle._withUnsafeGuaranteedRef { $0.tryWrite(value) } }
    /// How many elements can be written now.
    @inlinable public var freeCount: Int { handle._withUnsafeGuaranteedRef { $0.freeCount } }
    /// Fires one delta cycle after a read; for sensitivities.
    public var dataRead: EventFinder { EventFinder(.dataRead, of: self) }

    @usableFromInline var handle: Unmanaged<Fifo<Value>> { Unmanaged(in: self) }
    @usableFromInline func fifo() -> Fifo<Value> { handle.takeUnretainedValue() }

    public override func join(_ target: Fifo<Value>) throws(ElaborationError) {
        try target.join(self, &target.fifo.pointee.writer, "write")
    }

    override func forEachTarget(_ event: ChannelEvent, _ body: (Event) -> Void) {
        for index in 0..<count { body(self[index].event(event)) }
    }
}

extension Fifo {
    fileprivate func join(
        _ port: Port, _ place: inout Unmanaged<Port>?, _ verb: StaticString
    ) throws(ElaborationError) {
        if let other = place {
            // SAFETY: only asked during the elaboration, while the modules of all ports exist and hold them.
            throw ElaborationError(
                at: path, "“\(port.path)” and “\(other.takeUnretainedValue().path)” are both bound to \(verb) it",
                expected: "one port that \(verb)s")
        }
        place = .passUnretained(port)
    }
}
