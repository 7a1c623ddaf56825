import TandemBus
import TandemCPU
import TandemKernel
import TandemMachine

/// What parts of the guest have done, while the machine runs.
enum WorkCommands {
    static let all = [functions, processes]

    private static let workMembers = [
        CommandMember("instructions", .integer), CommandMember("reads", .integer), CommandMember("writes", .integer),
        CommandMember("read-bytes", .integer), CommandMember("write-bytes", .integer),
        CommandMember("device-accesses", .integer, "Loads and stores that went to what is no memory."),
        CommandMember("device-latency", .integer, "Picoseconds that these took."),
    ]

    private static func fields(_ work: GuestWork) -> [CommandValue.Field] {
        [
            CommandValue.Field("instructions", .unsigned(work.instructions)),
            CommandValue.Field("reads", .unsigned(work.reads)), CommandValue.Field("writes", .unsigned(work.writes)),
            CommandValue.Field("read-bytes", .unsigned(work.readBytes)),
            CommandValue.Field("write-bytes", .unsigned(work.writeBytes)),
            CommandValue.Field("device-accesses", .unsigned(work.deviceAccesses)),
            CommandValue.Field("device-latency", .unsigned(work.deviceLatency)),
        ]
    }

    static let most = Property<UInt64>(
        "most", default: 20, "How many rows to tell, those with the most instructions; 0 for all.")

    /// What “0 for all” means.
    static func limit(_ most: UInt64) -> Int? { most == 0 ? nil : Int(clamping: most) }

    static let functions = MonitorCommand(
        machine: "query-functions", human: "info functions",
        "What each function of the guest has done, most instructions first.", arguments: [most.erased],
        returns: .list(
            .record(
                name: "FunctionWork",
                [
                    CommandMember("hart", .text), CommandMember("function", .text),
                    CommandMember("address", .integer, "Where it begins; 0 for “user”."),
                ] + workMembers)),
        documentation: "Nothing while nobody wants to know; see `traffic-measure`. Code without symbols counts by page."
    ) { call in
        .list(
            call.machine.harts.flatMap(\.functionRecords).heaviest(limit(call[most]), by: \.work.instructions).map {
                row in
                .record(
                    [
                        CommandValue.Field("hart", .text(row.hart)), CommandValue.Field("function", .text(row.name)),
                        CommandValue.Field("address", .unsigned(row.address ?? 0)),
                    ] + fields(row.work))
            })
    }

    static let processes = MonitorCommand(
        machine: "query-processes", human: "info processes",
        "What was done in each address space of the guest, most instructions first.", arguments: [most.erased],
        returns: .list(
            .record(
                name: "ProcessWork",
                [
                    CommandMember("hart", .text), CommandMember("privilege", .text, "user, supervisor or machine."),
                    CommandMember("root", .integer, "The address of the root page table; 0 without translation."),
                    CommandMember("space", .integer, "Its identifier (ASID)."),
                ] + workMembers)),
        documentation: "Nothing while nobody wants to know; see `traffic-measure`."
    ) { call in
        .list(
            call.machine.harts.flatMap(\.processRecords).heaviest(limit(call[most]), by: \.work.instructions).map {
                row in
                .record(
                    [
                        CommandValue.Field("hart", .text(row.hart)),
                        CommandValue.Field("privilege", .text(row.privilege.rawValue)),
                        CommandValue.Field("root", .unsigned(row.root ?? 0)),
                        CommandValue.Field("space", .unsigned(row.space ?? 0)),
                    ] + fields(row.work))
            })
    }
}
