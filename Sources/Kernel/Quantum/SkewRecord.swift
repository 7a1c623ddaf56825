/// The largest skew of a run and the two modules between which it lay.
public struct SkewRecord: Equatable, Sendable {
    /// What `late` says where the outside world acted.
    public static let outside = "outside"

    /// How much later than `time` the initiator had already begun something.
    public var skew: SimTime
    /// When the module that was late acted.
    public var time: SimTime
    /// Path of the initiator that was ahead.
    public var ahead: String
    /// Path of the module that acted at a time which the other had passed.
    public var late: String

    public init(skew: SimTime, time: SimTime, ahead: String, late: String) {
        self.skew = skew
        self.time = time
        self.ahead = ahead
        self.late = late
    }
}
