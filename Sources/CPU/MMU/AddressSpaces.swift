/// The address spaces whose translations are kept: a few, by the value of `satp`, the one used longest ago replaced first.
///
/// An address-space identifier (ASID) whose root table changes starts afresh, though the architecture would let a hart
/// keep what it has (Priv. spec §12.2.1): guests without ASIDs write `satp` alone, and expect that to be enough.
struct AddressSpaces {
    static let count = 4

    private var keys = InlineArray<4, UInt64>(repeating: 0)
    private var stamps = InlineArray<4, UInt64>(repeating: 0)
    private var clock: UInt64 = 1
    /// The one in use.
    private(set) var current = 0

    /// Only the space of `key` is kept, and it is the present one.
    mutating func reset(to key: UInt64) {
        for index in 0..<Self.count { stamps[index] = 0 }
        current = 0
        take(0, key)
    }

    /// Makes the space of `key` the present one. True: what is kept at its place belongs to another and must go.
    mutating func select(_ key: UInt64, _ asid: (UInt64) -> UInt64) -> Bool {
        var oldest = 0
        for index in 0..<Self.count {
            if stamps[index] != 0, asid(keys[index]) == asid(key) {
                let isFresh = keys[index] != key
                take(index, key)
                return isFresh
            }
            if stamps[index] < stamps[oldest] { oldest = index }
        }
        take(oldest, key)
        return true
    }

    /// The place of an ASID's translations, if they are kept.
    func index(of wanted: UInt64, _ asid: (UInt64) -> UInt64) -> Int? {
        for index in 0..<Self.count where stamps[index] != 0 && asid(keys[index]) == wanted { return index }
        return nil
    }

    private mutating func take(_ index: Int, _ key: UInt64) {
        keys[index] = key
        clock &+= 1
        stamps[index] = clock
        current = index
    }
}
