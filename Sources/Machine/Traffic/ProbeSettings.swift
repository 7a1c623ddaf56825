public import TandemBus
import TandemKernel

/// A probe as users describe it: “console,from=cpu0,to=uart0,kind=write,file=console.jsonl”.
public struct ProbeSettings: Equatable, Sendable {
    public var name: String
    public var initiator = "*"
    public var target = "*"
    public var filter = AccessFilter()
    public var every: UInt64 = 1
    public var limit = UInt64.max
    public var trigger: TrafficProbe.Trigger?
    public var format = TrafficProbe.Format.jsonl
    /// Where the capture goes.
    public var file = ""
    /// Where it was written, for messages.
    public var place: String

    /// The names that a description may set.
    public static let names = [
        "from", "to", "address", "kind", "size", "response", "every", "limit", "format", "file", "trigger-address",
        "trigger-kind", "trigger-size", "trigger-response", "before", "after",
    ]

    public init(parsing text: String, from place: String) throws(PlatformError) {
        try self.init(try OptionList(parsing: text, from: place), from: place)
    }

    init(_ list: OptionList, from place: String) throws(PlatformError) {
        name = list.first
        self.place = place
        var findings = Findings()
        if name.isEmpty || name.contains("=") {
            findings.add(at: place, "the probe has no name", expected: "NAME,from=…,to=…,file=FILE")
        }
        var trigger = TrafficProbe.Trigger()
        for pair in list.pairs {
            let value = pair.value
            switch pair.name {
            case "from": initiator = value
            case "to": target = value
            case "file": file = value
            case "address": filter.addresses = Self.range(pair, &findings)
            case "size": filter.sizes = Self.range(pair, &findings)
            case "kind": filter.kinds = Self.kinds(pair, &findings)
            case "response": filter.outcome = Self.choice(pair, .any, &findings)
            case "format": format = Self.choice(pair, .jsonl, &findings)
            case "every": every = max(1, Self.number(pair, from: 1, &findings))
            case "limit": limit = Self.number(pair, from: 1, &findings)
            case "before": trigger.before = min(Self.number(pair, from: 0, &findings), 1 << 20)
            case "after": trigger.after = Self.number(pair, from: 0, &findings)
            case "trigger-address": trigger.condition.addresses = Self.range(pair, &findings)
            case "trigger-size": trigger.condition.sizes = Self.range(pair, &findings)
            case "trigger-kind": trigger.condition.kinds = Self.kinds(pair, &findings)
            case "trigger-response": trigger.condition.outcome = Self.choice(pair, .any, &findings)
            default:
                findings.add(
                    at: place, "a probe has no “\(pair.name)”", choices: Self.names,
                    nearest: Self.names.nearest(to: pair.name))
            }
        }
        if file.isEmpty { findings.add(at: place, "nothing says where the capture goes", expected: "file=FILE") }
        let isTriggered = list.pairs.contains { $0.name.hasPrefix("trigger-") }
        if isTriggered {
            self.trigger = trigger
        } else if let lone = list.pairs.first(where: { $0.name == "before" || $0.name == "after" }) {
            findings.add(
                at: place, "“\(lone.name)” counts from a trigger, and there is none",
                expected: "trigger-address, trigger-kind, trigger-size or trigger-response")
        }
        try findings.check()
    }

    private static func number(_ text: String) -> UInt64? {
        text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    }

    private static func number(_ pair: OptionList.Pair, from least: UInt64, _ findings: inout Findings) -> UInt64 {
        if let number = number(pair.value), number >= least { return number }
        findings.add(
            at: pair.place, "“\(pair.name)” cannot be “\(pair.value)”", expected: "a whole number from \(least) on")
        return least
    }

    /// “A” or “A-B”.
    private static func range(_ pair: OptionList.Pair, _ findings: inout Findings) -> ClosedRange<UInt64> {
        let ends = pair.value.split(separator: "-", omittingEmptySubsequences: false).map { number(String($0)) }
        if let first = ends[0], let last = ends[ends.count - 1], ends.count <= 2, first <= last { return first...last }
        findings.add(
            at: pair.place, "“\(pair.name)” cannot be “\(pair.value)”",
            expected: "a number, or the first and the last with “-” between them")
        return 0...UInt64.max
    }

    private static func kinds(_ pair: OptionList.Pair, _ findings: inout Findings) -> [AccessFilter.Kind] {
        let kinds = pair.value.split(separator: "+").compactMap { AccessFilter.Kind(rawValue: String($0)) }
        if !kinds.isEmpty, kinds.count == pair.value.split(separator: "+").count { return kinds }
        findings.add(
            at: pair.place, "“\(pair.name)” cannot be “\(pair.value)”", expected: "some of them, with “+” between them",
            choices: AccessFilter.Kind.allCases.map(\.rawValue))
        return AccessFilter.Kind.allCases
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ pair: OptionList.Pair, _ standard: Choice, _ findings: inout Findings
    ) -> Choice {
        if let choice = Choice(rawValue: pair.value) { return choice }
        let choices = Choice.allCases.map(\.rawValue)
        findings.add(
            at: pair.place, "“\(pair.name)” cannot be “\(pair.value)”", choices: choices,
            nearest: choices.nearest(to: pair.value))
        return standard
    }
}

extension Machine {
    /// Places a probe whose capture goes to `sink`; while nothing runs.
    public func add(_ settings: ProbeSettings, to sink: @escaping ([UInt8]) -> Void) throws(PlatformError) {
        let directory = BusDirectory.of(simulation)
        var findings = Findings()
        if directory.probes.contains(where: { $0.name == settings.name }) {
            findings.add(at: settings.place, "there is a probe “\(settings.name)”", expected: "another name")
        }
        let ends = [
            (settings.initiator, directory.initiators.map { directory.name(of: $0.id) }, "makes accesses"),
            (settings.target, directory.targets.map { directory.name(of: $0.id) }, "serves accesses"),
        ]
        for (pattern, names, what) in ends where !names.contains(where: { PathPattern.matches(pattern, $0) }) {
            findings.add(
                at: settings.place, "no module “\(pattern)” \(what)", choices: names,
                nearest: names.nearest(to: pattern)
            )
        }
        try findings.check()
        directory.add(
            TrafficProbe(
                settings.name, from: settings.initiator, to: settings.target, filter: settings.filter,
                every: settings.every, limit: settings.limit, trigger: settings.trigger, format: settings.format,
                to: sink))
    }
}
