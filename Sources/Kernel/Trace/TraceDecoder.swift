/// Reads the binary form of a trace.
public struct TraceDecoder {
    private let bytes: [UInt8]
    private var place = 0
    private var events: [TraceEvent] = []
    private var objects: [String] = []
    private var time: UInt64 = 0

    /// - Throws: where the bytes do not begin as a trace does.
    public init(_ bytes: [UInt8]) throws(TraceError) {
        self.bytes = bytes
        guard bytes.starts(with: TraceEncoder.magic) else {
            throw TraceError(offset: 0, "this is no binary trace", expected: "a file of “-trace …,format=binary”")
        }
        place = TraceEncoder.magic.count
    }

    /// The next record; nil at the end.
    public mutating func next() throws(TraceError) -> TraceRecord? {
        while place < bytes.count {
            let start = place
            place += 1
            switch bytes[start] {
            case TraceEncoder.eventItem: events.append(try readEvent())
            case TraceEncoder.objectItem: objects.append(try readText())
            case TraceEncoder.recordItem: return try readRecord(start)
            default: throw TraceError(offset: start, "an item of kind \(bytes[start])", expected: "1, 2 or 3")
            }
        }
        return nil
    }

    private mutating func readEvent() throws(TraceError) -> TraceEvent {
        let name = try readText()
        var fields: [TraceField] = []
        for _ in 0..<(try readNumber(below: 256, "fields")) {
            let start = place
            guard let kind = TraceField.Kind(rawValue: try readByte()) else {
                throw TraceError(offset: start, "an unknown kind of field", expected: "0 to 3")
            }
            fields.append(TraceField(try readText(), kind))
        }
        return TraceEvent(name, "", fields)
    }

    private mutating func readRecord(_ start: Int) throws(TraceError) -> TraceRecord {
        let event = events[Int(try readNumber(below: UInt64(events.count), "the event"))]
        let object = objects[Int(try readNumber(below: UInt64(objects.count), "the object"))]
        let step = try readNumber()
        time = time &+ ((step >> 1) ^ (0 &- (step & 1)))
        var values: [TraceValue] = []
        for field in event.fields {
            switch field.kind {
            case .unsigned, .hexadecimal: values.append(.number(try readNumber()))
            case .flag: values.append(.flag(try readByte() != 0))
            case .text: values.append(.text(try readText()))
            }
        }
        return TraceRecord(event, at: SimTime(picoseconds: time), of: object, values)
    }

    private mutating func readByte() throws(TraceError) -> UInt8 {
        guard place < bytes.count else { throw TraceError(offset: place, "the trace is cut short") }
        defer { place += 1 }
        return bytes[place]
    }

    private mutating func readNumber() throws(TraceError) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try readByte()
            guard shift < 63 || shift == 63 && byte <= 1 else {
                throw TraceError(offset: place - 1, "a number of more than 64 bits")
            }
            number |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
    }

    private mutating func readNumber(below limit: UInt64, _ what: String) throws(TraceError) -> UInt64 {
        let start = place
        let number = try readNumber()
        guard number < limit else {
            throw TraceError(offset: start, "\(what): \(number) of \(limit)", expected: "a smaller number")
        }
        return number
    }

    private mutating func readText() throws(TraceError) -> String {
        let count = try readNumber(below: UInt64(bytes.count), "the length of a text")
        guard place + Int(count) <= bytes.count else { throw TraceError(offset: place, "the trace is cut short") }
        defer { place += Int(count) }
        return String(decoding: bytes[place..<place + Int(count)], as: UTF8.self)
    }
}

/// A trace that cannot be read.
public struct TraceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The byte at which reading stopped.
    public var offset: Int
    public var problem: String
    public var expected: String

    public init(offset: Int, _ problem: String, expected: String = "") {
        self.offset = offset
        self.problem = problem
        self.expected = expected
    }

    public var description: String {
        Diagnosis(at: "byte \(offset)", problem, expected: expected).description
    }
}
