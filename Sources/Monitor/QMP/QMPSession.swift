import TandemJSON
import TandemKernel
import TandemOS

/// One program at work on a machine through QMP: takes messages, performs commands, yields lines of JSON. It begins with a
/// greeting and the negotiation of capabilities, before which no other command is known (QEMU's qmp-spec, §2).
///
/// No command waits for anything: answers come in the order of the questions, also of those that are out of band.
final class QMPSession {
    /// What a session can be asked to do beyond the protocol's core.
    static let capabilities = ["oob"]

    private let context: MonitorContext
    private var isNegotiated = false
    private var hasOutOfBand = false
    private var output: [UInt8] = []

    init(_ context: MonitorContext) {
        self.context = context
        send([
            "QMP": [
                "version": JSONValue(QueryCommands.version(context.facilities.version)),
                "capabilities": JSONValue(Self.capabilities.map { JSONValue($0) }),
            ]
        ])
    }

    /// What has to be sent to the program.
    func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// Tells the program of an event, once it has negotiated.
    func hear(_ event: MonitorEvent) {
        guard isNegotiated else { return }
        let now = HostClock.realtime.nanoseconds
        var members = [
            JSONMember(
                "timestamp",
                ["seconds": JSONValue(now / 1_000_000_000), "microseconds": JSONValue(now / 1000 % 1_000_000)]),
            JSONMember("event", JSONValue(event.kind.name)),
        ]
        if event.data != .nothing { members.append(JSONMember("data", JSONValue(event.data))) }
        send(JSONValue(members: members))
    }

    /// Takes a message of `QMPFraming`.
    func receive(_ message: ArraySlice<UInt8>) {
        let text = Array(message.dropFirst())
        guard message.first == QMPFraming.Mark.message else {
            return refuse(CommandError(at: "", "JSON parse error, \(String(decoding: text, as: UTF8.self))"), id: nil)
        }
        let request: JSONValue
        do throws(JSONError) {
            request = try JSON5Reader(.json, depthLimit: QMPFraming.depthLimit).read(text)
        } catch {
            return refuse(CommandError(at: "", "JSON parse error, \(error)"), id: nil)
        }
        let id = request["id"]
        do throws(CommandError) {
            let value = try perform(request)
            // A command that yields nothing yields an object without members (qmp-spec §2.4.1).
            var members = [JSONMember("return", value == .nothing ? JSONValue(members: [:]) : JSONValue(value))]
            if let id { members.append(JSONMember("id", id)) }
            send(JSONValue(members: members))
        } catch {
            refuse(error, id: id)
        }
    }

    private func perform(_ request: JSONValue) throws(CommandError) -> CommandValue {
        guard case .object(let members) = request.content else {
            throw CommandError(at: "", "QMP input must be a JSON object")
        }
        var verb: JSONMember?
        var arguments = PropertyValues()
        for member in members {
            switch member.key {
            case "execute", "exec-oob":
                if member.key == "exec-oob" && !hasOutOfBand { throw Self.unexpected(member) }
                if verb != nil {
                    throw CommandError(
                        at: "\(member.keyLocation)", "QMP input cannot have both 'execute' and 'exec-oob'")
                }
                verb = member
            case "arguments": arguments = try member.value.arguments()
            case "id": break
            default: throw Self.unexpected(member)
            }
        }
        guard let verb else { throw CommandError(at: "", "QMP input lacks member 'execute'") }
        guard case .string(let name) = verb.value.content else {
            throw CommandError(at: "\(verb.value.location)", "QMP input member '\(verb.key)' must be a string")
        }
        if name == NegotiationCommand.name, !isNegotiated { return try negotiate(arguments) }
        guard isNegotiated else {
            throw CommandError(
                .commandNotFound, at: "", "Expecting capabilities negotiation with '\(NegotiationCommand.name)'")
        }
        let command = try context.commands.machineCommand(name)
        if verb.key == "exec-oob", !command.allowsOutOfBand {
            throw CommandError(at: name, "the command does not support out-of-band execution")
        }
        return try command.perform(in: context, arguments)
    }

    private func negotiate(_ arguments: PropertyValues) throws(CommandError) -> CommandValue {
        let wanted = try NegotiationCommand.command.signature.check(arguments)[NegotiationCommand.enable]
        for word in wanted where !Self.capabilities.contains(word) {
            throw CommandError(
                at: NegotiationCommand.name, "the capability “\(word)” is not available", choices: Self.capabilities)
        }
        hasOutOfBand = wanted.contains("oob")
        isNegotiated = true
        return .nothing
    }

    private static func unexpected(_ member: JSONMember) -> CommandError {
        CommandError(at: "\(member.keyLocation)", "QMP input member '\(member.key)' is unexpected")
    }

    private func refuse(_ error: CommandError, id: JSONValue?) {
        var members = [
            JSONMember(
                "error", ["class": JSONValue(error.kind.rawValue), "desc": JSONValue(error.description)])
        ]
        if let id { members.append(JSONMember("id", id)) }
        send(JSONValue(members: members))
    }

    private func send(_ value: JSONValue) { output += Array((JSONWriter().text(of: value) + "\r\n").utf8) }
}

/// The command by which a program says that it is ready, and what it understands.
enum NegotiationCommand {
    static let name = "qmp_capabilities"
    static let enable = Property<[String]>("enable", default: [], "Capabilities to switch on: oob.")

    /// Listed like the others; a session performs it itself, once.
    static let command = MonitorCommand(
        machine: name, human: nil, "Ends the negotiation; the first command of a session.",
        arguments: [enable.erased]
    ) { _ in
        throw CommandError(
            .commandNotFound, at: "", "Capabilities negotiation is already complete, command ignored")
    }
}
