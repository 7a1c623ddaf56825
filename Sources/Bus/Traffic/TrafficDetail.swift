/// What is told of traffic beyond counters by initiator and target, where somebody asks for it (`-traffic`).
public struct TrafficDetail: OptionSet, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Which initiator accessed which page of physical memory.
    public static let pages = TrafficDetail(rawValue: 1)

    /// What each function of the guest did.
    public static let functions = TrafficDetail(rawValue: 2)
    /// What was done in each address space of the guest.
    public static let processes = TrafficDetail(rawValue: 4)

    /// The names under which users ask for details, in the order in which they are told.
    public static let names: [(name: String, detail: TrafficDetail)] = [
        ("pages", .pages), ("functions", .functions), ("processes", .processes),
    ]

    /// What a text that names details may be.
    public static var expectation: String { "some of “\(names.map(\.name).joined(separator: ","))”, or “none”" }

    /// The details that the words of `text` name, with commas between; nil if one names none. “none” stands for nothing.
    public init?(parsing text: String) {
        self = []
        if text == "none" { return }
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let row = Self.names.first(where: { $0.name == word }) else { return nil }
            insert(row.detail)
        }
    }
}
