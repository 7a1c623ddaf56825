public import TandemKernel

/// The far end of a serial line in memory: keeps the last characters that the device has sent, and sends it what a
/// monitor types. `-object char-memory,id=log,device=uart1`.
public final class CharacterMemory: Module, CatalogModule, CharacterBackend {
    public static let device = Property<ModulePath>(
        required: "device", to: ModuleInterface.characterDevice.name, "The serial port at the other end.")
    public static let size = Property<ByteSize>(
        "size", default: .kibibytes(64), range: ByteSize(bytes: 1)...ByteSize.mebibytes(64),
        "How many characters it keeps.")
    public static let contents = Property<String>(readOnly: "contents", "The last characters, as text.")
    public static let count = Property<UInt64>(readOnly: "sent", "How many characters the device has sent.")

    static let text = Property<String>(required: "text", "What to send; “\\n” stands for the end of a line.")
    static let type = ModuleCommand(
        "type", of: CharacterMemory.self, "Sends characters to the device.", arguments: [text.erased]
    ) { memory, arguments in
        memory.send(arguments[text])
        return .nothing
    }

    public static let declaration = ModuleDeclaration(
        "char-memory", category: .object, summary: "Far end of a serial line that keeps what was sent",
        properties: [device.erased, size.erased, contents.erased, count.erased],
        interfaces: [.characterBackend], plugging: .hot, commands: [type],
        documentation: """
            Keeps the last `size` characters that the device has sent, for `contents` and for snapshots. The command \
            `type` sends characters to the device as input from outside.
            """)

    private let link: ModulePath
    private let capacity: Int
    /// The last characters; those before `start` were sent after those behind it.
    private var ring: [UInt8] = []
    private var start = 0
    private var sent: UInt64 = 0
    private var input: InboxPort?

    public override init(_ context: ModuleContext) {
        link = context[Self.device]
        capacity = Int(context[Self.size].bytes)
        super.init(context)
        properties.provide(Self.contents) { [unowned self] in String(decoding: kept, as: UTF8.self) }
        properties.provide(Self.count) { [unowned self] in sent }
    }

    public override func elaborated() throws(ElaborationError) { try connect(to: link) }

    public override func unrealized() { disconnect(from: link) }

    /// The characters that it keeps, oldest first.
    public var kept: [UInt8] { Array(ring[start...] + ring[..<start]) }

    /// Sends text to the device.
    public func send(_ text: String) {
        input?.post(Array(text.split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n").utf8))
    }

    public func send(_ character: UInt8) {
        sent += 1
        if ring.count < capacity {
            ring.append(character)
        } else {
            ring[start] = character
            start = start + 1 == capacity ? 0 : start + 1
        }
    }

    public func flush() {}

    public func close() {}

    public func connect(_ input: InboxPort) { self.input = input }

    public func saveState() -> ModuleState { ModuleState(CharacterMemoryState(kept: kept, sent: sent)) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let saved = try state.decode(as: CharacterMemoryState.self, at: path)
        guard saved.kept.count <= capacity else {
            throw SnapshotError(
                at: path, "the snapshot holds \(saved.kept.count) characters", expected: "at most \(capacity)")
        }
        (ring, start, sent) = (saved.kept, 0, saved.sent)
    }
}

/// What a snapshot keeps of a far end in memory.
private struct CharacterMemoryState: SnapshotPayload {
    static let schema = SnapshotSchema("char-memory", version: 1)

    var kept: [UInt8]
    var sent: UInt64

    init(kept: [UInt8], sent: UInt64) {
        self.kept = kept
        self.sent = sent
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(kept)
        writer.write(sent)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        kept = try reader.read()
        sent = try reader.read(UInt64.self)
    }
}
