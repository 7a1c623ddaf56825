/// Tells whether a place still holds what it held when something was learnt about it.
///
/// Each operation has a time; a pass notes times with what it learns. Times go on from run to run, so that nothing has to be
/// forgotten explicitly: what is older than the run, than the last call that may change everything, or, for temporaries,
/// than the instruction, does not count.
struct WriteClock: ~Copyable {
    private let lastWrite = FixedTable<Int>(repeating: 0, count: Place.count)
    /// The time of the current operation. Records start with time 0, which is never valid.
    private(set) var now = 1
    /// The earliest time that counts for guest registers, and for temporaries.
    private var guestStart = 1
    private var instructionStart = 1

    /// Starts a run.
    mutating func begin() {
        now += 1
        guestStart = now
        instructionStart = now
    }

    /// Starts a guest instruction, before `tick` for its first operation.
    mutating func beginInstruction() { instructionStart = now + 1 }

    /// Goes to the next operation.
    @inline(__always)
    mutating func tick() { now += 1 }

    /// Notes that the current operation writes `place`.
    @inline(__always)
    func noteWrite(_ place: Place) { lastWrite[place] = now }

    /// Notes that the current operation may write all registers of the guest.
    mutating func noteClobber() { guestStart = now }

    /// Whether what was learnt about `place` when it was written at `time` still holds.
    @inline(__always)
    func isCurrent(_ place: Place, since time: Int) -> Bool {
        lastWrite[place] == time && time >= (place.isTemporary ? instructionStart : guestStart)
    }

    /// Whether `place` holds what the operation at `time` read from it.
    @inline(__always)
    func isUnchanged(_ place: Place, since time: Int) -> Bool {
        lastWrite[place] < time && time >= (place.isTemporary ? instructionStart : guestStart)
    }

    /// The same for an operand.
    func isUnchanged(_ operand: IROperand, since time: Int) -> Bool {
        switch operand {
        case .place(let place): place.isTracked && isUnchanged(place, since: time)
        case .constant: true
        case .none: false
        }
    }
}
