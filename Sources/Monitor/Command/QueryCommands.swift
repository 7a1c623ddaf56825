import TandemBus
import TandemCPU
import TandemKernel
import TandemMachine
import TandemOS

/// What programs ask about the simulator and the machine as a whole.
enum QueryCommands {
    static let all = [
        NegotiationCommand.command, versionQuery, commandsQuery, schemaQuery, name, target, kvm, processors, memorySize,
        currentMachine, dumpCapability, ioThreads,
    ]

    private static let versionShape = CommandShape.record(
        name: "VersionInfo",
        [
            CommandMember(
                "qemu",
                .record(
                    name: "VersionTriple",
                    [
                        CommandMember("major", .integer), CommandMember("minor", .integer),
                        CommandMember("micro", .integer),
                    ]), "The version of the simulator, in the place where clients look for one."),
            CommandMember("package", .text, "What the simulator is called, and its version."),
        ])

    static func version(_ text: String) -> CommandValue {
        let parts = text.split(separator: ".").map { UInt64($0) ?? 0 } + [0, 0, 0]
        return .record([
            "qemu": .record([
                "major": .unsigned(parts[0]), "minor": .unsigned(parts[1]), "micro": .unsigned(parts[2]),
            ]), "package": .text("Tandem \(text)"),
        ])
    }

    static let versionQuery = MonitorCommand(
        machine: "query-version", human: "info version", "The version of the simulator.", returns: versionShape,
        text: { CommandText.word($0["package"] ?? .nothing) }
    ) { call in version(call.context.facilities.version) }

    static let commandsQuery = MonitorCommand(
        machine: "query-commands", human: nil, "The commands that programs may use.",
        returns: .list(.record(name: "CommandInfo", [CommandMember("name", .text)]))
    ) { call in
        .list(call.context.commands.commands.compactMap(\.machineName).map { .record(["name": .text($0)]) })
    }

    static let schemaQuery = MonitorCommand(
        machine: "query-qmp-schema", human: nil, "Every command and event with its types.", returns: .list(.any)
    ) { call in QMPSchema.value(call.context.commands) }

    static let name = MonitorCommand(
        machine: "query-name", human: "info name", "The name of the machine.",
        returns: .record(name: "NameInfo", [CommandMember("name", .text)]),
        text: { CommandText.word($0["name"] ?? .nothing) }
    ) { call in .record(["name": .text(call.machine.platform.name)]) }

    static let target = MonitorCommand(
        machine: "query-target", human: nil, "The architecture of the guest.",
        returns: .record(name: "TargetInfo", [CommandMember("arch", .text)])
    ) { call in .record(["arch": .text(architecture(call.machine))]) }

    private static func architecture(_ machine: Machine) -> String {
        machine.harts.first?.xlen == .rv32 ? "riscv32" : "riscv64"
    }

    static let kvm = MonitorCommand(
        machine: "query-kvm", human: nil, "Whether the host's processor executes the guest: never.",
        returns: .record(name: "KvmInfo", [CommandMember("enabled", .bool), CommandMember("present", .bool)])
    ) { _ in .record(["enabled": false, "present": false]) }

    static let processors = MonitorCommand(
        machine: "query-cpus-fast", human: nil, "The harts.",
        returns: .list(
            .record(
                name: "CpuInfoFast",
                [
                    CommandMember("cpu-index", .integer), CommandMember("qom-path", .text),
                    CommandMember("thread-id", .integer, "The process: harts have no threads of the host."),
                    CommandMember("target", .text),
                    CommandMember(
                        "props", .record(name: "CpuInstanceProperties", [CommandMember("core-id", .integer)])),
                ]))
    ) { call in
        .list(
            call.machine.harts.enumerated().map { index, hart in
                .record([
                    "cpu-index": .integer(Int64(index)), "qom-path": .text(ObjectLookup.path(of: hart)),
                    "thread-id": .integer(Int64(HostProcess.identifier)),
                    "target": .text(architecture(call.machine)),
                    "props": .record(["core-id": .unsigned(hart.hartID)]),
                ])
            })
    }

    static let memorySize = MonitorCommand(
        machine: "query-memory-size-summary", human: "info memory_size_summary", "The size of main memory in bytes.",
        returns: .record(name: "MemoryInfo", [CommandMember("base-memory", .integer)])
    ) { call in
        let memory = call.machine.plan.memory.flatMap { call.machine.module($0) as? Memory }
        return .record(["base-memory": .unsigned(memory?.size ?? 0)])
    }

    static let currentMachine = MonitorCommand(
        machine: "query-current-machine", human: nil, "What the machine can do.",
        returns: .record(name: "CurrentMachineParams", [CommandMember("wakeup-suspend-support", .bool)])
    ) { _ in .record(["wakeup-suspend-support": false]) }

    static let dumpCapability = MonitorCommand(
        machine: "query-dump-guest-memory-capability", human: nil, "The formats of dump-guest-memory.",
        returns: .record(name: "DumpGuestMemoryCapability", [CommandMember("formats", .list(.text))])
    ) { _ in .record(["formats": ["elf"]]) }

    static let ioThreads = MonitorCommand(
        machine: "query-iothreads", human: nil, "The threads that serve devices: none.",
        returns: .list(.any)
    ) { _ in [] }
}
