/// What stands behind a target socket and serves nothing itself: accesses go on from it to other sockets. Checks at the
/// elaboration look through it.
protocol Onward: AnyObject {
    /// The first socket on the other side whose target may wait.
    func firstWaiting() -> TargetSocket?
    /// The first socket on the other side that speaks something else.
    func firstSpeaking(otherThan spoken: any BusProtocol.Type) -> TargetSocket?
    /// Whether accesses can get from here to `other`.
    func leads(to other: any Onward) -> Bool
}
