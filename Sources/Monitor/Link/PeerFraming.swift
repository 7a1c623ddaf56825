/// Cuts what a peer sends into messages, on the thread of its link: what is no message, or too long, never reaches the
/// simulation. One value for each connection.
protocol PeerFraming: Sendable {
    /// Takes bytes; yields the messages that they complete.
    mutating func take(_ bytes: [UInt8]) -> [[UInt8]]
    /// The peer sends no more: yields what is left, if it counts.
    mutating func end() -> [[UInt8]]
}

/// No messages: whatever arrives is passed on as it comes.
struct RawFraming: PeerFraming {
    mutating func take(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
    mutating func end() -> [[UInt8]] { [] }
}
