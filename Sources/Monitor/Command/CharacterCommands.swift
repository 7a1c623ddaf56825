import TandemHost
import TandemKernel

/// The character lines to the host: where they lead, and the memory behind those that lead nowhere else.
enum CharacterCommands {
    static let all = [lines, read, write]

    static let lines = MonitorCommand(
        machine: "query-chardev", human: "info chardevs", "Where the lines to the host lead.",
        returns: .list(
            .record(
                name: "ChardevInfo",
                [
                    CommandMember("label", .text),
                    CommandMember(
                        "filename", .text, "The place, as on the command line; “disconnected:” while nobody is there."),
                    CommandMember("frontend-open", .bool),
                    CommandMember(
                        "lost", .integer, isOptional: true, "Bytes that a peer was too slow for, if there are any."),
                ])),
        text: { value in
            guard case .list(let rows) = value else { return "" }
            return rows.map { row in
                let lost = row["lost"].map { ", \(CommandText.word($0)) bytes lost" } ?? ""
                return
                    "\(CommandText.word(row["label"] ?? .nothing)): filename=\(CommandText.word(row["filename"] ?? .nothing))\(lost)\n"
            }.joined()
        }
    ) { call in
        .list(
            call.context.facilities.characterDevices.map { device in
                let isAlone = device.link.map { !$0.isOpen } ?? false
                var fields: [CommandValue.Field] = [
                    .init("label", .text(device.label)),
                    .init("filename", .text((isAlone ? "disconnected:" : "") + device.place)),
                    .init("frontend-open", true),
                ]
                if let lost = device.link?.lost, lost > 0 { fields.append(.init("lost", .unsigned(lost))) }
                return .record(fields)
            })
    }

    // MARK: Rings

    /// How bytes stand in a text of JSON.
    enum Format: String, PropertyChoice {
        case utf8, base64
    }

    static let device = Property<String>(required: "device", "The line, by its id: `info chardevs`.")
    static let size = Property<UInt64>(required: "size", unit: .bytes, range: 1...1 << 30, "How many bytes at most.")
    static let data = Property<String>(required: "data", "What to send.")
    static let format = Property<Format>("format", default: .utf8, "How bytes stand in the text.")

    static let read = MonitorCommand(
        machine: "ringbuf-read", human: "ringbuf_read", "Takes the oldest bytes out of the memory behind a line.",
        arguments: [device.erased, size.erased, format.erased], returns: .text,
        documentation: "For lines that lead to `ringbuf`. Bytes that are no UTF-8 are shown as U+FFFD."
    ) { call in
        let bytes = try ring(call).take(atMost: Int(call[size]))
        switch call[format] {
        case .utf8: return .text(String(decoding: bytes, as: UTF8.self))
        case .base64: return .text(Base64.text(of: bytes))
        }
    }

    static let write = MonitorCommand(
        machine: "ringbuf-write", human: "ringbuf_write", "Types at a line behind which there is memory.",
        arguments: [device.erased, data.erased, format.erased],
        documentation: "For lines that lead to `ringbuf`. The device receives the bytes when the machine goes on."
    ) { call in
        let ring = try ring(call)
        switch call[format] {
        case .utf8: ring.type(Array(call[data].utf8))
        case .base64:
            guard let bytes = Base64.bytes(of: call[data]) else {
                throw CommandError(
                    at: "ringbuf-write", "the data are not base64", expected: "what RFC 4648 §4 describes")
            }
            ring.type(bytes)
        }
        return .nothing
    }

    private static func ring(_ call: CommandCall) throws(CommandError) -> RingBackend {
        let devices = call.context.facilities.characterDevices
        let id = call[device]
        let rings = devices.filter { $0.ring != nil }.map(\.label)
        guard let found = devices.first(where: { $0.label == id }) else {
            throw CommandError(
                .deviceNotFound, at: "device", "there is no line “\(id)”", choices: rings,
                nearest: rings.nearest(to: id))
        }
        guard let ring = found.ring else {
            throw CommandError(
                at: "device", "the line “\(id)” leads to \(found.place)", expected: "one that leads to ringbuf",
                choices: rings)
        }
        return ring
    }
}
