public import TandemBus
public import TandemKernel

/// The registers of one interrupt domain of an advanced platform-level interrupt controller: no bus, no time, no host.
/// Chapters are those of the RISC-V Advanced Interrupt Architecture 1.0.
///
/// ```
/// wire ─► mode: rectified input ─► pending ─► enable ─┬─► target: hart and priority ─► signal ─► claim
///   │                                                 └─► target: hart and identity ─► message
///   └─► delegated: the same in the child domain
/// ```
public struct APLICCore: Equatable, Sendable {
    /// The registers in address order (§4.5).
    public enum Register: Int, RegisterName {
        case domain, source
        case machineAddress, machineAddressHigh, supervisorAddress, supervisorAddressHigh
        case setPending, setPendingNumber, clearPending, clearPendingNumber
        case setEnable, setEnableNumber, clearEnable, clearEnableNumber
        case setPendingLittle, setPendingBig, generate, target
        case delivery, force, threshold, top, claim
    }

    /// What does not change.
    public struct Configuration: Equatable, Sendable {
        /// Sources 1 to this number, at most 1023.
        public var sourceCount: Int
        /// Hart indices 0 to this number less one.
        public var hartCount: Int
        /// Interrupts leave as messages, and not as signals to harts.
        public var sendsMessages: Bool
        /// Bits of priority numbers, 1 to 8.
        public var priorityBits: Int
        /// It has a child to which sources can be delegated, and the registers of message addresses.
        public var isRoot: Bool

        public init(
            sourceCount: Int, hartCount: Int, sendsMessages: Bool, priorityBits: Int, isRoot: Bool
        ) {
            self.sourceCount = sourceCount
            self.hartCount = hartCount
            self.sendsMessages = sendsMessages
            self.priorityBits = priorityBits
            self.isRoot = isRoot
        }
    }

    /// Source modes (§4.5.2).
    enum Mode: UInt32 {
        case inactive = 0, detached = 1, risingEdge = 4, fallingEdge = 5, high = 6, low = 7

        var isLevel: Bool { self == .high || self == .low }
        var isInverted: Bool { self == .fallingEdge || self == .low }
    }

    /// A hart, and what it is sent.
    typealias Message = (hart: Int, identity: UInt32)

    public let configuration: Configuration
    static let delegated: UInt32 = 1 << 10
    /// Words of 32 sources.
    static let wordCount = 32

    var isEnabled = false
    /// `sourcecfg`, by source.
    var sources = [UInt32](repeating: 0, count: 1024)
    var targets = [UInt32](repeating: 0, count: 1024)
    /// One bit for each source.
    var pending = [UInt32](repeating: 0, count: wordCount)
    var enabled = [UInt32](repeating: 0, count: wordCount)
    var levels = [UInt32](repeating: 0, count: wordCount)
    /// The sources that the parent has delegated to it; all for the root.
    private(set) var offered: [UInt32]
    /// mmsiaddrcfg, mmsiaddrcfgh, smsiaddrcfg, smsiaddrcfgh.
    var addresses: [UInt32] = [0, 0, 0, 0]
    /// A message that `genmsi` has asked for, until it is sent.
    var extempore: UInt32 = 0
    var isBusy = false
    /// By hart index.
    var delivery: [Bool]
    var force: [Bool]
    var threshold: [UInt8]
    /// What the last read claimed, 0 for nothing, until the shell has acted on it.
    var claimed: Int?

