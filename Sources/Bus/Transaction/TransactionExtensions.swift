/// A value that travels with a transaction between modules that know its type. Everybody else passes it on.
public protocol TransactionExtension {}

/// The extensions of one transaction: one slot for each type. Costs one null word until the first is set.
@frozen public struct TransactionExtensions: ~Copyable {
    // SAFETY: a retained `ExtensionSlots`, or nil; this value is its only owner and releases it in `deinit`.
    @usableFromInline var slots: UnsafeMutableRawPointer?

    @inlinable init() { slots = nil }

    @inlinable deinit { if let slots { Self.release(slots) } }

    /// The extension of this type, or nil. Setting nil removes it.
    public subscript<Value: TransactionExtension>(_ type: Value.Type) -> Value? {
        get { store?[ObjectIdentifier(type)] as? Value }
        set {
            if let store {
                store[ObjectIdentifier(type)] = newValue
            } else if let newValue {
                let store = ExtensionSlots()
                store[ObjectIdentifier(type)] = newValue
                slots = Unmanaged.passRetained(store).toOpaque()
            }
        }
    }

    @inlinable public var isEmpty: Bool { slots == nil }

    private var store: ExtensionSlots? {
        slots.map { Unmanaged<ExtensionSlots>.fromOpaque($0).takeUnretainedValue() }
    }

    @usableFromInline static func release(_ slots: UnsafeMutableRawPointer) {
        Unmanaged<ExtensionSlots>.fromOpaque(slots).release()
    }
}

/// A handful of slots, searched in the order in which they were first set.
private final class ExtensionSlots {
    private var slots: [(type: ObjectIdentifier, value: any TransactionExtension)] = []

    subscript(_ type: ObjectIdentifier) -> (any TransactionExtension)? {
        get { slots.first { $0.type == type }?.value }
        set {
            slots.removeAll { $0.type == type }
            if let newValue { slots.append((type, newValue)) }
        }
    }
}
