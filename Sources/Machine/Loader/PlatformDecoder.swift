import TandemBus
import TandemJSON
import TandemKernel

/// Turns the value of a platform file into a description. Goes on after a mistake, so that all are found at once.
struct PlatformDecoder {
    var findings = Findings()
    let file: String
    /// What properties of the machine choose between, until the modules are known.
    var choices: [(property: String, choices: JSONValue)] = []

    init(file: String) { self.file = file }

    static let keys = [
        "name", "description", "include", "machine", "board", "simulation", "traffic", "firmware", "modules",
    ]

    mutating func decode(_ value: JSONValue) -> Platform {
        var platform = Platform(Self.stem(of: file))
        platform.place = file
        for member in members(value, of: "a platform", allowed: Self.keys) {
            switch member.key {
            case "name": platform.name = string(member) ?? platform.name
            case "description": platform.summary = string(member) ?? ""
            case "machine": platform.machine = machine(member.value)
            case "board": platform.board = board(member.value)
            case "simulation": platform.timing = simulation(member.value)
            case "traffic": platform.traffic = traffic(member.value)
            case "firmware":
                platform.images = DefaultImages(
                    firmware: string(member) ?? "", firmwareFile: member.value.location.file)
            default: modules(member.value, prefix: "", into: &platform)
            }
        }
        decodeChoices(value, into: &platform)
        if platform.modules.isEmpty && findings.isEmpty {
            findings.add(
                at: value.location.description, "the platform has no modules",
                expected: "modules: { NAME: { type: … } }")
        }
        return platform
    }

    /// The file's name without folders and extension.
    static func stem(of path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".json5", ".json"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
        return name
    }

    // MARK: Board

    private mutating func board(_ value: JSONValue) -> Board {
        var board = Board()
        let keys = ["harts", "memory", "bootROM", "flash", "serial", "clock", "compatible", "model"]
        for member in members(value, of: "“board”", allowed: keys) {
            switch member.key {
            case "harts": board.harts = part(member.value)
            case "memory": board.memory = part(member.value)
            case "bootROM": board.bootROM = part(member.value)
            case "flash": board.flash = part(member.value)
            case "clock": board.clock = part(member.value)
            case "serial": board.serials = list(member.value).compactMap { part($0) }
            case "compatible": board.compatible = list(member.value).compactMap { string($0, of: "compatible") }
            default: board.model = string(member) ?? ""
            }
        }
        return board
    }

    private mutating func part(_ value: JSONValue) -> Board.Part? {
        guard case .string(let path) = value.content, !path.isEmpty else {
            mismatch(value, of: "a part of the board", expected: "the path of a module, such as “uart0”")
            return nil
        }
        return Board.Part(path, place: value.location.description)
    }

    // MARK: Simulation

    private mutating func simulation(_ value: JSONValue) -> SimulationSettings {
        var settings = SimulationSettings()
        for member in members(value, of: "“simulation”", allowed: ["quantum", "maxSkew"]) {
            if member.isNamed("quantum"), case .string("auto") = member.value.content { continue }
            guard case .string(let text) = member.value.content, let time = try? SimTime(parsing: text) else {
                mismatch(
                    member.value, of: "“\(member.key)” of the simulation", expected: "a time such as “10us” in quotes")
                continue
            }
            if member.isNamed("quantum") { settings.quantum = time } else { settings.maxSkew = time }
        }
        return settings
    }

    // MARK: Modules

