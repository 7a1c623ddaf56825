/// What of a simulation is traced, and where to. An event that is off costs its teller one load and one branch; some,
/// such as accesses of the bus, cost nothing at all.
public final class Trace {
    /// Where records go; nowhere at first.
    public var sink: (any TraceSink)?
    /// The most kinds of events in a simulation.
    private static let capacity = 1024
    private struct Entry {
        let event: TraceEvent
        let number: Int
    }
    /// Everything that objects of this simulation may tell, by name.
    private var entries: [Entry] = []
    // SAFETY: allocated in `init`, freed only in `deinit`; trace points belong to modules, which go before the trace.
    private let flags: UnsafeMutablePointer<Bool>
    private var observers: [() -> Void] = []
    private var now: () -> SimTime

    init(now: @escaping () -> SimTime) {
        self.now = now
        flags = .allocate(capacity: Self.capacity)
        flags.initialize(repeating: false, count: Self.capacity)
    }

    deinit { flags.deallocate() }

    /// The simulation is going away: events that come later bear no time.
    func detach() {
        now = { .zero }
        sink = nil
    }

    // MARK: For those who tell

    /// The place from which objects tell an event. Events of one name are one event.
    public func point(_ event: TraceEvent) -> TracePoint {
        let index = entries.firstIndex { $0.event.name >= event.name } ?? entries.endIndex
        if index < entries.endIndex, entries[index].event.name == event.name {
            return TracePoint(self, event, flags + entries[index].number)
        }
        precondition(entries.count < Self.capacity, "A simulation has at most \(Self.capacity) trace events.")
        let number = entries.count
        entries.insert(Entry(event: event, number: number), at: index)
        return TracePoint(self, event, flags + number)
    }

    /// Calls `body` whenever something is switched on or off. Kept as long as the simulation.
    public func whenSwitched(_ body: @escaping () -> Void) { observers.append(body) }

    func write(_ event: TraceEvent, _ time: SimTime?, _ place: String, _ values: [TraceValue]) {
        sink?.write(TraceRecord(event, at: time ?? now(), of: place, values))
    }

    // MARK: For those who switch

    /// The events that objects of the simulation may tell, by name, and whether each is on.
    public var events: [(event: TraceEvent, isOn: Bool)] { entries.map { ($0.event, flags[$0.number]) } }

    /// Switches every event on or off whose name matches: `*` stands for any characters, `?` for one. An error if there
    /// is none.
    public func set(_ pattern: String, _ isOn: Bool) throws(ElaborationError) {
        let matching = entries.filter { Self.matches(Array(pattern.utf8)[...], Array($0.event.name.utf8)[...]) }
        if matching.isEmpty {
            let names = entries.map(\.event.name)
            throw ElaborationError(
                at: "", "no trace event is called “\(pattern)”",
                expected: "a name or a pattern with * and ?; “info trace-events” and “-trace help” list them",
                nearest: names.nearest(to: pattern))
        }
        for entry in matching { flags[entry.number] = isOn }
        for observer in observers { observer() }
    }

    static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == UInt8(ascii: "*") {
            return (name.startIndex...name.endIndex).contains { matches(pattern.dropFirst(), name[$0...]) }
        }
        guard let letter = name.first, first == letter || first == UInt8(ascii: "?") else { return false }
        return matches(pattern.dropFirst(), name.dropFirst())
    }
}

/// From where objects tell one kind of event.
public struct TracePoint {
    private unowned(unsafe) let trace: Trace
    public let event: TraceEvent
    @usableFromInline let flag: UnsafePointer<Bool>

    init(_ trace: Trace, _ event: TraceEvent, _ flag: UnsafeMutablePointer<Bool>) {
        self.trace = trace
        self.event = event
        self.flag = UnsafePointer(flag)
    }

    /// Whether anybody wants to know. Ask before putting the values together.
    @inlinable @inline(__always) public var isOn: Bool { flag.pointee }

    /// Tells the event. `time` is the simulated time if not given.
    public func tell(of place: String, at time: SimTime? = nil, _ values: TraceValue...) {
        if isOn { trace.write(event, time, place, values) }
    }
}
