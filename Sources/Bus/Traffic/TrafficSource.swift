/// An initiator that counts lazily, as translated code does: it keeps tallies and adds them to the cells of its socket
/// when it is asked.
public protocol TrafficSource: AnyObject {
    /// Adds everything that is not yet in the cells to them. Called before anybody reads the traffic.
    func foldTraffic()
}
