public import TandemKernel

/// How long an access through a region takes on the way to its target, and for how long it occupies the link there: a
/// latency, and the time in which its bytes pass. What the target itself adds comes after and occupies nothing.
public struct RegionTiming: Equatable, Sendable {
    public var readLatency: SimTime
    public var writeLatency: SimTime
    public var bandwidth: Bandwidth

    public init(
        readLatency: SimTime = .zero, writeLatency: SimTime = .zero, bandwidth: Bandwidth = .unlimited
    ) {
        self.readLatency = readLatency
        self.writeLatency = writeLatency
        self.bandwidth = bandwidth
    }

    /// No time at all.
    public static var none: RegionTiming { RegionTiming() }

    /// The time of one access of `count` bytes.
    public func time(isWrite: Bool, count: Int) -> SimTime {
        (isWrite ? writeLatency : readLatency) + bandwidth.time(for: count)
    }
}

extension RegionTiming {
    /// The properties of a router that say it, which a region may say anew.
    public static var properties: [AnyProperty] {
        [
            Router.readLatency.erased, Router.writeLatency.erased, Router.clock.erased, Router.bytesPerCycle.erased,
            Router.timePerByte.erased,
        ]
    }

    /// What a region says, and the router where it is silent. A region that says how fast bytes pass, in either way, takes
    /// the place of what the router says of it in both.
    /// - Parameters:
    ///   - own: checked values of some of `properties`.
    ///   - router: those of the router.
    public init(_ own: PropertyValues, over router: PropertyValues) {
        let saysBandwidth = own[Router.bytesPerCycle.name] != nil || own[Router.timePerByte.name] != nil
        func value<Value: PropertyConvertible>(_ property: Property<Value>, isOwn: Bool = false) -> Value? {
            (own[property.name] ?? (isOwn ? nil : router[property.name]) ?? property.erased.defaultValue)
                .flatMap(Value.init(propertyValue:))
        }
        self.init(
            readLatency: value(Router.readLatency) ?? .zero, writeLatency: value(Router.writeLatency) ?? .zero)
        if let bytes = value(Router.bytesPerCycle, isOwn: saysBandwidth), bytes > 0, let clock = value(Router.clock) {
            bandwidth = Bandwidth(bytesPerCycle: UInt64(bytes), of: clock)
        } else if let time = value(Router.timePerByte, isOwn: saysBandwidth) {
            bandwidth = Bandwidth(timePerByte: time)
        }
    }
}