    /// A domain after reset: all sources inactive, nothing enabled.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
        offered = [UInt32](repeating: configuration.isRoot ? .max : 0, count: Self.wordCount)
        delivery = [Bool](repeating: false, count: configuration.hartCount)
        force = delivery
        threshold = [UInt8](repeating: 0, count: configuration.hartCount)
    }

    /// All but the wires.
    public mutating func reset() {
        let wires = levels
        self = APLICCore(configuration)
        levels = wires
    }

    // MARK: Sources

    /// Whether a source exists and is this domain's to configure.
    func isOffered(_ source: Int) -> Bool {
        1...configuration.sourceCount ~= source && isSet(source, in: offered)
    }

    func isSet(_ source: Int, in bits: [UInt32]) -> Bool { bits[source / 32] >> UInt32(source % 32) & 1 != 0 }

    private static func set(_ source: Int, _ isSet: Bool, in bits: inout [UInt32]) {
        let bit = UInt32(1) << UInt32(source % 32)
        bits[source / 32] = isSet ? bits[source / 32] | bit : bits[source / 32] & ~bit
    }

    func mode(_ source: Int) -> Mode { Mode(rawValue: sources[source]) ?? .inactive }

    func isActive(_ source: Int) -> Bool { mode(source) != .inactive }

    /// The wire as the source mode sees it (§4.5.2).
    func rectified(_ source: Int) -> Bool {
        switch mode(source) {
        case .inactive, .detached: false
        case .risingEdge, .high: isSet(source, in: levels)
        case .fallingEdge, .low: !isSet(source, in: levels)
        }
    }

    /// The level of the wire of a source (§4.7).
    public mutating func setLevel(_ source: Int, _ level: Bool) {
        guard level != isSet(source, in: levels) else { return }
        Self.set(source, level, in: &levels)
        let mode = mode(source)
        guard mode != .inactive, mode != .detached else { return }
        if rectified(source) {
            Self.set(source, true, in: &pending)
        } else if mode.isLevel {
            Self.set(source, false, in: &pending)
        }
    }

    /// The sources that are delegated to the child.
    var delegatedSources: [UInt32] {
        var bits = [UInt32](repeating: 0, count: Self.wordCount)
        for source in 1...configuration.sourceCount where sources[source] & Self.delegated != 0 {
            Self.set(source, true, in: &bits)
        }
        return bits
    }

    /// The parent has delegated these sources, and no others; the state of those that it took back is lost (§4.5).
    mutating func offer(_ bits: [UInt32]) {
        guard bits != offered else { return }
        offered = bits
        for source in 1...configuration.sourceCount where !isOffered(source) { configure(source, 0) }
    }

    /// Writes `sourcecfg`.
    mutating func configure(_ source: Int, _ value: UInt32) {
        let wasActive = isActive(source)
        sources[source] =
            value & Self.delegated != 0
            ? configuration.isRoot ? Self.delegated : 0 : Mode(rawValue: value & 7)?.rawValue ?? 0
        guard isActive(source) else {
            Self.set(source, false, in: &pending)
            Self.set(source, false, in: &enabled)
            targets[source] = 0
            return
        }
        if !wasActive { targets[source] = legalTarget(0) }
        // The pending bit of a level never differs from the wire to the worse (§4.7).
        if mode(source).isLevel { Self.set(source, rectified(source), in: &pending) }
    }

    /// Sets a pending bit as software does (§4.7).
    mutating func makePending(_ source: Int) {
        guard isOffered(source) else { return }
        switch mode(source) {
        case .inactive: break
        case .detached, .risingEdge, .fallingEdge: Self.set(source, true, in: &pending)
        case .high, .low:
            if configuration.sendsMessages && rectified(source) { Self.set(source, true, in: &pending) }
        }
    }

    /// Clears a pending bit: by software, by a claim, or because the interrupt has left as a message (§4.7).
    mutating func clearPending(_ source: Int) {
        guard isOffered(source), !mode(source).isLevel || configuration.sendsMessages else { return }
        Self.set(source, false, in: &pending)
    }

    mutating func enable(_ source: Int, _ isEnabled: Bool) {
        guard isOffered(source), isActive(source) else { return }
        Self.set(source, isEnabled, in: &enabled)
    }

    /// The bits of `target` that there are (§4.5.16).
    func legalTarget(_ value: UInt32) -> UInt32 {
        if configuration.sendsMessages { return value & 0xfffc_07ff }
        let priority = value & priorityMask
        return value & 0xfffc_0000 | max(1, priority)
    }

    // MARK: Delivery

    /// The source of the highest priority that is pending and enabled for a hart, below its threshold; 0 for none (§4.8.1).
    func topSource(_ hart: Int) -> Int {
        var best = 0
        var bestPriority = threshold[hart] == 0 ? UInt32.max : UInt32(threshold[hart])
        forEachReady { source in
            let target = targets[source]
            if Int(target >> 18) == hart && target & 0xff < bestPriority {
                (best, bestPriority) = (source, target & 0xff)
            }
            return true
        }
        return best
    }

    /// Whether the hart is signalled (§4.8.2).
    public func isSignalled(_ hart: Int) -> Bool {
        isEnabled && delivery[hart] && !configuration.sendsMessages && (force[hart] || topSource(hart) != 0)
    }

    /// The next message that is to be sent, which is then no longer pending: those of sources first (§4.5.15, §4.9).
    mutating func takeMessage() -> Message? {
        guard configuration.sendsMessages else { return nil }
        if isEnabled, let source = firstReady {
            clearPending(source)
            return (Int(targets[source] >> 18), targets[source] & 0x7ff)
        }
        guard isBusy else { return nil }
        isBusy = false
        return (Int(extempore >> 18), extempore & 0x7ff)
    }

    /// Whether there is a message to send.
    var hasMessage: Bool { configuration.sendsMessages && (isBusy || isEnabled && firstReady != nil) }

    private var firstReady: Int? {
        var first: Int?
        forEachReady { source in
            first = source
            return false
        }
        return first
    }

    /// The sources that are pending and enabled, by number, until the body returns false.
    private func forEachReady(_ body: (Int) -> Bool) {
        for word in 0..<Self.wordCount {
            var bits = pending[word] & enabled[word]
            while bits != 0 {
                guard body(word * 32 + bits.trailingZeroBitCount) else { return }
                bits &= bits &- 1
            }
        }
    }

    /// Where messages to a hart of a level are written, by the registers of the root domain (§4.9.1).
    func address(ofHart hart: Int, _ level: InterruptLevel) -> UInt64 {
        let high = addresses[1]
        let lowWidth = UInt64(high >> 12 & 15), highWidth = UInt64(high >> 16 & 7)
        let group = UInt64(hart) >> lowWidth & (1 << highWidth - 1)
        let index = UInt64(hart) & (1 << lowWidth - 1)
        let base = level == .machine ? 0 : 2
        let page = UInt64(addresses[base]) | UInt64(addresses[base + 1] & 0xfff) << 32
        let shift = UInt64(addresses[base + 1] >> 20 & 7)
        return (page | group << (UInt64(high >> 24 & 31) + 12) | index << shift) << 12
    }

    /// The source that was claimed since the last call; 0 where a claim found none.
    mutating func takeClaimed() -> Int? {
        defer { claimed = nil }
        return claimed
    }
}

