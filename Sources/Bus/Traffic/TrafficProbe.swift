public import TandemKernel

/// A monitor on the way from some initiators to some targets: writes down the transactions that pass and that its filter
/// lets through. It changes neither times nor answers. Accesses through direct memory are no transactions, and are not
/// seen; they are counted as ever.
public final class TrafficProbe {
    /// Starts the capture around an access instead of at once.
    public struct Trigger: Equatable, Sendable {
        /// The access that is waited for, among those that the probe's filter lets through.
        public var condition = AccessFilter()
        /// How many accesses before it, and how many after it, are captured with it.
        public var before: UInt64 = 0
        public var after: UInt64 = 0

        public init() {}
    }

    public enum Format: String, Sendable, CaseIterable {
        /// A JSON object on a line for each access.
        case jsonl
        /// A line for each access, below a line of names.
        case csv
        /// A few bytes for each access, which `tandem trace` reads.
        case binary
    }

    /// What a capture holds of an access. The object that tells it is the initiator.
    public static let access = TraceEvent(
        "probe.access", "A transaction has passed a probe.",
        [
            TraceField("target", .text), TraceField("command", .text), TraceField("address", .hexadecimal),
            TraceField("bytes", .unsigned), TraceField("value", .hexadecimal), TraceField("response", .text),
            TraceField("latency", .unsigned), TraceField("privilege", .unsigned),
        ])

    public let name: String
    /// Patterns of the paths of initiators and targets.
    public let initiator: String
    public let target: String
    public let filter: AccessFilter
    /// Every how many of the accesses that pass the filter is captured.
    public let every: UInt64
    /// How many are captured at most.
    public let limit: UInt64
    public let trigger: Trigger?
    public let format: Format
    /// Accesses that passed the filter, and those that were captured.
    public private(set) var seen: UInt64 = 0
    public private(set) var captured: UInt64 = 0
    /// The trigger's access has come.
    public private(set) var isTriggered = false

    private var encoder: TraceEncoder
    private let sink: ([UInt8]) -> Void
    private var isTarget: [Bool] = []
    private var earlier: [TraceRecord] = []
    private var left: UInt64 = 0

    public init(
        _ name: String, from initiator: String = "*", to target: String = "*", filter: AccessFilter = AccessFilter(),
        every: UInt64 = 1, limit: UInt64 = .max, trigger: Trigger? = nil, format: Format = .jsonl,
        to sink: @escaping ([UInt8]) -> Void
    ) {
        precondition(every > 0, "a probe captures every nth access")
        self.name = name
        self.initiator = initiator
        self.target = target
        self.filter = filter
        self.every = every
        self.limit = limit
        self.trigger = trigger
        self.format = format
        self.sink = sink
        encoder = TraceEncoder(format == .binary ? .binary : .jsonl)
        if format == .csv {
            let names = ["time", "initiator"] + Self.access.fields.map(\.name)
            sink(Array((names.joined(separator: ",") + "\n").utf8))
        }
    }

    /// Whether nothing more can come.
    public var isDone: Bool { captured >= limit || isTriggered && left == 0 }

    func see(
        _ transaction: borrowing Transaction, at address: UInt64, start: UInt64, end: UInt64, in directory: BusDirectory
    ) {
        if isDone || !leads(to: transaction.target, directory) { return }
        let kind: AccessFilter.Kind =
            transaction.command == .write ? .write : transaction.attributes.isFetch ? .fetch : .read
        let (count, isError) = (transaction.count, transaction.response.isError)
        guard filter.admits(kind, address: address, count: count, isError: isError) else { return }
        seen += 1
        guard (seen - 1) % every == 0 else { return }
        var value: UInt64 = 0
        for index in 0..<min(count, 8) {
            value |= UInt64(transaction.data.load(fromByteOffset: index, as: UInt8.self)) << UInt64(8 * index)
        }
        let record = TraceRecord(
            Self.access, at: SimTime(picoseconds: start), of: directory.name(of: transaction.attributes.initiator),
            [
                .text(directory.name(of: transaction.target)), .text(kind.rawValue), .number(address),
                .number(UInt64(count)), .number(value), .text("\(transaction.response)"), .number(end &- start),
                .number(UInt64(transaction.attributes.privilege)),
            ])
        guard let trigger else { return capture(record) }
        if isTriggered {
            left -= 1
            return capture(record)
        }
        guard trigger.condition.admits(kind, address: address, count: count, isError: isError) else {
            guard trigger.before > 0 else { return }
            if earlier.count == Int(clamping: trigger.before) { earlier.removeFirst() }
            earlier.append(record)
            return
        }
        isTriggered = true
        left = trigger.after
        for record in earlier { capture(record) }
        earlier = []
        capture(record)
    }

    private func leads(to target: TargetID, _ directory: BusDirectory) -> Bool {
        let place = Int(target.rawValue)
        // Targets may come while the machine runs.
        while isTarget.count <= place {
            let id = TargetID(rawValue: UInt16(isTarget.count))
            isTarget.append(PathPattern.matches(self.target, directory.name(of: id)))
        }
        return isTarget[place]
    }

    private func capture(_ record: TraceRecord) {
        guard captured < limit else { return }
        captured += 1
        sink(format == .csv ? Array(Self.line(of: record).utf8) : encoder.encode(record))
    }

    private static func line(of record: TraceRecord) -> String {
        var cells = ["\(record.time.picoseconds)", record.place]
        for (field, value) in zip(record.event.fields, record.values) {
            switch value {
            case .number(let number):
                cells.append(field.kind == .hexadecimal ? "0x" + String(number, radix: 16) : "\(number)")
            case .flag(let flag): cells.append(flag ? "1" : "0")
            case .text(let text): cells.append(text)
            }
        }
        return cells.joined(separator: ",") + "\n"
    }
}

extension BusDirectory {
    /// Places a probe on every initiator that its pattern means, while nothing runs. Its name must be free. Kept until it
    /// is removed.
    public func add(_ probe: TrafficProbe) {
        precondition(!probes.contains { $0.name == probe.name }, "there is a probe “\(probe.name)”")
        probes.append(probe)
        for initiator in initiators { initiator.probesChanged() }
    }

    /// Takes a probe away, while nothing runs. False: there is none of that name.
    public func removeProbe(_ name: String) -> Bool {
        guard let index = probes.firstIndex(where: { $0.name == name }) else { return false }
        probes.remove(at: index)
        for initiator in initiators { initiator.probesChanged() }
        return true
    }

    /// Those that look at what an initiator does.
    func probes(of initiator: InitiatorID) -> [TrafficProbe] {
        let name = name(of: initiator)
        return probes.filter { PathPattern.matches($0.initiator, name) }
    }
}
