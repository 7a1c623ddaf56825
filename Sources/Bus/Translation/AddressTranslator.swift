public import TandemKernel

/// What a translation makes of an address and of those around it.
public struct TranslatedWindow: Equatable, Sendable {
    /// The addresses, as they arrive, that are translated in the same way.
    public var range: ClosedRange<UInt64>
    /// The address on the other side of the first of them; those of the others follow.
    public var target: UInt64
    public var allowsRead: Bool
    public var allowsWrite: Bool
    /// Whether an initiator may use the window without asking again. False where the answer depends on the privilege, or
    /// on anything else that may differ between accesses of one initiator.
    public var allowsDirectMemory: Bool

    public init(
        _ range: ClosedRange<UInt64>, to target: UInt64, allowsRead: Bool = true, allowsWrite: Bool = true,
        allowsDirectMemory: Bool = true
    ) {
        self.range = range
        self.target = target
        self.allowsRead = allowsRead
        self.allowsWrite = allowsWrite
        self.allowsDirectMemory = allowsDirectMemory
    }

    /// Everything as it is.
    public static var identity: TranslatedWindow { TranslatedWindow(0...UInt64.max, to: 0) }
}

/// An access that a translation refused.
public struct TranslationFault: Equatable, Sendable {
    public enum Reason: Sendable {
        /// There is no translation, or not for all bytes of the access. The initiator sees an address error.
        case unmapped
        /// There is one that does not allow this. The initiator sees a command error.
        case denied
    }
    public var reason: Reason
    /// As it arrived.
    public var address: UInt64
    public var count: Int
    public var command: Command
    public var attributes: Attributes

    public init(_ reason: Reason, _ transaction: borrowing Transaction) {
        self.reason = reason
        address = transaction.address
        count = transaction.count
        command = transaction.command
        attributes = transaction.attributes
    }
}

/// Somebody who translates the addresses of accesses that pass: an IOMMU. Asked for every access, so that it should answer
/// fast and must not allocate. See `Translation`.
public protocol AddressTranslator: AnyObject {
    /// What becomes of an access at `address` by an initiator with these attributes; nil if there is no translation.
    /// Without side effects: debuggers and requests for direct memory ask too.
    func translate(_ address: UInt64, _ attributes: Attributes) -> TranslatedWindow?

    /// An access that happens at now + `delay` is refused. Not called for debuggers.
    func translationFailed(_ fault: TranslationFault, delay: SimTime)
}
