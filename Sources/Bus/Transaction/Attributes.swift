/// What an access says about itself beside address and data: two halves of a 32-bit word.
///
/// ```
///  31          21  20          19            18        17 16      15        0
/// ┌──────────────┬───────────┬─────────────┬─────────┬──────────┬────────────┐
/// │      0       │ page walk │  exclusive  │  fetch  │ privilege│ initiator  │
/// └──────────────┴───────────┴─────────────┴─────────┴──────────┴────────────┘
/// ```
/// Two fields and not one word: the socket writes one half just before targets read the other, and a load that spans a
/// fresh narrower store stalls the processor.
@frozen public struct Attributes: Hashable, Sendable {
    /// Who makes the access. The initiator's socket fills it in.
    public var initiator: InitiatorID
    @usableFromInline var flags: UInt16

    /// - Parameter privilege: 0 user, 1 supervisor, 3 machine (the encoding of the RISC-V privileged specification §1.2).
    @inlinable public init(
        initiator: InitiatorID = .none, privilege: UInt8 = 3, isFetch: Bool = false, isExclusive: Bool = false,
        isPageWalk: Bool = false
    ) {
        self.initiator = initiator
        flags =
            UInt16(privilege & 3) | (isFetch ? Self.fetchBit : 0) | (isExclusive ? Self.exclusiveBit : 0)
            | (isPageWalk ? Self.pageWalkBit : 0)
    }

    /// The whole word.
    public var bits: UInt32 { UInt32(flags) << 16 | UInt32(initiator.rawValue) }

    /// 0 user, 1 supervisor, 3 machine.
    @inlinable public var privilege: UInt8 {
        get { UInt8(truncatingIfNeeded: flags & 3) }
        set { flags = flags & ~3 | UInt16(newValue & 3) }
    }

    /// The read fetches instructions. Means nothing on a write.
    @inlinable public var isFetch: Bool {
        get { flags & Self.fetchBit != 0 }
        set { set(Self.fetchBit, newValue) }
    }

    /// A read reserves (load-reserved); a write happens only while the initiator's reservation holds (store-conditional).
    /// The outcome of the write is `Transaction.exclusiveFailed`.
    @inlinable public var isExclusive: Bool {
        get { flags & Self.exclusiveBit != 0 }
        set { set(Self.exclusiveBit, newValue) }
    }

    /// Made by address translation, not by an instruction: counted apart from the rest of the traffic.
    @inlinable public var isPageWalk: Bool {
        get { flags & Self.pageWalkBit != 0 }
        set { set(Self.pageWalkBit, newValue) }
    }

    @usableFromInline static var fetchBit: UInt16 { @inlinable get { 1 << 2 } }
    @usableFromInline static var exclusiveBit: UInt16 { @inlinable get { 1 << 3 } }
    @usableFromInline static var pageWalkBit: UInt16 { @inlinable get { 1 << 4 } }

    @inlinable mutating func set(_ bit: UInt16, _ isOn: Bool) { flags = isOn ? flags | bit : flags & ~bit }
}
