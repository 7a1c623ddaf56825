/// The name and version of a payload's layout. A reader refuses a kind that it does not know and a version that is
/// newer than its own.
public struct SnapshotSchema: Hashable, Sendable, CustomStringConvertible {
    public var kind: String
    public var version: UInt32

    public init(_ kind: String, version: UInt32 = 1) {
        self.kind = kind
        self.version = version
    }

    public var description: String { "\(kind) version \(version)" }
}

/// State that can leave the process and come back. No requirement has a default: forgetting one is a compile error.
public protocol SnapshotPayload: Equatable {
    static var schema: SnapshotSchema { get }
    func encode(to writer: inout SnapshotWriter)
    init(from reader: inout SnapshotReader) throws(SnapshotError)
}

/// What a module says when it is asked for its state. There is no way to say nothing.
public enum ModuleState: Equatable, Sendable {
    /// State in the layout of a schema.
    case payload(SnapshotSchema, [UInt8])
    /// The module has nothing beyond its properties and connections.
    case stateless
    /// The module cannot be saved; the reason is a sentence for the user.
    case unsupported(String)

    /// The state of `payload`.
    public init<Payload: SnapshotPayload>(_ payload: Payload) {
        var writer = SnapshotWriter()
        payload.encode(to: &writer)
        self = .payload(Payload.schema, writer.bytes)
    }

    /// Reads the state as a `Payload`, refusing another schema and bytes that are left over.
    /// `place` is the path of the module for the message.
    public func decode<Payload: SnapshotPayload>(
        as type: Payload.Type = Payload.self, at place: String
    ) throws(SnapshotError) -> Payload {
        guard case .payload(let schema, let bytes) = self else {
            throw SnapshotError(at: place, "the snapshot holds no state", expected: "\(Payload.schema)")
        }
        guard schema.kind == Payload.schema.kind, schema.version <= Payload.schema.version else {
            throw SnapshotError(at: place, "the snapshot holds \(schema)", expected: "\(Payload.schema)")
        }
        var reader = SnapshotReader(bytes, place: place, version: schema.version)
        let payload = try Payload(from: &reader)
        try reader.finish()
        return payload
    }
}
