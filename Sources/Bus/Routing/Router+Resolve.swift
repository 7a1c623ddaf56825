/// Where an address leads, through all routers.
public struct Resolution {
    /// The socket of the target.
    public var target: TargetSocket
    /// The address in the target.
    public var offset: UInt64
    /// The addresses, in those of the router that was asked, that lead to the target in the same way.
    public var range: ClosedRange<UInt64>
    /// The name of the region in the last router.
    public var region: String
}

extension Router {
    /// Where an address leads; nil for a hole.
    public final func resolve(_ address: UInt64) -> Resolution? {
        let place = lookUp(address)
        let range = place.pointee
        guard let region = leaf(of: place) else { return nil }
        let offset = address &+ range.delta
        guard let inner = region.target.innermost.onward as? Router else {
            return Resolution(
                target: region.target, offset: offset, range: range.start...range.end, region: region.name)
        }
        guard var found = inner.resolve(offset) else { return nil }
        let window = range.start &+ range.delta...range.end &+ range.delta
        let seen = found.range.clamped(to: window)
        found.range = seen.lowerBound &- range.delta...seen.upperBound &- range.delta
        return found
    }

    /// The region that contains the address, or the one whose nearest end is closest; nil if there are no regions.
    public final func nearestRegion(to address: UInt64) -> Region? {
        func distance(_ region: Region) -> UInt64 {
            if region.contains(address) { return 0 }
            return address < region.start ? region.start - address : address - region.end
        }
        return regions.min { distance($0) < distance($1) }
    }
}
