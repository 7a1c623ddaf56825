import TandemDevices
import TandemKernel
import TandemMachine

/// What is on the PCI buses.
enum PCICommands {
    static let all = [buses]

    private static let region = CommandShape.record(
        name: "PciMemoryRegion",
        [
            CommandMember("bar", .integer, "The number of the base address register; -1 for the expansion ROM."),
            CommandMember("type", .text, "“memory” or “io”."), CommandMember("address", .integer),
            CommandMember("size", .integer), CommandMember("prefetch", .bool), CommandMember("mem_type_64", .bool),
            CommandMember("enabled", .bool, "Whether accesses to it are answered."),
        ])

    private static let function = CommandShape.record(
        name: "PciDeviceInfo",
        [
            CommandMember("bus", .integer), CommandMember("slot", .integer), CommandMember("function", .integer),
            CommandMember(
                "class_info", .record(name: "PciDeviceClass", [CommandMember("class", .integer)])),
            CommandMember(
                "id",
                .record(
                    name: "PciDeviceId",
                    [
                        CommandMember("vendor", .integer), CommandMember("device", .integer),
                        CommandMember("subsystem-vendor", .integer), CommandMember("subsystem", .integer),
                    ])),
            CommandMember("irq_pin", .integer, "1 to 4; 0 for none."), CommandMember("qdev_id", .text),
            CommandMember("regions", .list(region)),
            CommandMember(
                "pci_bridge", .any, "Bus numbers, windows and slot of a bridge; nothing for other functions."),
        ])

    static let buses = MonitorCommand(
        machine: "query-pci", human: "info pci", "The functions on the PCI buses, as software has set them.",
        returns: .list(
            .record(
                name: "PciInfo",
                [
                    CommandMember("host", .text, "The host bridge."), CommandMember("bus", .integer),
                    CommandMember("devices", .list(function)),
                ])), text: text
    ) { call in
        var hosts: [PCIHost] = []
        call.machine.simulation.root.forEachDescendant { if let host = $0 as? PCIHost { hosts.append(host) } }
        return .list(
            hosts.map { host in
                var functions: [CommandValue] = []
                host.pci.forEachFunction { functions.append(value(of: $0)) }
                return .record(["host": .text(host.path), "bus": .integer(0), "devices": .list(functions)])
            })
    }

    private static func value(of function: PCIFunction) -> CommandValue {
        let header = function.header
        return .record([
            "bus": .unsigned(UInt64(function.bus?.number ?? 0)),
            "slot": .unsigned(UInt64(function.address?.device ?? 0)),
            "function": .unsigned(UInt64(function.address?.function ?? 0)),
            "class_info": .record(["class": .unsigned(UInt64(header.classCode >> 8))]),
            "id": .record([
                "vendor": .unsigned(UInt64(header.vendor)), "device": .unsigned(UInt64(header.device)),
                "subsystem-vendor": .unsigned(UInt64(header.subsystemVendor)),
                "subsystem": .unsigned(UInt64(header.subsystem)),
            ]),
            "irq_pin": .unsigned(UInt64(header.pin?.rawValue ?? 0)), "qdev_id": .text(function.path),
            "regions": .list(function.regions.map(value)),
            "pci_bridge": function.bridgeWindows.map(value) ?? .nothing,
        ])
    }

    private static func value(of region: PCIRegionPlace) -> CommandValue {
        .record([
            "bar": .integer(Int64(region.index ?? -1)), "type": .text(region.space == .io ? "io" : "memory"),
            "address": .unsigned(region.base), "size": .unsigned(region.size),
            "prefetch": .bool(region.isPrefetchable), "mem_type_64": .bool(region.space == .memory64),
            "enabled": .bool(region.isEnabled),
        ])
    }

    private static func value(of windows: PCIBridgeWindows) -> CommandValue {
        func range(_ window: ClosedRange<UInt64>?) -> CommandValue {
            window.map { .record(["base": .unsigned($0.lowerBound), "limit": .unsigned($0.upperBound)]) } ?? .nothing
        }
        return .record([
            "secondary": .unsigned(UInt64(windows.secondaryBus)),
            "subordinate": .unsigned(UInt64(windows.subordinateBus)), "memory_range": range(windows.memory),
            "prefetchable_range": range(windows.prefetchable), "io_range": range(windows.ports),
            "slot": windows.slot.map(value) ?? .nothing,
        ])
    }

    private static func value(of slot: PCISlotState) -> CommandValue {
        .record([
            "number": .unsigned(UInt64(slot.number)), "occupied": .bool(slot.isOccupied),
            "power": .bool(slot.hasPower), "leaving": .list(slot.leaving.map { .text($0) }),
        ])
    }

    // MARK: For people

    @Sendable private static func text(of value: CommandValue) -> String {
        elements(value).flatMap { elements($0["devices"]) }.map(functionText).joined()
    }

    private static func functionText(_ function: CommandValue) -> String {
        let id = function["id"] ?? .nothing
        var text =
            "\(hexadecimal(function["bus"], 2)):\(hexadecimal(function["slot"], 2)).\(number(function["function"])) "
            + "class \(hexadecimal(function["class_info"]?["class"], 4)): \(hexadecimal(id["vendor"], 4)):"
            + "\(hexadecimal(id["device"], 4)) \(CommandText.word(function["qdev_id"] ?? .nothing))\n"
        let pin = number(function["irq_pin"])
        if 1...4 ~= pin { text += "  pin INT\(Array("ABCD")[Int(pin) - 1])\n" }
        for region in elements(function["regions"]) {
            let bar = number(region["bar"])
            let isWide = region["mem_type_64"] == .bool(true)
            let kind = region["type"] == .text("io") ? "ports" : "memory, \(isWide ? 64 : 32) bits"
            text += "  \(bar < 0 ? "rom " : "bar\(bar)") \(hexadecimal(region["address"], 8)), "
            text += "\(ByteSize(bytes: UInt64(number(region["size"])))) of \(kind)"
            text += region["prefetch"] == .bool(true) ? ", prefetchable" : ""
            text += region["enabled"] == .bool(true) ? "\n" : " (off)\n"
        }
        return text + bridgeText(function["pci_bridge"] ?? .nothing)
    }

    private static func bridgeText(_ bridge: CommandValue) -> String {
        guard case .record = bridge else { return "" }
        var text = "  buses \(hexadecimal(bridge["secondary"], 2)) to \(hexadecimal(bridge["subordinate"], 2))\n"
        for (name, field) in [
            ("memory", "memory_range"), ("prefetchable", "prefetchable_range"), ("ports", "io_range"),
        ] {
            guard let range = bridge[field], case .record = range else { continue }
            text += "  \(name) \(hexadecimal(range["base"], 8))-\(hexadecimal(range["limit"], 8))\n"
        }
        guard let slot = bridge["slot"], case .record = slot else { return text }
        let leaving = elements(slot["leaving"]).map { "; asked for \(CommandText.word($0))" }.joined()
        return text + "  slot \(number(slot["number"])): \(slot["occupied"] == .bool(true) ? "occupied" : "empty"), "
            + "power \(slot["power"] == .bool(true) ? "on" : "off")\(leaving)\n"
    }

    private static func elements(_ value: CommandValue?) -> [CommandValue] {
        if case .list(let values) = value { return values }
        return []
    }

    private static func number(_ value: CommandValue?) -> Int64 {
        switch value {
        case .integer(let number): number
        case .unsigned(let number): Int64(truncatingIfNeeded: number)
        default: 0
        }
    }

    private static func hexadecimal(_ value: CommandValue?, _ digits: Int) -> String {
        let text = String(UInt64(bitPattern: number(value)), radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
