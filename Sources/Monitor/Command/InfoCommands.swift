import TandemBus
import TandemKernel
import TandemMachine
import TandemOS

/// What people ask about the machine.
enum InfoCommands {
    static let all = [map, devices, objects, images, lines, time, deviceTree]

    static let isFlat = Property<Bool>("flat", default: false, "What is seen, instead of what was declared.")

    static let space = Property<String?>(
        "space", default: nil, "The path of the address space; all of them if not given.")

    static let map = MonitorCommand(
        machine: nil, human: "info mtree", "The memory map of each address space, or of one.",
        arguments: [space.erased, isFlat.erased], returns: .text,
        documentation: """
            An address space is what initiators that are bound to one socket see; it bears the name of the module that \
            they are bound to. Spaces that only a translation leads to come last.
            """
    ) { call in
        var spaces = AddressSpace.all(of: call.machine.simulation)
        if let name = call[space] {
            let names = spaces.map(\.name)
            spaces.removeAll { $0.name != name }
            guard !spaces.isEmpty else {
                throw CommandError(
                    at: name, "there is no such address space", choices: names, nearest: names.nearest(to: name))
            }
        }
        return .text(
            spaces.map { space in
                "address-space: \(space.name), seen by \(space.initiators.joined(separator: ", "))\n"
                    + (call[isFlat] ? space.flat.map(text).joined() : text(of: space.tree, depth: 1))
            }.joined(separator: "\n"))
    }

    private static func text(of entry: FlatMapEntry) -> String {
        let offset = entry.offset == 0 ? "" : " @\(MemoryCommands.digits(entry.offset))"
        return
            "  \(MemoryCommands.digits(entry.start))-\(MemoryCommands.digits(entry.end)) (\(entry.kind.rawValue)): \(entry.name)\(offset)\n"
    }

    private static func text(of node: MapNode, depth: Int) -> String {
        var line = String(repeating: "  ", count: depth)
        line += "\(MemoryCommands.digits(node.start))-\(MemoryCommands.digits(node.end)) "
        line += "(prio \(node.priority), \(node.kind.rawValue)): \(node.name)"
        if let shown = node.of { line += " of \(shown)" }
        if node.offset != 0 { line += " @\(MemoryCommands.digits(node.offset))" }
        return line + "\n" + node.children.map { text(of: $0, depth: depth + 1) }.joined()
    }

    static let devices = MonitorCommand(
        machine: nil, human: "info qtree",
        "The objects with their properties, connections and places in the memory map.",
        returns: .text
    ) { call in .text(children(of: call.machine.simulation.root, call.machine, depth: 0)) }

    private static func children(of module: Module, _ machine: Machine, depth: Int) -> String {
        module.children.map { child in
            let space = String(repeating: "  ", count: depth)
            var text = "\(space)dev: \(ObjectLookup.type(of: child)), id \"\(child.name)\"\n"
            for property in child.properties.declarations {
                guard let value = try? child.properties.value(of: property.name) else { continue }
                text += "\(space)  \(property.name) = \(value.quoted)\n"
            }
            let planned = machine.plan.module(child.path)
            for connection in planned?.connections ?? [] {
                text += "\(space)  \(connection.port) -> \(connection.peer).\(connection.peerPort)\n"
            }
            for window in planned?.windows ?? [] {
                text += "\(space)  mmio \(MemoryCommands.digits(window.start))/\(MemoryCommands.digits(window.span))\n"
            }
            return text + children(of: child, machine, depth: depth + 1)
        }.joined()
    }

    static let objects = MonitorCommand(
        machine: nil, human: "info qom-tree", "The tree of objects with their types.",
        arguments: [
            Property<String>("path", default: "/machine", "Where it begins.").erased
        ], returns: .text
    ) { call in
        func text(of module: Module, depth: Int) -> String {
            let name = module.parent == nil ? "machine" : module.name
            let line = "\(String(repeating: "  ", count: depth))/\(name) (\(ObjectLookup.type(of: module)))\n"
            return line + module.children.map { text(of: $0, depth: depth + 1) }.joined()
        }
        return .text(text(of: try ObjectLookup.find(call[ObjectCommands.path], in: call.machine), depth: 0))
    }

    static let images = MonitorCommand(
        machine: nil, human: "info roms", "What was loaded, and where.", returns: .text
    ) { call in
        let pieces = call.machine.layout?.pieces ?? []
        return .text(
            pieces.map { piece in
                let name = piece.owner.map { " name=\"\($0.name)\"" } ?? ""
                return
                    "addr=\(MemoryCommands.digits(piece.address)) size=0x\(String(piece.size, radix: 16)) what=\"\(piece.what)\"\(name)\n"
            }.joined())
    }

    static let lines = MonitorCommand(
        machine: nil, human: "info irq",
        "The interrupt lines: their levels, and how often each was raised, taken and claimed.",
        returns: .list(.any)
    ) { call in
        .list(
            BusDirectory.of(call.machine.simulation).lines.filter(\.isConnected).map { line in
                let record = line.record
                return .record([
                    "line": .text(record.line), "level": .integer(line.level ? 1 : 0),
                    "raised": .unsigned(record.raised),
                    "taken": .unsigned(record.taken), "claimed": .unsigned(record.claimed),
                ])
            })
    }

    static let time = MonitorCommand(
        machine: nil, human: "info time", "Simulated time, and how the kernel keeps it.", returns: .any
    ) { call in
        let simulation = call.machine.simulation
        return .record([
            "simulated": .text("\(simulation.scheduler.now)"),
            "delta-cycles": .unsigned(simulation.scheduler.deltaCount),
            "instructions": .unsigned(call.machine.processors.reduce(0) { $0 + $1.instructionsRetired }),
            "quantum": .text(
                simulation.quantum.isAutomatic ? "automatic" : "\(simulation.quantum.value)"),
            "largest-skew": .text("\(simulation.quantum.largestSkew)"),
        ])
    }

    static let deviceTree = MonitorCommand(
        "dumpdtb", "Writes the device tree that the guest got to a file.", arguments: [MemoryCommands.file.erased]
    ) { call in
        guard !call.machine.deviceTree.isEmpty else {
            throw CommandError(at: "dumpdtb", "the machine has no device tree yet", expected: "images that were loaded")
        }
        try GuestMemory.telling(call[MemoryCommands.file]) { () throws(OSError) in
            try Files.write(call.machine.deviceTree, to: call[MemoryCommands.file])
        }
        return .nothing
    }
}
