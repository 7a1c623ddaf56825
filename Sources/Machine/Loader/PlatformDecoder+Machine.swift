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
                    member.value, of: "the property “\(member.key)”", allowed: ["of", "choices", "description"])
                {
                    switch part.key {
                    case "of": property.paths = list(part.value).compactMap { string($0, of: "of") }
                    case "choices": choices.append((member.key, part.value))
                    default: property.documentation = string(part) ?? ""
                    }
                }
            default: property.paths = list(member.value).compactMap { string($0, of: member.key) }
            }
            if property.paths.isEmpty == (choices.last?.property != member.key) {
                mismatch(
                    member.value, of: "the property “\(member.key)”",
                    expected:
                        "“MODULE.PROPERTY”, a list of them, { of: …, description: … }, or { choices: …, description: … }"
                )
            } else {
                properties.append(property)
            }
        }
        return properties
    }

    /// Decodes what properties choose between: each choice holds modules, which lie over those of the platform as a file
    /// lies over one that it includes.
    mutating func decodeChoices(_ value: JSONValue, into platform: inout Platform) {
        guard case .object(let members) = value.content, let modules = members.first(where: { $0.isNamed("modules") })
        else { return }
        for (name, choices) in choices {
            guard case .object(let options) = choices.content, !options.isEmpty,
                let index = platform.machine.properties.firstIndex(where: { $0.name == name })
            else {
                mismatch(choices, of: "the choices of “\(name)”", expected: "an object of modules by choice")
                continue
            }
            for option in options {
                var built = Platform(platform.name)
                var decoder = PlatformDecoder(file: file)
                decoder.modules(modules.value.overlaid(by: option.value), prefix: "", into: &built)
                // What is wrong with the platform itself has been found.
                if findings.isEmpty { for diagnosis in decoder.findings.diagnoses { findings.add(diagnosis) } }
                platform.machine.properties[index].choices.append(
                    MachineChoice(option.key, from: platform.modules, to: built.modules))
            }
        }
    }
}
