public import TandemKernel

/// How many bytes pass in one beat, and how long a beat lasts. A beat that is not full lasts as long as a full one.
@frozen public struct Bandwidth: Equatable, Sendable {
    /// At least 1.
    public var bytesPerBeat: UInt64
    public var beat: SimTime

    /// - Parameter bytesPerBeat: at least 1.
    public init(bytesPerBeat: UInt64, beat: SimTime) {
        precondition(bytesPerBeat > 0, "A beat moves at least one byte.")
        self.bytesPerBeat = bytesPerBeat
        self.beat = beat
    }

    /// `bytes` in each cycle of a clock, whose period counts in whole picoseconds.
    public init(bytesPerCycle bytes: UInt64, of clock: Frequency) {
        self.init(bytesPerBeat: bytes, beat: clock.period)
    }

    /// One byte after the other.
    public init(timePerByte: SimTime) { self.init(bytesPerBeat: 1, beat: timePerByte) }

    /// Bytes take no time.
    public static var unlimited: Bandwidth { Bandwidth(bytesPerBeat: 1, beat: .zero) }

    /// The time in which `count` bytes pass.
    public func time(for count: Int) -> SimTime {
        guard beat != .zero, count > 0 else { return .zero }
        return beat * ((UInt64(count) - 1) / bytesPerBeat + 1)
    }
}

/// How fast the bytes of an access pass that goes by up to two links of limited bandwidth, one after the other.
@frozen public struct PathBandwidth: Equatable, Sendable {
    /// Unlimited unless one link is limited.
    public private(set) var first = Bandwidth.unlimited
    /// Unlimited unless two links are, which differ in their beats.
    public private(set) var second = Bandwidth.unlimited

    /// Bytes take no time.
    public init() {}

    /// Whether bytes take no time.
    @inlinable public var isUnlimited: Bool { first.beat == .zero }

    /// One more link on the way. False: that is one too many.
    public mutating func add(_ link: Bandwidth) -> Bool {
        if link.beat == .zero { return true }
        if isUnlimited {
            first = link
        } else if first.bytesPerBeat == link.bytesPerBeat {
            first.beat += link.beat
        } else if second.beat == .zero {
            second = link
        } else if second.bytesPerBeat == link.bytesPerBeat {
            second.beat += link.beat
        } else {
            return false
        }
        return true
    }

    /// The time in which `count` bytes pass.
    public func time(for count: Int) -> SimTime { first.time(for: count) + second.time(for: count) }
}
