import TandemKernel
import TandemMachine

/// The commands by which modules come and go while the machine exists.
enum PluggingCommands {
    static let all = [deviceAdd, deviceDelete, objectAdd, objectDelete]

    static let driver = Property<String>(required: "driver", "The type; “-device help” lists those that there are.")
    static let type = Property<String>(required: "qom-type", "The type; “-object help” lists those that there are.")
    static let identifier = Property<String>(required: "id", "The path, or an end of it that no other module has.")

    static let deviceAdd = MonitorCommand(
        machine: "device_add", human: "device_add", "Adds a device to the machine, as -device does.",
        arguments: [driver.erased], takesFurther: true,
        documentation: """
            Beside the type: `id`, properties and connections as in a platform file, `at`, `span` and `on` for a place in \
            a memory map. For types that may come later, on buses that let modules come and go. For people also in one \
            word, `TYPE,id=NAME,property=value`.
            """
    ) { call in try add(.device, call[driver], call) }

    static let objectAdd = MonitorCommand(
        machine: "object-add", human: "object_add", "Adds an object beside the devices, as -object does.",
        arguments: [type.erased], takesFurther: true,
        documentation: "As `device_add`, for objects such as the far end of a serial line."
    ) { call in try add(.object, call[type], call) }

    static let deviceDelete = MonitorCommand(
        machine: "device_del", human: "device_del", "Takes a device out of the machine.",
        arguments: [identifier.erased],
        documentation: """
            Its lines fall, its regions leave the memory map, what it has pending is dropped, and nothing of it is in \
            tree, snapshot or report from then on. Refused while others refer to it. In the slot of a root port the guest's \
            software is asked first, if it listens; the event DEVICE_DELETED says when the device has gone.
            """
    ) { call in
        try call.machine.remove(.device, call[identifier], from: "device_del")
        return .nothing
    }

    static let objectDelete = MonitorCommand(
        machine: "object-del", human: "object_del", "Takes an object away.", arguments: [identifier.erased],
        documentation: "Refused while others refer to it."
    ) { call in
        try call.machine.remove(.object, call[identifier], from: "object_del")
        return .nothing
    }

    private static func add(
        _ addition: Platform.Addition, _ first: String, _ call: CommandCall
    ) throws -> CommandValue {
        let place = addition == .device ? "device_add" : "object_add"
        var option = try OptionList(parsing: first, from: place)
        for entry in call.arguments.further {
            option.pairs.append(OptionList.Pair(entry.name, text(of: entry.value), place: place))
        }
        try call.machine.add(addition, option, from: place)
        return .nothing
    }

    private static func text(of source: PropertyValues.Source) -> String {
        switch source {
        case .typed(let value): "\(value)"
        case .text(let text): text
        }
    }
}
