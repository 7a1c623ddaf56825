/// A value that travels with a transaction between modules that know its type. Everybody else passes it on: it is
/// ignorable, and the base protocol holds without it. IEEE 1666-2023 §14.21.
public protocol TransactionExtension {
    /// A copy for another transaction. A value type copies itself; a class makes a new object.
    func copied() -> Self
}

extension TransactionExtension {
    public func copied() -> Self { self }
}

/// An extension without which a transaction is not understood. It belongs to sockets of a protocol of their own
/// (`BusProtocol`); on sockets of the base protocol the checker refuses it.
public protocol MandatoryExtension: TransactionExtension {
    /// The protocol whose sockets understand it.
    static var busProtocol: any BusProtocol.Type { get }
}

/// The extensions of one transaction: one slot for each type, found in a number of steps that does not depend on how many
/// there are. Costs one null word until the first is set; slots are kept, so that a transaction of a pool allocates for a
/// type only once.
@frozen public struct TransactionExtensions: ~Copyable {
    // SAFETY: a retained `ExtensionSlots`, or nil; this value is its only owner and releases it in `deinit`.
    @usableFromInline var slots: UnsafeMutableRawPointer?

    @inlinable init() { slots = nil }

    @inlinable deinit { if let slots { Self.release(slots) } }

    /// The extension of this type, or nil. One that is set so is sticky: it stays until it is removed by setting nil.
    @inlinable public subscript<Value: TransactionExtension>(_ type: Value.Type) -> Value? {
        get {
            guard let slots else { return nil }
            return Self.slot(of: Value.self, in: slots)?.value
        }
        set {
            if newValue == nil && slots == nil { return }
            set(newValue, isAutomatic: false)
        }
    }

    /// Sets an extension that is released with the transaction: when it goes back to its pool, or by `reset`.
    @inlinable public mutating func setAutomatic<Value: TransactionExtension>(_ value: Value) {
        set(value, isAutomatic: true)
    }

    /// Whether there is none.
    @inlinable public var isEmpty: Bool {
        guard let slots else { return true }
        return Self.isEmpty(slots)
    }

    /// Releases the automatic ones.
    public mutating func releaseAutomatic() { store?.forEach { if $0.isAutomatic { $0.clear() } } }

    /// Releases all.
    public mutating func removeAll() { store?.forEach { $0.clear() } }

    /// Takes over copies of all that `other` has; what `other` has not stays. A copy is as sticky as its original.
    public mutating func copy(from other: borrowing TransactionExtensions) {
        guard let source = other.store else { return }
        source.forEach { if $0.isPresent { $0.copy(into: &self) } }
    }

    /// Takes over copies of those that both have, and of those that only `other` has.
    public mutating func update(from other: borrowing TransactionExtensions) { copy(from: other) }

    /// The first that needs a protocol other than `spoken`, by the name of its type; nil if all may pass.
    func firstMandatory(unknownTo spoken: any BusProtocol.Type) -> String? {
        var found: String?
        store?.forEach { slot in
            guard found == nil, slot.isPresent, let needed = slot.busProtocol, needed != spoken else { return }
            found = slot.typeName
        }
        return found
    }

    // MARK: Slots

    private var store: ExtensionSlots? {
        slots.map { Unmanaged<ExtensionSlots>.fromOpaque($0).takeUnretainedValue() }
    }

    @inlinable mutating func set<Value: TransactionExtension>(_ value: Value?, isAutomatic: Bool) {
        let slots = self.slots ?? Self.makeSlots()
        self.slots = slots
        if let slot = Self.slot(of: Value.self, in: slots) {
            slot.value = value
            slot.isAutomatic = isAutomatic
        } else if let value {
            Self.add(ExtensionSlot(value, isAutomatic: isAutomatic), in: slots)
        }
    }

    @inlinable static func slot<Value: TransactionExtension>(
        of type: Value.Type, in slots: UnsafeMutableRawPointer
    ) -> ExtensionSlot<Value>? {
        guard let slot = find(ObjectIdentifier(type), in: slots) else { return nil }
        // SAFETY: slots are found by the type that they were made for.
        return unsafeDowncast(slot, to: ExtensionSlot<Value>.self)
    }

    @usableFromInline static func find(
        _ type: ObjectIdentifier, in slots: UnsafeMutableRawPointer
    ) -> AnyExtensionSlot? {
        Unmanaged<ExtensionSlots>.fromOpaque(slots)._withUnsafeGuaranteedRef { $0.find(type) }
    }

    @usableFromInline static func add(_ slot: AnyExtensionSlot, in slots: UnsafeMutableRawPointer) {
        Unmanaged<ExtensionSlots>.fromOpaque(slots)._withUnsafeGuaranteedRef { $0.add(slot) }
    }

    @usableFromInline static func isEmpty(_ slots: UnsafeMutableRawPointer) -> Bool {
        var isEmpty = true
        Unmanaged<ExtensionSlots>.fromOpaque(slots).takeUnretainedValue().forEach {
            if $0.isPresent { isEmpty = false }
        }
        return isEmpty
    }

    @usableFromInline static func makeSlots() -> UnsafeMutableRawPointer {
        Unmanaged.passRetained(ExtensionSlots()).toOpaque()
    }

    @usableFromInline static func release(_ slots: UnsafeMutableRawPointer) {
        Unmanaged<ExtensionSlots>.fromOpaque(slots).release()
    }
}