    mutating func modules(_ value: JSONValue, prefix: String, into platform: inout Platform) {
        guard case .object(let members) = value.content else {
            return mismatch(value, of: "modules", expected: "an object of modules by name")
        }
        for member in members {
            let place = member.keyLocation.description
            guard Self.isName(member.key) else {
                findings.add(
                    at: place, "a module cannot be called “\(member.key)”",
                    expected: "a name of letters, digits, “-” and “_” that begins with a letter")
                continue
            }
            module(member.value, path: prefix + member.key, place: place, into: &platform)
        }
    }

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, Self.isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }

    private mutating func module(_ value: JSONValue, path: String, place: String, into platform: inout Platform) {
        guard case .object(let members) = value.content else {
            return mismatch(value, of: "the module “\(path)”", expected: "an object { type: …, … }")
        }
        var module = ModuleDescription(path, type: nil, place: place)
        var inner: JSONValue?
        var direct = Mapping(start: Setting("", .text("")))
        var map: JSONValue?
        var timingPlace: String?
        for member in members {
            switch member.key {
            case "type":
                module.type = string(member)
                module.typePlace = member.value.location.description
            case "modules": inner = member.value
            case "count": module.count = setting(member)
            case "at":
                if let start = setting(member) { direct.start = start }
                direct.place = member.keyLocation.description
            case "span": direct.span = setting(member)
            case "on": direct.router = setting(member)
            case "timing":
                direct.timing = timing(member.value, of: path)
                timingPlace = member.keyLocation.description
            case "priority": direct.priority = setting(member)
            case "map": map = member.value
            default: if let setting = setting(member) { module.settings.append(setting) }
            }
        }
        if !direct.start.name.isEmpty {
            module.mappings.append(direct)
        } else if let stray = direct.span ?? direct.router ?? direct.priority {
            meansNothing(stray.name, of: path, at: stray.namePlace)
        } else if let timingPlace {
            meansNothing("timing", of: path, at: timingPlace)
        }
        if let map { module.mappings += list(map).compactMap { mapping($0, of: path) } }
        if module.type == nil, inner == nil {
            findings.add(
                at: place, "the module “\(path)” has no type", expected: "type: NAME, or modules: { … } for a container"
            )
        }
        platform.modules.append(module)
        if let inner { modules(inner, prefix: path + ".", into: &platform) }
    }

    private mutating func meansNothing(_ name: String, of path: String, at place: String) {
        findings.add(
            at: place, "“\(name)” of “\(path)” means nothing without “at”",
            expected: "“at” with an address beside it")
    }

    /// What accesses through a window take: properties of a router, checked when its type is known.
    private mutating func timing(_ value: JSONValue, of path: String) -> [Setting] {
        let names = RegionTiming.properties.map(\.name)
        return members(value, of: "the timing of “\(path)”", allowed: names).compactMap { setting($0) }
    }

    private mutating func mapping(_ value: JSONValue, of path: String) -> Mapping? {
        let keys = ["port", "on", "at", "span", "offset", "priority", "timing"]
        var mapping = Mapping(start: Setting("", .text("")), place: value.location.description)
        for member in members(value, of: "a window of “\(path)”", allowed: keys) {
            if member.isNamed("timing") {
                mapping.timing = timing(member.value, of: path)
                continue
            }
            guard let setting = setting(member) else { continue }
            switch member.key {
            case "port": mapping.port = setting
            case "on": mapping.router = setting
            case "at": mapping.start = setting
            case "span": mapping.span = setting
            case "offset": mapping.offset = setting
            default: mapping.priority = setting
            }
        }
        guard mapping.start.name.isEmpty else { return mapping }
        if case .object = value.content {
            findings.add(at: mapping.place, "a window of “\(path)” lacks “at”", expected: "an address")
        }
        return nil
    }

    // MARK: Values

    private mutating func setting(_ member: JSONMember) -> Setting? {
        guard let value = propertyValue(member.value, of: member.key) else { return nil }
        return Setting(
            member.key, .typed(value), namePlace: member.keyLocation.description,
            place: member.value.location.description)
    }

    mutating func propertyValue(_ value: JSONValue, of name: String) -> PropertyValue? {
        switch value.content {
        case .bool(let flag): return .bool(flag)
        case .string(let text): return .string(text)
        case .number(let number):
            if let unsigned: UInt64 = number.integer() { return .unsigned(unsigned) }
            if let signed: Int64 = number.integer() { return .integer(signed) }
            mismatch(value, of: "“\(name)”", expected: "a whole number of 64 bits")
            return nil
        case .array(let elements):
            var values: [PropertyValue] = []
            for element in elements {
                guard let element = propertyValue(element, of: name) else { return nil }
                values.append(element)
            }
            return .list(values)
        case .null, .object:
            mismatch(value, of: "“\(name)”", expected: "a boolean, a number, a text, or a list of these")
            return nil
        }
    }

    mutating func string(_ member: JSONMember) -> String? { string(member.value, of: member.key) }

    mutating func string(_ value: JSONValue, of name: String) -> String? {
        if case .string(let text) = value.content { return text }
        mismatch(value, of: "“\(name)”", expected: "a text")
        return nil
    }

    /// The elements of a list; a single value is a list of one.
    func list(_ value: JSONValue) -> [JSONValue] {
        if case .array(let elements) = value.content { elements } else { [value] }
    }

    mutating func members(_ value: JSONValue, of what: String, allowed: [String]) -> [JSONMember] {
        guard case .object(let members) = value.content else {
            mismatch(value, of: what, expected: "an object")
            return []
        }
        return members.filter { member in
            if allowed.contains(where: member.isNamed) { return true }
            findings.add(
                at: member.keyLocation.description, "\(what) has no member “\(member.key)”", choices: allowed,
                nearest: allowed.nearest(to: member.key))
            return false
        }
    }

    mutating func mismatch(_ value: JSONValue, of what: String, expected: String) {
        findings.add(at: value.location.description, "\(what) cannot be \(value.summary)", expected: expected)
    }
}
