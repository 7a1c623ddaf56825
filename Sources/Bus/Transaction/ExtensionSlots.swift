/// The slot of one type in the extensions of one transaction. Stays when its value goes.
@usableFromInline class AnyExtensionSlot {
    @usableFromInline let type: ObjectIdentifier
    @usableFromInline final var isAutomatic: Bool

    @inlinable init(_ type: ObjectIdentifier, isAutomatic: Bool) {
        self.type = type
        self.isAutomatic = isAutomatic
    }

    @usableFromInline var isPresent: Bool { false }
    @usableFromInline var busProtocol: (any BusProtocol.Type)? { nil }
    @usableFromInline var typeName: String { "" }
    @usableFromInline func clear() {}
    @usableFromInline func copy(into other: inout TransactionExtensions) {}
}

/// The slot of `Value`.
@usableFromInline final class ExtensionSlot<Value: TransactionExtension>: AnyExtensionSlot {
    @usableFromInline var value: Value?

    @inlinable init(_ value: Value, isAutomatic: Bool) {
        self.value = value
        super.init(ObjectIdentifier(Value.self), isAutomatic: isAutomatic)
    }

    @usableFromInline override var isPresent: Bool { value != nil }
    @usableFromInline override var busProtocol: (any BusProtocol.Type)? {
        (Value.self as? any MandatoryExtension.Type)?.busProtocol
    }
    @usableFromInline override var typeName: String { "\(Value.self)" }
    @usableFromInline override func clear() { value = nil }
    @usableFromInline override func copy(into other: inout TransactionExtensions) {
        guard let value else { return }
        other.set(value.copied(), isAutomatic: isAutomatic)
    }
}

/// The slots of one transaction in the order in which their types came first, and a hash table that finds them.
final class ExtensionSlots {
    private var slots: [AnyExtensionSlot] = []
    /// Open addressing: one more than an index into `slots`, or 0. A power of two of places, at least half of them free.
    private var table: [UInt16] = Array(repeating: 0, count: 8)

    func find(_ type: ObjectIdentifier) -> AnyExtensionSlot? {
        var place = Self.hash(type) & (table.count - 1)
        while table[place] != 0 {
            let slot = slots[Int(table[place]) - 1]
            if slot.type == type { return slot }
            place = (place + 1) & (table.count - 1)
        }
        return nil
    }

    func add(_ slot: AnyExtensionSlot) {
        slots.append(slot)
        precondition(slots.count < Int(UInt16.max), "A transaction has extensions of at most 65534 types.")
        if 2 * slots.count > table.count {
            table = Array(repeating: 0, count: 2 * table.count)
            for index in slots.indices { enter(index) }
        } else {
            enter(slots.count - 1)
        }
    }

    func forEach(_ body: (AnyExtensionSlot) -> Void) {
        for slot in slots { body(slot) }
    }

    private func enter(_ index: Int) {
        var place = Self.hash(slots[index].type) & (table.count - 1)
        while table[place] != 0 { place = (place + 1) & (table.count - 1) }
        table[place] = UInt16(index + 1)
    }

    /// Addresses of metadata differ in their middle bits.
    private static func hash(_ type: ObjectIdentifier) -> Int {
        let bits = UInt(bitPattern: type)
        return Int(truncatingIfNeeded: (bits >> 4 ^ bits >> 12) & 0xffff)
    }
}
