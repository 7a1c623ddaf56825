/// What an access says about itself beside address and data: one 32-bit word.
///
/// ```
///  31     21 20         5  4          3            2         1        0
/// ┌─────────┬────────────┬───────────┬───────────┬─────────┬───────────┐
/// │    0    │ initiator  │ page walk │ exclusive │  fetch  │ privilege │
/// └─────────┴────────────┴───────────┴───────────┴─────────┴───────────┘
/// ```
/// The initiator does not stand on a byte boundary on purpose: the socket fills it in just before targets load the word,
/// and a compiler that stores it as two bytes of their own makes that load wait for the store to leave the processor.
@frozen public struct Attributes: Hashable, Sendable {
    public var bits: UInt32

    /// - Parameter privilege: 0 user, 1 supervisor, 3 machine (the encoding of the RISC-V privileged specification §1.2).
    @inlinable public init(
        initiator: InitiatorID = .none, privilege: UInt8 = 3, isFetch: Bool = false, isExclusive: Bool = false,
        isPageWalk: Bool = false
    ) {
        bits =
            UInt32(initiator.rawValue) << Self.initiatorShift | UInt32(privilege & 3) | (isFetch ? Self.fetchBit : 0)
            | (isExclusive ? Self.exclusiveBit : 0) | (isPageWalk ? Self.pageWalkBit : 0)
    }

    /// Who makes the access. The initiator's socket fills it in.
    @inlinable public var initiator: InitiatorID {
        get { InitiatorID(rawValue: UInt16(truncatingIfNeeded: bits >> Self.initiatorShift)) }
        set { bits = bits & ~(0xffff << Self.initiatorShift) | UInt32(newValue.rawValue) << Self.initiatorShift }
    }

    /// 0 user, 1 supervisor, 3 machine.
    @inlinable public var privilege: UInt8 {
        get { UInt8(truncatingIfNeeded: bits & 3) }
        set { bits = bits & ~3 | UInt32(newValue & 3) }
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

    @usableFromInline static var initiatorShift: UInt32 { @inlinable get { 5 } }
    @usableFromInline static var fetchBit: UInt32 { @inlinable get { 1 << 2 } }
    @usableFromInline static var exclusiveBit: UInt32 { @inlinable get { 1 << 3 } }
    @usableFromInline static var pageWalkBit: UInt32 { @inlinable get { 1 << 4 } }

    /// These attributes with the initiator of others, which have nothing else.
    @inlinable @inline(__always) func sent(by initiator: Attributes) -> Attributes {
        var sent = self
        sent.bits = bits & ~(0xffff << Self.initiatorShift) | initiator.bits
        return sent
    }

    @inlinable mutating func set(_ bit: UInt32, _ isOn: Bool) { bits = isOn ? bits | bit : bits & ~bit }
}
