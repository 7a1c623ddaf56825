import TandemKernel
import TandemMachine

/// What groups of a configuration file stand for on the command line, and the other way round.
///
/// | group | option |
/// |---|---|
/// | `[machine]` `type`, `kernel`, `initrd`, `append`, `firmware`, properties | `-machine`, `-kernel` … |
/// | `[memory]` `size`, `mem-path`, `share` | `-m`, `-mem-path` |
/// | `[smp-opts]` `cpus` … | `-smp` |
/// | `[cpu]` `model`, properties | `-cpu` |
/// | `[device "ID"]` `driver`, properties | `-device` |
/// | `[object "ID"]` `qom-type`, properties | `-object` |
/// | `[rtc]` `base` … | `-rtc` |
/// | `[set "MODULE"]` properties | `-set` |
enum Configuration {
    static let groups = ["machine", "memory", "smp-opts", "cpu", "device", "object", "rtc", "set"]
    /// Members of `[machine]` that are options of their own.
    private static let images = [
        ("kernel", "kernel"), ("initrd", "initrd"), ("append", "append"), ("firmware", "bios"),
    ]

    /// The options that a file stands for.
    static func options(_ text: String, file: String) throws(PlatformError) -> [GivenOption] {
        var options: [GivenOption] = []
        for group in try ConfigurationReader(text, file: file).groups {
            let needsLabel = ["device", "object", "set"].contains(group.name)
            guard groups.contains(group.name) else {
                throw PlatformError(
                    at: group.place, "there is no group “\(group.name)”", choices: groups,
                    nearest: groups.nearest(to: group.name))
            }
            if group.name == "set", group.label.isEmpty {
                throw PlatformError(at: group.place, "nothing says which module is meant", expected: "[set \"MODULE\"]")
            }
            if !needsLabel, !group.label.isEmpty {
                throw PlatformError(
                    at: group.place, "there is one group “\(group.name)”, and it has no name",
                    expected: "[\(group.name)]")
            }
            options += try self.options(of: group)
        }
        return options
    }

    private static func options(of group: ConfigurationReader.Group) throws(PlatformError) -> [GivenOption] {
        var lines = group.lines
        func take(_ name: String) -> OptionList.Pair? {
            lines.firstIndex { $0.name == name }.map { lines.remove(at: $0) }
        }
        func required(_ name: String) throws(PlatformError) -> OptionList.Pair {
            if let pair = take(name) { return pair }
            throw PlatformError(
                at: group.place, "the group “\(group.name)” has no “\(name)”", expected: "\(name) = \"…\" below it")
        }
        switch group.name {
        case "machine":
            var options: [GivenOption] = []
            for (name, option) in images {
                if let pair = take(name) { options.append(GivenOption(option, pair.value, from: pair.place)) }
            }
            let type = take("type")
            guard type != nil || !lines.isEmpty else { return options }
            return options + [
                GivenOption("machine", text(type?.value ?? "", lines), from: type?.place ?? group.place)
            ]
        case "memory":
            let file = take("mem-path")
            let share = file == nil ? nil : take("share")
            let size = file == nil ? try required("size") : take("size")
            if let surplus = lines.first {
                throw PlatformError(
                    at: surplus.place, "the group “memory” has no “\(surplus.name)”",
                    choices: ["size", "mem-path", "share"])
            }
            return (size.map { [GivenOption("m", $0.value, from: $0.place)] } ?? [])
                + (file.map {
                    [GivenOption("mem-path", text(escaped($0.value), share.map { [$0] } ?? []), from: $0.place)]
                } ?? [])
        case "smp-opts": return [GivenOption("smp", text("", lines), from: group.place)]
        case "rtc": return [GivenOption("rtc", text("", lines), from: group.place)]
        case "cpu": return [GivenOption("cpu", text(try required("model").value, lines), from: group.place)]
        case "set":
            return lines.map { GivenOption("set", "\(group.label).\($0.name)=\($0.value)", from: $0.place) }
        default:
            let type = try required(group.name == "device" ? "driver" : "qom-type")
            if !group.label.isEmpty { lines.insert(OptionList.Pair("id", group.label, place: group.place), at: 0) }
            return [GivenOption(group.name, text(type.value, lines), from: group.place)]
        }
    }

    /// A list as the command line has it.
    private static func text(_ first: String, _ pairs: [OptionList.Pair]) -> String {
        let words = pairs.map { "\($0.name)=\(escaped($0.value))" }
        return (first.isEmpty ? words : [first] + words).joined(separator: ",")
    }

    /// A value in which commas end nothing.
    private static func escaped(_ value: String) -> String {
        value.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }

    // MARK: Writing

    /// The file that stands for these options: what `-writeconfig` writes. Options that no group stands for are left out.
    static func text(of options: [GivenOption], platform: String) throws(PlatformError) -> String {
        var groups: [ConfigurationReader.Group] = []
        func lines(_ name: String, _ pairs: [(String, String)], label: String = "") {
            let added = pairs.map { OptionList.Pair($0.0, $0.1, place: "") }
            // What one group may hold stands in one.
            if let index = groups.firstIndex(where: { $0.name == name && $0.label == label && name != "device" }) {
                groups[index].lines += added
            } else {
                groups.append(ConfigurationReader.Group(name: name, label: label, place: "", lines: added))
            }
        }
        lines("machine", [("type", platform)])
        for option in options {
            let list = try OptionList(parsing: option.value, from: option.place)
            let pairs = list.pairs.map { ($0.name, $0.value) }
            switch option.name {
            case "machine": lines("machine", pairs.filter { $0.0 != "type" && $0.0 != "dumpdtb" })
            case "m": lines("memory", [("size", PlatformOptions.size(option.value))])
            case "mem-path": lines("memory", [("mem-path", list.first)] + pairs)
            case "smp": lines("smp-opts", (list.first.isEmpty ? [] : [("cpus", list.first)]) + pairs)
            case "cpu": lines("cpu", [("model", list.first)] + pairs)
            case "rtc": lines("rtc", pairs)
            case "device", "object":
                let type = option.name == "device" ? "driver" : "qom-type"
                let id = pairs.first { $0.0 == "id" }?.1 ?? ""
                let first = list.first.isEmpty ? [] : [(type, list.first)]
                lines(option.name, first + pairs.filter { $0.0 != "id" }, label: id)
            case "set":
                guard let equals = option.value.firstIndex(of: "="),
                    let dot = option.value[..<equals].lastIndex(of: ".")
                else { continue }
                let name = option.value[option.value.index(after: dot)..<equals]
                lines(
                    "set", [(String(name), String(option.value[option.value.index(after: equals)...]))],
                    label: String(option.value[..<dot]))
            default:
                if let image = images.first(where: { $0.1 == option.name }) {
                    lines("machine", [(image.0, option.value)])
                }
            }
        }
        return groups.map(text).joined(separator: "\n")
    }

    private static func text(_ group: ConfigurationReader.Group) -> String {
        let head = group.label.isEmpty ? "[\(group.name)]" : "[\(group.name) \"\(group.label)\"]"
        return head + "\n" + group.lines.map { "  \($0.name) = \"\($0.value)\"\n" }.joined()
    }
}
