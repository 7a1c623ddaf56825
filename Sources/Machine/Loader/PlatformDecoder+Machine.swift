import TandemJSON
import TandemKernel

/// The section `machine` of a platform file.
extension PlatformDecoder {
    mutating func machine(_ value: JSONValue) -> MachinePolicy {
        var policy = MachinePolicy()
        let keys = ["alias", "memory", "harts", "cpus", "defaults", "properties"]
        for member in members(value, of: "“machine”", allowed: keys) {
            switch member.key {
            case "alias": policy.aliases = list(member.value).compactMap { string($0, of: "alias") }
            case "memory":
                policy.memory =
                    limits(member.value, of: "memory", from: policy.memory, "a size such as “512M”") { value in
                        if case .size(let size) = PropertyKind.size.coerce(value) { size } else { nil }
                    }
            case "harts":
                policy.harts = limits(member.value, of: "harts", from: policy.harts, "a number from 1 to 4096") {
                    value in
                    if case .unsigned(let count) = PropertyKind.unsigned(bits: 64).coerce(value),
                        MachinePolicy.anyHarts.contains(count)
                    {
                        count
                    } else {
                        nil
                    }
                }
            case "cpus": policy.processors = list(member.value).compactMap { string($0, of: "cpus") }
            case "defaults":
                policy.defaults = list(member.value).compactMap { value in
                    string(value, of: "defaults").map { Board.Part($0, place: value.location.description) }
                }
            default: policy.properties = properties(member.value)
            }
        }
        return policy
    }

    private mutating func limits<Bound: Comparable>(
        _ value: JSONValue, of name: String, from limits: ClosedRange<Bound>, _ expected: String,
        _ read: (PropertyValue) -> Bound?
    ) -> ClosedRange<Bound> {
        var (least, most) = (limits.lowerBound, limits.upperBound)
        for member in members(value, of: "the “\(name)” of the machine", allowed: ["min", "max"]) {
            guard let given = propertyValue(member.value, of: member.key) else { continue }
            guard let bound = read(given) else {
                mismatch(member.value, of: "“\(member.key)” of “\(name)”", expected: expected)
                continue
            }
            if member.key == "min" { least = bound } else { most = bound }
        }
        if least <= most { return least...most }
        mismatch(value, of: "“\(name)”", expected: "“min” not greater than “max”")
        return limits
    }

    private mutating func properties(_ value: JSONValue) -> [MachineProperty] {
        guard case .object(let members) = value.content else {
            mismatch(value, of: "“properties”", expected: "an object of properties by name")
            return []
        }
        var properties: [MachineProperty] = []
        for member in members {
            var property = MachineProperty(member.key, of: [], place: member.keyLocation.description)
            switch member.value.content {
            case .object:
                for part in self.members(
                    member.value, of: "the property “\(member.key)”", allowed: ["of", "description"])
                {
                    if part.key == "of" {
                        property.paths = list(part.value).compactMap { string($0, of: "of") }
                    } else {
                        property.documentation = string(part) ?? ""
                    }
                }
            default: property.paths = list(member.value).compactMap { string($0, of: member.key) }
            }
            if property.paths.isEmpty {
                mismatch(
                    member.value, of: "the property “\(member.key)”",
                    expected: "“MODULE.PROPERTY”, a list of them, or { of: …, description: … }")
            } else {
                properties.append(property)
            }
        }
        return properties
    }
}
