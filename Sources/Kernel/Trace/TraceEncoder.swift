/// The forms of a trace.
public enum TraceFormat: String, Sendable, CaseIterable {
    /// A line for each event, for people.
    case text
    /// A JSON object on a line for each event: `time` in picoseconds, `object`, `event`, and the arguments by name.
    case jsonl
    /// A few bytes for each event, which `tandem trace` reads; see `TraceEncoder`.
    case binary
}

/// Turns records into bytes.
///
/// The binary form begins with `magic`. Then come items, each a byte that says what it is and numbers in LEB128 (seven
/// bits at a time, the lowest first; the eighth bit says that more follow); texts are their length and UTF-8:
///
/// | byte | item |
/// |---|---|
/// | 1 | the next event: name, number of fields, for each its kind and name |
/// | 2 | the next object: its path |
/// | 3 | a record: event, object, picoseconds since the last record (zigzag), values: numbers, flags as 0 or 1, texts |
public struct TraceEncoder {
    static let magic = Array("TandemTrace1\n".utf8)
    static let eventItem: UInt8 = 1
    static let objectItem: UInt8 = 2
    static let recordItem: UInt8 = 3

    public let format: TraceFormat
    private var hasBegun = false
    private var events: [String] = []
    private var objects: [String] = []
    private var lastTime: UInt64 = 0

    public init(_ format: TraceFormat) { self.format = format }

    /// The bytes of the next record, and of what must come before it.
    public mutating func encode(_ record: TraceRecord) -> [UInt8] {
        switch format {
        case .text: Array(Self.text(of: record).utf8)
        case .jsonl: Array(Self.json(of: record).utf8)
        case .binary: binary(record)
        }
    }

    /// "12.5 us soc.uart0 uart.transmit character=0x41".
    public static func text(of record: TraceRecord) -> String {
        var line = "\(record.time) \(record.place) \(record.event.name)"
        for (field, value) in zip(record.event.fields, record.values) {
            line += " \(field.name)="
            switch (value, field.kind) {
            case (.number(let number), .hexadecimal): line += "0x" + String(number, radix: 16)
            case (.number(let number), _): line += "\(number)"
            case (.flag(let flag), _): line += flag ? "1" : "0"
            case (.text(let text), _): line += text
            }
        }
        return line + "\n"
    }

    private static func json(of record: TraceRecord) -> String {
        var line = "{\"time\":\(record.time.picoseconds),\"object\":\(quoted(record.place))"
        line += ",\"event\":\(quoted(record.event.name))"
        for (field, value) in zip(record.event.fields, record.values) {
            line += ",\(quoted(field.name)):"
            switch value {
            case .number(let number): line += "\(number)"
            case .flag(let flag): line += flag ? "true" : "false"
            case .text(let text): line += quoted(text)
            }
        }
        return line + "}\n"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    // MARK: Binary

    private mutating func binary(_ record: TraceRecord) -> [UInt8] {
        var bytes = hasBegun ? [] : Self.magic
        hasBegun = true
        let event: Int
        if let known = events.firstIndex(of: record.event.name) {
            event = known
        } else {
            event = events.count
            events.append(record.event.name)
            bytes.append(Self.eventItem)
            Self.append(record.event.name, to: &bytes)
            Self.append(UInt64(record.event.fields.count), to: &bytes)
            for field in record.event.fields {
                bytes.append(field.kind.rawValue)
                Self.append(field.name, to: &bytes)
            }
        }
        let object: Int
        if let known = objects.firstIndex(of: record.place) {
            object = known
        } else {
            object = objects.count
            objects.append(record.place)
            bytes.append(Self.objectItem)
            Self.append(record.place, to: &bytes)
        }
        bytes.append(Self.recordItem)
        Self.append(UInt64(event), to: &bytes)
        Self.append(UInt64(object), to: &bytes)
        // Initiators run ahead of each other: the next record may be earlier.
        let step = Int64(bitPattern: record.time.picoseconds &- lastTime)
        lastTime = record.time.picoseconds
        Self.append(UInt64(bitPattern: (step << 1) ^ (step >> 63)), to: &bytes)
        for value in record.values {
            switch value {
            case .number(let number): Self.append(number, to: &bytes)
            case .flag(let flag): bytes.append(flag ? 1 : 0)
            case .text(let text): Self.append(text, to: &bytes)
            }
        }
        return bytes
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        append(UInt64(text.utf8.count), to: &bytes)
        bytes += Array(text.utf8)
    }
}
