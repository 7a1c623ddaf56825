/// What an access says about itself beside address and data: one 32-bit word.
///
/// ```
///  31          21  20          19            18        17 16      15        0
/// ┌──────────────┬───────────┬─────────────┬─────────┬──────────┬────────────┐
/// │      0       │ page walk │  exclusive  │  fetch  │ privilege│ initiator  │
/// └──────────────┴───────────┴─────────────┴─────────┴──────────┴────────────┘
/// ```
@frozen public struct Attributes: Hashable, Sendable {
    public var bits: UInt32

    @inlinable public init(bits: UInt32) { self.bits = bits }

    /// - Parameter privilege: 0 user, 1 supervisor, 3 machine (the encoding of the RISC-V privileged specification §1.2).
    @inlinable public init(
        initiator: InitiatorID = .none, privilege: UInt8 = 3, isFetch: Bool = false, isExclusive: Bool = false,
        isPageWalk: Bool = false
    ) {
        bits =
            UInt32(initiator.rawValue) | UInt32(privilege & 3) << 16 | (isFetch ? Self.fetchBit : 0)
            | (isExclusive ? Self.exclusiveBit : 0) | (isPageWalk ? Self.pageWalkBit : 0)
    }

    /// Who makes the access. The initiator's socket fills it in.
    @inlinable public var initiator: InitiatorID {
        get { InitiatorID(rawValue: UInt16(truncatingIfNeeded: bits)) }
        set { bits = bits & 0xffff_0000 | UInt32(newValue.rawValue) }
    }

    /// 0 user, 1 supervisor, 3 machine.
    @inlinable public var privilege: UInt8 {
        get { UInt8(truncatingIfNeeded: bits >> 16 & 3) }
        set { bits = bits & ~(3 << 16) | UInt32(newValue & 3) << 16 }
    }

    /// The read fetches instructions. Means nothing on a write.
    @inlinable public var isFetch: Bool {
        get { bits & Self.fetchBit != 0 }
        set { set(Self.fetchBit, newValue) }
    }

    /// A read reserves (load-reserved); a write happens only while the initiator's reservation holds (store-conditional).
    /// The outcome of the write is `Transaction.exclusiveFailed`.
    @inlinable public var isExclusive: Bool {
        get { bits & Self.exclusiveBit != 0 }
        set { set(Self.exclusiveBit, newValue) }
    }

    /// Made by address translation, not by an instruction: counted apart from the rest of the traffic.
    @inlinable public var isPageWalk: Bool {
        get { bits & Self.pageWalkBit != 0 }
        set { set(Self.pageWalkBit, newValue) }
    }

    @usableFromInline static var fetchBit: UInt32 { @inlinable get { 1 << 18 } }
    @usableFromInline static var exclusiveBit: UInt32 { @inlinable get { 1 << 19 } }
    @usableFromInline static var pageWalkBit: UInt32 { @inlinable get { 1 << 20 } }

    @inlinable mutating func set(_ bit: UInt32, _ isOn: Bool) { bits = isOn ? bits | bit : bits & ~bit }
}