extension APLICCore: SnapshotPayload {
    public static let schema = SnapshotSchema("aplic-domain")

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(UInt32(configuration.sourceCount))
        writer.write(UInt32(configuration.hartCount))
        writer.write(configuration.sendsMessages)
        writer.write(UInt8(configuration.priorityBits))
        writer.write(configuration.isRoot)
        writer.write(isEnabled)
        writer.write(isBusy)
        writer.write(extempore)
        for words in [sources, targets, pending, enabled, levels, offered, addresses] {
            for word in words { writer.write(word) }
        }
        for hart in 0..<configuration.hartCount {
            writer.write(delivery[hart])
            writer.write(force[hart])
            writer.write(threshold[hart])
        }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        let sources: UInt32 = try reader.read()
        let harts: UInt32 = try reader.read()
        let sendsMessages: Bool = try reader.read()
        let priorityBits: UInt8 = try reader.read()
        let isRoot: Bool = try reader.read()
        guard 1...1023 ~= sources, 1...16_384 ~= harts, 1...8 ~= priorityBits else {
            throw reader.error("a domain of \(sources) sources and \(harts) harts cannot be")
        }
        self.init(
            Configuration(
                sourceCount: Int(sources), hartCount: Int(harts), sendsMessages: sendsMessages,
                priorityBits: Int(priorityBits), isRoot: isRoot))
        isEnabled = try reader.read()
        isBusy = try reader.read()
        extempore = try reader.read()
        for place in [
            \APLICCore.sources, \.targets, \.pending, \.enabled, \.levels, \.offered, \.addresses,
        ] {
            for index in self[keyPath: place].indices { self[keyPath: place][index] = try reader.read() }
        }
        for hart in delivery.indices {
            delivery[hart] = try reader.read()
            force[hart] = try reader.read()
            threshold[hart] = try reader.read()
        }
        // Bits of sources that there are not would be found pending for ever.
        for source in 0..<1024 where source > configuration.sourceCount || !isActive(source) {
            Self.set(source, false, in: &pending)
            Self.set(source, false, in: &enabled)
        }
    }
}
