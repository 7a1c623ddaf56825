public import TandemKernel

/// The rules of transport and of the base protocol that a checker holds a socket to.
public enum ProtocolRule: String, Sendable, CaseIterable {
    /// BEGIN_REQ, END_REQ, BEGIN_RESP, END_RESP, each once and in this order; BEGIN_RESP stands for END_REQ too. IEEE
    /// 1666-2023 §15.2.4.
    case order
    /// BEGIN_REQ and END_RESP go forward, END_REQ and BEGIN_RESP backward. §15.2.4.
    case direction
    /// No BEGIN_REQ before the one before it has met END_REQ, BEGIN_RESP or completion. §15.2.6.
    case requestExclusion
    /// No BEGIN_RESP before the one before it has met END_RESP or completion. §15.2.6.
    case responseExclusion
    /// `accepted` changes neither phase nor delay; `updated` moves the phase on by one legal step. §15.2.5.
    case status
    /// After completion nothing more comes. §15.2.5.
    case completion
    /// Delays only grow inside a call, and the phases of a transaction take effect in their order. §11.1.2.6, §15.2.7.
    case delay
    /// Command, data pointer, length, byte enables and streaming width are the initiator's; the address is the initiator's
    /// and the interconnect's. §14.7.
    case attributes
    /// A target does not change the data of a write, nor anybody the byte enables. §14.7.
    case data
    /// The response is incomplete until the target sets it, set when the response begins, and stays so. §14.17.
    case response
    /// A streaming width of 0 is illegal. §14.14.
    case streamingWidth
    /// Data and byte enables have a length and a place. §14.10, §14.12.
    case length
    /// A transaction is held by whoever sends it. §14.5.
    case memory
    /// A non-blocking call does not wait. §11.1.2.2.
    case waiting
    /// A blocking call is not made from within a non-blocking one. §11.1.2.2.
    case nesting
    /// Sockets of the base protocol carry no mandatory extension. §14.21.
    case extensions
}

/// One breach of a rule.
public struct ProtocolViolation: Error, Equatable, Sendable, CustomStringConvertible {
    public var rule: ProtocolRule
    /// The path of the socket, and what happened there.
    public var diagnosis: Diagnosis
    public var time: SimTime

    public var description: String { "\(diagnosis) (rule “\(rule.rawValue)”, at \(time))" }
}
