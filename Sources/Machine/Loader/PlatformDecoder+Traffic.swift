import TandemBus
import TandemJSON
import TandemKernel

/// The section `traffic` of a platform file.
extension PlatformDecoder {
    mutating func traffic(_ value: JSONValue) -> TrafficSettings {
        var settings = TrafficSettings()
        for member in members(value, of: "“traffic”", allowed: ["bin", "detail", "expect", "probes"]) {
            if member.isNamed("bin") {
                settings.bin = time(member.value, of: "bin")
                if settings.bin == .zero {
                    mismatch(member.value, of: "“bin”", expected: "a time that is longer than nothing")
                    settings.bin = nil
                }
            } else if member.isNamed("detail") {
                for entry in list(member.value) {
                    guard let text = string(entry, of: "detail") else { continue }
                    if let detail = TrafficDetail(parsing: text) {
                        settings.detail.formUnion(detail)
                    } else {
                        mismatch(entry, of: "“detail”", expected: TrafficDetail.expectation)
                    }
                }
            } else if member.isNamed("probes") {
                for entry in list(member.value) {
                    guard let text = string(entry, of: "probes") else { continue }
                    do throws(PlatformError) {
                        settings.probes.append(try ProbeSettings(parsing: text, from: entry.location.description))
                    } catch {
                        for diagnosis in error.diagnoses { findings.add(diagnosis) }
                    }
                }
            } else {
                for entry in list(member.value) { settings.expectations += expectations(entry) }
            }
        }
        return settings
    }

    private mutating func expectations(_ value: JSONValue) -> [TrafficExpectation] {
        let quantities = TrafficExpectation.Quantity.allCases
        let names = ["from", "to", "after", "before"]
        var expectations: [TrafficExpectation] = []
        var (initiator, target) = ("*", "*")
        var (after, before) = (SimTime?.none, SimTime?.none)
        for member in members(value, of: "an expectation", allowed: names + quantities.map(\.rawValue)) {
            switch member.key {
            case "from": initiator = string(member) ?? initiator
            case "to": target = string(member) ?? target
            case "after": after = time(member.value, of: member.key)
            case "before": before = time(member.value, of: member.key)
            default:
                guard let quantity = TrafficExpectation.Quantity(rawValue: member.key),
                    let bounds = bounds(member.value, of: quantity)
                else { continue }
                expectations.append(
                    TrafficExpectation(
                        from: "", to: "", quantity, in: bounds, place: member.keyLocation.description))
            }
        }
        if expectations.isEmpty, findings.isEmpty {
            findings.add(
                at: value.location.description, "the expectation says nothing that could fail",
                choices: quantities.map(\.rawValue))
        }
        var window: Range<SimTime>?
        if after != nil || before != nil {
            let (first, end) = (after ?? .zero, before ?? .never)
            if first >= end {
                findings.add(
                    at: value.location.description, "the window ends at \(end), before it begins at \(first)",
                    expected: "“before” later than “after”")
                return []
            }
            window = first..<end
        }
        return expectations.map { expectation in
            var expectation = expectation
            (expectation.initiator, expectation.target, expectation.window) = (initiator, target, window)
            return expectation
        }
    }

    /// A single value, or the least and the greatest.
    private mutating func bounds(
        _ value: JSONValue, of quantity: TrafficExpectation.Quantity
    ) -> ClosedRange<UInt64>? {
        guard case .object = value.content else { return amount(value, of: quantity).map { $0...$0 } }
        var (least, greatest) = (UInt64.min, UInt64.max)
        for member in members(value, of: "“\(quantity.rawValue)”", allowed: ["min", "max"]) {
            guard let amount = amount(member.value, of: quantity) else { return nil }
            if member.isNamed("min") { least = amount } else { greatest = amount }
        }
        if least <= greatest { return least...greatest }
        mismatch(value, of: "“\(quantity.rawValue)”", expected: "“min” not greater than “max”")
        return nil
    }

    private mutating func amount(_ value: JSONValue, of quantity: TrafficExpectation.Quantity) -> UInt64? {
        if quantity.isTime { return time(value, of: quantity.rawValue)?.picoseconds }
        guard let given = propertyValue(value, of: quantity.rawValue) else { return nil }
        if case .size(let size) = PropertyKind.size.coerce(given) { return size.bytes }
        mismatch(value, of: "“\(quantity.rawValue)”", expected: "a number, such as 4096 or “4K”")
        return nil
    }

    private mutating func time(_ value: JSONValue, of name: String) -> SimTime? {
        if case .string(let text) = value.content, let time = try? SimTime(parsing: text) { return time }
        mismatch(value, of: "“\(name)”", expected: "a time such as “10us” in quotes")
        return nil
    }
}
