/// Making, resetting and copying. IEEE 1666-2023 §14.
extension Transaction {
    /// Where `data` points when there is none. Never dereferenced.
    @inlinable public static var noData: UnsafeMutableRawPointer {
        // SAFETY: not the null pointer, and in a page that no program has.
        UnsafeMutableRawPointer(bitPattern: 1).unsafelyUnwrapped
    }

    /// A transaction with the defaults of the standard (§14.5): the command `ignore`, no data, and a streaming width of 0,
    /// which the initiator has to set.
    @inlinable public init() {
        self.init(.ignore, address: 0, data: Self.noData, count: 0)
    }

    /// Whether `data` points to anything.
    @inlinable public var hasData: Bool { data != Self.noData }

    /// Sets everything but the extensions, as `init(_:address:data:count:attributes:)` does.
    @inlinable public mutating func set(
        _ command: Command, address: UInt64, data: UnsafeMutableRawPointer, count: Int,
        attributes: Attributes = Attributes()
    ) {
        self.address = address
        self.data = data
        self.count = count
        byteEnables = nil
        byteEnableCount = 0
        streamingWidth = count
        self.attributes = attributes
        target = .none
        self.command = command
        response = .incomplete
        allowsDirectMemory = false
        exclusiveFailed = false
    }

    /// Sets everything but the extensions to the defaults of the standard.
    @inlinable public mutating func clear() {
        set(.ignore, address: 0, data: Self.noData, count: 0)
    }

    /// What happens when a transaction goes back to its pool: the option becomes minimal and automatic extensions are
    /// released. Everything else stays, as in the standard (§14.5): the next initiator sets it.
    @inlinable public mutating func reset() {
        attributes.option = .minimal
        if !extensions.isEmpty { extensions.releaseAutomatic() }
    }

    /// Takes over everything of `other`: the attributes, copies of its extensions, and, where both have them, the bytes of
    /// data and byte enables, `other.count` and `other.byteEnableCount` of them. Pointers stay; without bytes of one's own
    /// nothing is copied. IEEE 1666-2023 §14.6.
    public mutating func deepCopy(from other: borrowing Transaction) {
        command = other.command
        address = other.address
        count = other.count
        byteEnableCount = other.byteEnableCount
        streamingWidth = other.streamingWidth
        attributes = other.attributes
        target = other.target
        response = other.response
        allowsDirectMemory = other.allowsDirectMemory
        exclusiveFailed = other.exclusiveFailed
        if hasData && other.hasData { data.copyMemory(from: other.data, byteCount: other.count) }
        if let byteEnables, let source = other.byteEnables {
            UnsafeMutablePointer(mutating: byteEnables).update(from: source, count: other.byteEnableCount)
        }
        extensions.copy(from: other.extensions)
    }

    /// Takes the outcome back from a copy that went on in place of this transaction, as a bridge does with the original:
    /// response, direct-memory hint, extensions, and the data of a read. IEEE 1666-2023 §14.6.
    /// - Parameter enabledOnly: only bytes that the byte enables of this transaction enable.
    public mutating func update(from other: borrowing Transaction, enabledOnly: Bool = true) {
        response = other.response
        allowsDirectMemory = other.allowsDirectMemory
        exclusiveFailed = other.exclusiveFailed
        target = other.target
        extensions.update(from: other.extensions)
        guard command == .read && hasData && other.hasData && data != other.data else { return }
        let bytes = min(count, other.count)
        guard enabledOnly, let byteEnables, byteEnableCount > 0 else {
            return data.copyMemory(from: other.data, byteCount: bytes)
        }
        for index in 0..<bytes where byteEnables[index % byteEnableCount] != 0 {
            (data + index).copyMemory(from: other.data + index, byteCount: 1)
        }
    }
}

/// Which attributes of a transaction mean something. IEEE 1666-2023 §14.8.
@frozen public enum PayloadOption: UInt8, Sendable, CaseIterable {
    /// Byte enables and the like only in transport; debug and direct memory look at command and address.
    case minimal = 0
    /// The initiator uses all attributes in debug and direct-memory accesses too.
    case full = 1
    /// As `full`, and the target has understood.
    case fullAccepted = 2
}

extension Attributes {
    /// Which attributes of the transaction mean something.
    @inlinable public var option: PayloadOption {
        get { PayloadOption(rawValue: UInt8(truncatingIfNeeded: bits >> Self.optionShift & 3)) ?? .minimal }
        set { bits = bits & ~(3 << Self.optionShift) | UInt32(newValue.rawValue) << Self.optionShift }
    }

    @usableFromInline static var optionShift: UInt32 { @inlinable get { 21 } }
}
