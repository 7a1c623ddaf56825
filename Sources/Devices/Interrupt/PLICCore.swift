public import TandemBus
public import TandemKernel

/// The registers of a RISC-V platform-level interrupt controller: no bus, no time, no host. Chapters are those of the
/// RISC-V PLIC specification 1.0.0.
///
/// ```
/// source line ─► gateway ─► pending ─┬─► enable ─► priority > threshold ─► notification of a context
///                  ▲                 └─► claim (clears pending) … completion ─┐
///                  └──────────────────────────────────────────────────────────┘
/// ```
public struct PLICCore: Equatable, Sendable {
    /// The registers in address order (chapter 3).
    public enum Register: Int, RegisterName {
        case priority, pending, enable, threshold, claim
    }

    /// Interrupt sources, 1 to this; 0 means "no interrupt" and has no line.
    public let sourceCount: Int
    public let contextCount: Int
    /// Priorities and thresholds keep these low bits (WARL): 7 levels and 0, "never".
    public static let priorityMask: UInt8 = 7

    /// Bits of 32 sources.
    private let wordCount: Int
    private var priorities: [UInt8]
    /// One bit for each source.
    private var pending: [UInt32]
    private var levels: [UInt32]
    /// The gateway has forwarded a request and waits for its completion.
    private var inService: [UInt32]
    /// `wordCount` words for each context.
    private var enables: [UInt32]
    private var thresholds: [UInt8]
    /// The source that the last read claimed, until the shell has counted it.
    private var claimed = 0

    /// A controller after reset: nothing enabled, nothing pending, all priorities and thresholds 0.
    public init(sourceCount: Int, contextCount: Int) {
        self.sourceCount = sourceCount
        self.contextCount = contextCount
        wordCount = (sourceCount + 32) / 32
        priorities = Array(repeating: 0, count: sourceCount + 1)
        pending = Array(repeating: 0, count: wordCount)
        levels = pending
        inService = pending
        enables = Array(repeating: 0, count: wordCount * contextCount)
        thresholds = Array(repeating: 0, count: contextCount)
    }

    // MARK: What the outside sees

    /// Whether the context has a pending, enabled interrupt above its threshold (chapter 6).
    public func isNotified(_ context: Int) -> Bool {
        bestSource(for: context, above: thresholds[context]) != 0
    }

    /// The source with the highest priority above `limit` that is pending and enabled for the context; of equal ones
    /// that with the lowest number (chapter 5); 0 if there is none.
    private func bestSource(for context: Int, above limit: UInt8) -> Int {
        var best = 0
        var bestPriority = limit
        for word in 0..<wordCount {
            var candidates = pending[word] & enables[context * wordCount + word]
            while candidates != 0 {
                let source = word * 32 + candidates.trailingZeroBitCount
                candidates &= candidates &- 1
                if priorities[source] > bestPriority {
                    best = source
                    bestPriority = priorities[source]
                }
            }
        }
        return best
    }

    /// The level at the gateway of `source`, 1 to `sourceCount`.
    public mutating func setLevel(_ source: Int, _ level: Bool) {
        let (word, bit) = (source / 32, UInt32(1) << (source % 32))
        if level {
            levels[word] |= bit
            forward(word, bit)
        } else {
            // A request that was forwarded stays, even if nobody has claimed it yet (chapter 4).
            levels[word] &= ~bit
        }
    }

    /// Levels of all lines, after a reset of the registers alone.
    public mutating func reset() {
        let lines = levels
        self = PLICCore(sourceCount: sourceCount, contextCount: contextCount)
        levels = lines
        for word in 0..<wordCount { forward(word, lines[word]) }
    }

    /// The gateways of `bits` forward a request if their lines are high and nothing of theirs is under way.
    private mutating func forward(_ word: Int, _ bits: UInt32) {
        let requests = levels[word] & bits & ~inService[word]
        pending[word] |= requests
        inService[word] |= requests
    }

    /// The source that was claimed since the last call.
    public mutating func takeClaimed() -> Int? {
        guard claimed != 0 else { return nil }
        defer { claimed = 0 }
        return claimed
    }

    // MARK: Registers

    /// - Parameter index: the source, the word of 32 sources, `context × 32 + word`, or the context. What lies beyond
    ///   the implemented ones reads 0.
    public mutating func read(_ register: Register, at index: Int) -> UInt64 {
        UInt64(value(of: register, at: index))
    }

    private mutating func value(of register: Register, at index: Int) -> UInt32 {
        if let value = peek(register, at: index) { return value }
        return index < contextCount ? UInt32(claim(index)) : 0
    }

