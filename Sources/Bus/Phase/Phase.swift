/// A timing point of a transaction that is not blocking. IEEE 1666-2023 §15.1 has the four of the base protocol; models
/// may declare more, each once, as a constant of its own:
///
/// ```swift
/// extension Phase { static let dataReady = Phase("data_ready") }
/// ```
/// Who does not know an extended phase answers `.accepted` and goes on as if it had not come.
@frozen public struct Phase: Hashable, Sendable, CustomStringConvertible {
    /// 0 to 4 for the phases of the standard; otherwise where the name stands in the program's memory.
    @usableFromInline let raw: UInt

    @inlinable init(raw: UInt) { self.raw = raw }

    /// An extended phase. Two of the same name are the same phase.
    /// - Parameter name: two letters or more.
    public init(_ name: StaticString) {
        precondition(name.hasPointerRepresentation, "The name of a phase has at least two letters.")
        raw = UInt(bitPattern: name.utf8Start)
    }

    /// No phase: what a transaction has before it begins.
    @inlinable public static var none: Phase { Phase(raw: 0) }
    /// The initiator asks. Forward path.
    @inlinable public static var beginRequest: Phase { Phase(raw: 1) }
    /// The target has taken the request, and the next one may come. Backward path.
    @inlinable public static var endRequest: Phase { Phase(raw: 2) }
    /// The target answers. Backward path.
    @inlinable public static var beginResponse: Phase { Phase(raw: 3) }
    /// The initiator has taken the answer, and the next one may come. Forward path.
    @inlinable public static var endResponse: Phase { Phase(raw: 4) }

    /// Whether the phase is none of the standard's.
    @inlinable public var isExtended: Bool { raw > 4 }

    /// Extended phases that were declared in two places are told apart by their names only.
    @inlinable public static func == (left: Phase, right: Phase) -> Bool {
        left.raw == right.raw || (left.raw > 4 && right.raw > 4 && left.hasName(of: right))
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(description) }

    @usableFromInline func hasName(of other: Phase) -> Bool { description == other.description }

    /// "BEGIN_REQ", as in the standard.
    public var description: String {
        switch raw {
        case 0: "none"
        case 1: "BEGIN_REQ"
        case 2: "END_REQ"
        case 3: "BEGIN_RESP"
        case 4: "END_RESP"
        default:
            // SAFETY: made from a static string, whose bytes last as long as the program and end with a zero.
            UnsafePointer<CChar>(bitPattern: raw).map { String(cString: $0) } ?? "extended"
        }
    }
}

/// What a non-blocking call answers. IEEE 1666-2023 §11.1.2.7.
@frozen public enum TransportStatus: UInt8, Sendable, CaseIterable {
    /// The phase was taken. Neither transaction nor phase nor delay have changed; answers come on the other path.
    case accepted
    /// The callee has moved on: the phase, and perhaps the delay, tell how far.
    case updated
    /// The transaction is over on this hop. The phase means nothing.
    case completed
}
