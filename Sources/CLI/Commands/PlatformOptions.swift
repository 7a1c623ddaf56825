import TandemKernel
import TandemMachine

/// The options that say what a platform is: common to `run` and `check`.
struct PlatformOptions {
    /// Those of the command line, behind those of the files that -readconfig names.
    let arguments: Arguments
    let command: String
    let catalog: Catalog

    init(_ arguments: Arguments, command: String, catalog: Catalog, surroundings: Surroundings) throws(RunError) {
        var options: [GivenOption] = []
        do throws(PlatformError) {
            for option in arguments.given("readconfig") {
                guard let bytes = surroundings.readFile(option.value) else {
                    throw PlatformError(
                        at: "-readconfig", "the file “\(option.value)” cannot be read", expected: "a readable file")
                }
                options += try Configuration.options(String(decoding: bytes, as: UTF8.self), file: option.value)
            }
        } catch { throw .platform(error) }
        self.arguments = arguments.preceded(by: options)
        self.command = command
        self.catalog = catalog
    }

    /// The platform that -machine names; nothing where none does.
    var machine: String? {
        get throws(RunError) {
            do throws(PlatformError) {
                let names = try arguments.given("machine").map { (option) throws(PlatformError) in
                    try MachineOption(option).name
                }
                return names.last { !$0.isEmpty }
            } catch { throw .platform(error) }
        }
    }

    /// Loads the platform `name` and applies -nodefaults, -machine, -cpu, -m, -mem-path, -smp, -engine, -device, -object and -set.
    func platform(_ name: String, from library: PlatformLibrary) throws(RunError) -> Platform {
        do throws(PlatformError) {
            var platform = try library.load(name)
            if arguments.has("nodefaults") { platform.removeDefaults() }
            for option in arguments.given("machine") {
                for pair in try MachineOption(option).properties {
                    try platform.setMachine(pair.name, to: pair.value, from: pair.place)
                }
            }
            if let option = arguments.last("cpu") {
                let list = try OptionList(parsing: option.value, from: option.place)
                try platform.setProcessor(list, catalog: catalog, from: option.place)
            }
            if let option = arguments.last("m") {
                let memory = try part(platform.board.memory, option.place, "memory", platform)
                platform.set("\(memory).size", to: Self.size(option.value), from: option.place)
            }
            if let option = arguments.last("mem-path") {
                let memory = try part(platform.board.memory, option.place, "memory", platform)
                let list = try OptionList(parsing: option.value, from: option.place)
                try platform.setMemoryFile(list, of: memory, from: option.place)
            }
            if let option = arguments.last("smp") {
                let harts = try part(platform.board.harts, option.place, "harts", platform)
                platform.set("\(harts).count", to: try HartCount(option).text, from: option.place)
            }
            if let option = arguments.last("engine") {
                let harts = try part(platform.board.harts, option.place, "harts", platform)
                platform.set("\(harts).engine", to: option.value, from: option.place)
            }
            for (name, addition) in [("device", Platform.Addition.device), ("object", .object)] {
                for option in arguments.given(name) {
                    let list = try OptionList(parsing: option.value, from: option.place)
                    try platform.add(addition, list, catalog: catalog, from: option.place)
                }
            }
            for option in arguments.given("set") { try set(option, in: &platform) }
            return platform
        } catch { throw .platform(error) }
    }

    private func set(_ option: GivenOption, in platform: inout Platform) throws(PlatformError) {
        let parts = option.value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw PlatformError(
                at: option.place, "“\(option.value)” sets nothing",
                expected: "MODULE.PROPERTY=VALUE, such as ram.size=512M")
        }
        let place = option.place == "-set" ? "-set \(parts[0])" : option.place
        platform.set(String(parts[0]), to: String(parts[1]), from: place)
    }

    /// The module that plays a part of the board.
    func part(
        _ part: Board.Part?, _ option: String, _ name: String, _ platform: Platform
    ) throws(PlatformError) -> String {
        if let part { return part.path }
        throw PlatformError(
            at: option, "the platform “\(platform.name)” does not say which module this is about",
            expected: "board: { \(name): NAME } in the platform file")
    }

    /// A bare number counts MiB, as with QEMU; "size=" may stand before it.
    static func size(_ text: String) -> String {
        let text = text.hasPrefix("size=") ? String(text.dropFirst(5)) : text
        return !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? text + "M" : text
    }

    /// Writes what -writeconfig asks for.
    func writeConfiguration(_ platform: String, _ surroundings: Surroundings) throws(PlatformError) {
        guard let file = arguments["writeconfig"] else { return }
        let text = try Configuration.text(of: arguments.options, platform: platform)
        if file == "-" {
            surroundings.write(text)
        } else if let problem = surroundings.writeFile(file, Array(text.utf8)) {
            throw PlatformError(at: file, "the file cannot be written: \(problem)", expected: "a writable place")
        }
    }
}

/// `-machine NAME,property=value`.
struct MachineOption: Equatable {
    /// Empty where only properties are given.
    var name: String
    /// Where the device tree goes instead of running; empty to run.
    var dumpDeviceTree: String
    /// Properties of the machine.
    var properties: [OptionList.Pair]

    init(_ option: GivenOption) throws(PlatformError) {
        var list = try OptionList(parsing: option.value, from: option.place)
        let type = list.take("type")?.value
        name = list.first.isEmpty ? type ?? "" : list.first
        dumpDeviceTree = list.take("dumpdtb")?.value ?? ""
        properties = list.pairs
    }
}

/// `-smp N`, or `-smp cpus=N,sockets=…,cores=…,threads=…`, whose product is the number of harts.
struct HartCount {
    /// The number, as it is given to the platform.
    let text: String

    init(_ option: GivenOption) throws(PlatformError) {
        var list = try OptionList(parsing: option.value, from: option.place)
        let count = list.take("cpus")?.value ?? list.first
        var product: UInt64 = 1
        var isProduct = false
        for name in ["sockets", "cores", "threads"] {
            guard let pair = list.take(name) else { continue }
            guard let factor = UInt64(pair.value), factor > 0, factor <= 4096 else {
                throw PlatformError(
                    at: pair.place, "“\(name)” cannot be “\(pair.value)”", expected: "a number from 1 to 4096")
            }
            product *= factor
            isProduct = true
        }
        let most = list.take("maxcpus")
        if let surplus = list.pairs.first {
            let names = ["cpus", "maxcpus", "sockets", "cores", "threads"]
            throw PlatformError(
                at: surplus.place, "there is no “\(surplus.name)” of harts", choices: names,
                nearest: names.nearest(to: surplus.name))
        }
        text = count.isEmpty && isProduct ? "\(product)" : count
        if isProduct, UInt64(text) != product {
            throw PlatformError(
                at: option.place, "sockets × cores × threads are \(product) harts, and not \(text)",
                expected: "numbers that agree, or cpus=N alone")
        }
        if let most, most.value != text {
            throw PlatformError(
                at: most.place, "harts cannot be added later: “maxcpus” cannot be “\(most.value)”",
                expected: "“maxcpus” equal to “cpus”, or none")
        }
    }
}

/// What keeps a command from its work.
enum RunError: Error {
    case usage(UsageError)
    case platform(PlatformError)
}