    /// What a read gives where it changes nothing; nil for a claim.
    func peek(_ register: Register, at index: Int) -> UInt32? {
        switch register {
        case .priority: index <= sourceCount ? UInt32(priorities[index]) : 0
        case .pending: index < wordCount ? pending[index] : 0
        case .enable: enableWord(index).map { enables[$0] } ?? 0
        case .threshold: index < contextCount ? UInt32(thresholds[index]) : 0
        case .claim: nil
        }
    }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        let value = UInt32(truncatingIfNeeded: value)
        switch register {
        case .priority:
            if 1...sourceCount ~= index { priorities[index] = UInt8(truncatingIfNeeded: value) & Self.priorityMask }
        case .pending: break
        case .enable: if let word = enableWord(index) { enables[word] = value & sources(in: index % 32) }
        case .threshold:
            if index < contextCount { thresholds[index] = UInt8(truncatingIfNeeded: value) & Self.priorityMask }
        case .claim: if index < contextCount { complete(value, by: index) }
        }
    }

    private func enableWord(_ index: Int) -> Int? {
        let (context, word) = (index / 32, index % 32)
        return context < contextCount && word < wordCount ? context * wordCount + word : nil
    }

    /// The bits of a word that have a source: not 0, not beyond the last.
    private func sources(in word: Int) -> UInt32 {
        let last = sourceCount - word * 32
        let mask: UInt32 = last >= 31 ? .max : (1 << UInt32(last + 1)) &- 1
        return word == 0 ? mask & ~1 : mask
    }

    /// Gives the best pending interrupt to the context, whatever its threshold, and clears its pending bit (chapter 7).
    private mutating func claim(_ context: Int) -> Int {
        let source = bestSource(for: context, above: 0)
        if source != 0 {
            pending[source / 32] &= ~(1 << UInt32(source % 32))
            claimed = source
        }
        return source
    }

    /// Ends the service of a source that is enabled for the context; anything else is ignored (chapter 8).
    private mutating func complete(_ value: UInt32, by context: Int) {
        guard value >= 1, value <= sourceCount else { return }
        let (word, bit) = (Int(value / 32), UInt32(1) << (value % 32))
        guard enables[context * wordCount + word] & bit != 0 else { return }
        // The specification does not say what a completion does before the claim: the request stays, as it was
        // accepted.
        guard pending[word] & bit == 0 else { return }
        inService[word] &= ~bit
        forward(word, bit)
    }
}

extension PLICCore: RegisterCore {
    /// The memory map for the largest configuration: 1023 sources, 15872 contexts (chapter 3).
    public static let registers = RegisterTable<Register>(
        size: 0x400_0000, unassigned: .zero,
        [
            RegisterRow(
                .priority, "priority", offset: 0, width: 4, count: 1024,
                fields: [RegisterField("PRIORITY", bits: 0...2, .readWrite, "0 means never; 7 is the highest.")],
                "One for each source; source 0 does not exist."),
            RegisterRow(
                .pending, "pending", offset: 0x1000, width: 4, count: 32, .readOnly, "One bit for each source."),
            RegisterRow(
                .enable, "enable", offset: 0x2000, width: 4, count: 15_872 * 32, .readWrite,
                "One bit for each source, 32 words for each context."),
            RegisterRow(
                .threshold, "threshold", offset: 0x20_0000, width: 4, count: 15_872, stride: 0x1000,
                fields: [RegisterField("THRESHOLD", bits: 0...2, .readWrite, "Only higher priorities are notified.")],
                "One for each context."),
            RegisterRow(
                .claim, "claim", offset: 0x20_0004, width: 4, count: 15_872, stride: 0x1000, .readWrite,
                "A read claims the best pending source, a write completes one; one for each context."),
        ])
}

extension PLICCore: SnapshotPayload {
    public static let schema = SnapshotSchema("plic")

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(UInt32(sourceCount))
        writer.write(UInt32(contextCount))
        writer.write(priorities)
        for words in [pending, levels, inService, enables] {
            for word in words { writer.write(word) }
        }
        writer.write(thresholds)
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        let sources: UInt32 = try reader.read()
        let contexts: UInt32 = try reader.read()
        guard 1...1023 ~= sources, 1...15_872 ~= contexts else {
            throw reader.error("a controller of \(sources) sources and \(contexts) contexts cannot be")
        }
        self.init(sourceCount: Int(sources), contextCount: Int(contexts))
        let priorities: [UInt8] = try reader.read()
        for index in pending.indices { pending[index] = try reader.read() }
        for index in levels.indices { levels[index] = try reader.read() }
        for index in inService.indices { inService[index] = try reader.read() }
        for index in enables.indices { enables[index] = try reader.read() }
        let thresholds: [UInt8] = try reader.read()
        guard priorities.count == self.priorities.count, thresholds.count == self.thresholds.count else {
            throw reader.error("the priorities do not fit the number of sources and contexts")
        }
        self.priorities = priorities
        self.thresholds = thresholds
    }
}
