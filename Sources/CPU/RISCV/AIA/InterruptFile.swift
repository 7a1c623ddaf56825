import TandemKernel

/// An interrupt file of a hart: the pending and enable bits of the identities that messages name, and what of them is
/// signalled. AIA spec §3.8 to §3.10. Reset makes everything zero.
final class InterruptFile {
    /// Identities 1 to this number; one less than a multiple of 64.
    let identityCount: Int
    /// What `mip` shows: delivery is enabled and something is to be delivered.
    var isAsserted: Bool { isDelivering && top != 0 }
    /// The identity of the highest priority, which is the lowest that is pending, enabled and below the threshold; 0 for
    /// none. `eidelivery` does not matter (§3.9).
    private(set) var top: UInt64 = 0

    private let wordCount: Int
    /// `eip` and `eie`, words of 64 bits.
    // SAFETY: allocated in `init`, freed only in `deinit`.
    private let pending: UnsafeMutablePointer<UInt64>
    private let enabled: UnsafeMutablePointer<UInt64>
    private var isDelivering = false
    private var threshold: UInt64 = 0

    init(identityCount: Int) {
        self.identityCount = identityCount
        wordCount = (identityCount + 1) / 64
        pending = .allocate(capacity: wordCount)
        enabled = .allocate(capacity: wordCount)
        pending.initialize(repeating: 0, count: wordCount)
        enabled.initialize(repeating: 0, count: wordCount)
    }

    deinit {
        pending.deallocate()
        enabled.deallocate()
    }

    func reset() {
        pending.update(repeating: 0, count: wordCount)
        enabled.update(repeating: 0, count: wordCount)
        isDelivering = false
        threshold = 0
        top = 0
    }

    /// A message has come; one with an identity that there is not is ignored (§3.5).
    func setPending(_ identity: UInt32) {
        guard identity > 0, identity <= identityCount else { return }
        pending[Int(identity / 64)] |= 1 << UInt64(identity % 64)
        findTop()
    }

    /// Clears the pending bit of `top` (§3.9).
    func claim() {
        guard top != 0 else { return }
        pending[Int(top / 64)] &= ~(1 << (top % 64))
        findTop()
    }

    private func findTop() {
        top = 0
        for word in 0..<wordCount {
            let candidates = pending[word] & enabled[word]
            guard candidates != 0 else { continue }
            let identity = UInt64(word * 64 + candidates.trailingZeroBitCount)
            // §3.8.2: from the threshold on nothing is signalled.
            if threshold == 0 || identity < threshold { top = identity }
            return
        }
    }

    // MARK: Indirect registers

    private enum Register {
        case delivery, threshold, reserved
        case array(UnsafeMutablePointer<UInt64>, word: Int, shift: UInt64)
    }

    /// What a value of `miselect` or `siselect` from 0x70 to 0xff selects; nil for the odd halves, which RV64 does not have.
    private func register(_ select: UInt64, _ xlen: XLEN) -> Register? {
        switch select {
        case 0x70: return .delivery
        case 0x72: return .threshold
        case 0x80...0xff:
            guard xlen == .rv32 || select & 1 == 0 else { return nil }
            let half = select & 0x3f
            return .array(select < 0xc0 ? pending : enabled, word: Int(half / 2), shift: half % 2 * 32)
        default: return .reserved
        }
    }

    func read(_ select: UInt64, _ xlen: XLEN) -> UInt64? {
        switch register(select, xlen) {
        case nil: return nil
        case .delivery: return isDelivering ? 1 : 0
        case .threshold: return threshold
        case .reserved: return 0
        case .array(let bits, let word, let shift):
            return word < wordCount ? xlen.truncate(bits[word] >> shift) : 0
        }
    }

    /// False where there is no such register.
    func write(_ select: UInt64, _ value: UInt64, _ xlen: XLEN) -> Bool {
        switch register(select, xlen) {
        case nil: return false
        case .delivery: isDelivering = value & 1 != 0
        case .threshold: threshold = value & thresholdMask  // WLRL.
        case .reserved: break
        case .array(let bits, let word, let shift):
            guard word < wordCount else { break }
            let mask = xlen.truncate(.max) << shift
            bits[word] = bits[word] & ~mask | value << shift & mask
            // Identity 0 does not exist.
            if word == 0 { bits[0] &= ~1 }
        }
        findTop()
        return true
    }

    // MARK: Snapshot

    /// The state of a file as a value.
    struct Contents: Equatable {
        var isDelivering: Bool
        var threshold: UInt64
        /// Pending and enable bits in turn.
        var words: [UInt64]
    }

    var contents: Contents {
        Contents(
            isDelivering: isDelivering, threshold: threshold,
            words: (0..<wordCount).flatMap { [pending[$0], enabled[$0]] })
    }

    /// Whether the contents are those of a file of this size.
    func fits(_ contents: Contents) -> Bool { contents.words.count == 2 * wordCount }

    func restore(_ contents: Contents) {
        for word in 0..<wordCount {
            pending[word] = contents.words[2 * word]
            enabled[word] = contents.words[2 * word + 1]
        }
        pending[0] &= ~1
        enabled[0] &= ~1
        isDelivering = contents.isDelivering
        threshold = contents.threshold & thresholdMask
        findTop()
    }

    /// As many bits as the highest identity has.
    private var thresholdMask: UInt64 { .max >> UInt64(UInt64(identityCount).leadingZeroBitCount) }
}

extension InterruptFile.Contents {
    func encode(to writer: inout SnapshotWriter) {
        writer.write(isDelivering)
        writer.write(threshold)
        writer.write(each: words) { $0.write($1) }
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        isDelivering = try reader.read()
        threshold = try reader.read()
        words = try reader.read(each: { reader throws(SnapshotError) in try reader.read(UInt64.self) })
    }
}

/// The interrupt files of a hart with an IMSIC.
final class InterruptFiles {
    let machine: InterruptFile
    let supervisor: InterruptFile

    init(identityCount: Int) {
        machine = InterruptFile(identityCount: identityCount)
        supervisor = InterruptFile(identityCount: identityCount)
    }
}
