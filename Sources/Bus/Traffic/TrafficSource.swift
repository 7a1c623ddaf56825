/// An initiator that counts lazily, as translated code does: it keeps tallies and adds them to the cells of its socket
/// when it is asked.
public protocol TrafficSource: AnyObject {
    /// Adds everything that is not yet in the cells to them. Called before anybody reads the traffic.
    func foldTraffic()

    /// Its socket is measured by `meter` from now on, or, with nil, by nobody. Whatever is added to cells is added to the
    /// links of the meter too. True: the source closes the bins, at the times that the meter names; false: the socket
    /// does, when transactions come.
    func measures(with meter: TrafficMeter?) -> Bool

    /// The counters stand at zero: what the source has measured beside them is forgotten too.
    func trafficCleared()
}

extension TrafficSource {
    public func measures(with meter: TrafficMeter?) -> Bool { false }
    public func trafficCleared() {}
}
