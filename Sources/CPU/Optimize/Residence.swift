/// The guest registers that a back-end keeps in registers of the host.
///
/// A pass may read another place in their stead only if that one is kept too: the copy at hand is better than an original
/// in memory.
struct Residence {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init(_ places: [Place] = []) {
        for place in places where place.index < 64 { low |= 1 << UInt64(place.index) }
        for place in places where (64..<128).contains(place.index) { high |= 1 << UInt64(place.index - 64) }
    }

    @inline(__always)
    func contains(_ place: Place) -> Bool {
        place.index < 64
            ? low >> UInt64(place.index) & 1 != 0 : place.index < 128 && high >> UInt64(place.index - 64) & 1 != 0
    }

    /// Whether reading `original` may take the place of reading `copy`, which holds the same.
    @inline(__always)
    func allows(_ original: Place, for copy: Place) -> Bool { !contains(copy) || contains(original) }

    func allows(_ original: IROperand, for copy: Place) -> Bool {
        if case .place(let place) = original { allows(place, for: copy) } else { true }
    }
}
