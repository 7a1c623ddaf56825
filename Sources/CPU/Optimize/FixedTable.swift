/// A table of fixed size in memory of its own: what a pass knows of each place, or of each opcode.
///
/// Made once, reused by every run of its pass.
struct FixedTable<Value: BitwiseCopyable>: ~Copyable {
    // SAFETY: allocated and initialised in `init`, freed only in `deinit`.
    private let base: UnsafeMutablePointer<Value>
    let count: Int

    init(repeating value: Value, count: Int) {
        base = .allocate(capacity: count)
        base.initialize(repeating: value, count: count)
        self.count = count
    }

    deinit { base.deallocate() }

    @inline(__always)
    subscript(index: Int) -> Value {
        get {
            assert(index >= 0 && index < count)
            return base[index]
        }
        nonmutating set {
            assert(index >= 0 && index < count)
            base[index] = newValue
        }
    }

    @inline(__always)
    subscript(place: Place) -> Value {
        get { self[Int(place.index)] }
        nonmutating set { self[Int(place.index)] = newValue }
    }

    /// Gives the first `number` entries the same value.
    func reset(first number: Int, to value: Value) {
        assert(number <= count)
        base.update(repeating: value, count: number)
    }
}
