public import TandemKernel
internal import TandemOS

/// A memory that is read and written. Costs host memory only for what the guest touches.
public final class Ram: Memory, CatalogModule, BusTarget {
    public static let size = Property<ByteSize>(
        required: "size", range: ByteSize(bytes: 1)...ByteSize.gibibytes(1 << 20), "How many bytes it holds.")
    public static let readLatency = Property<SimTime>(
        "read-latency", default: .zero, "Time of one read, whatever its length.")
    public static let writeLatency = Property<SimTime>(
        "write-latency", default: .zero, "Time of one write, whatever its length.")
    public static let memPath = Property<String>(
        "mem-path", default: "", "File whose contents it has, of exactly its size, as seen from the working directory.")
    public static let memShare = Property<Bool>(
        "mem-share", default: false,
        "What is written goes to the file of `mem-path`, which is made if it is missing; otherwise the file stays as it is."
    )

    public static let declaration = ModuleDeclaration(
        "ram", category: "memory", summary: "Memory that is read and written",
        properties: [size.erased, readLatency.erased, writeLatency.erased, memPath.erased, memShare.erased],
        ports: [PortDeclaration("bus", .target, "Accesses; grants direct memory.")],
        documentation: """
            Zeroed at first. Pages that the guest does not touch cost nothing. Accesses of every width and alignment, \
            byte enables, streaming and exclusive accesses are supported; a reservation covers 64 bytes. A cold reset \
            makes the contents zeros, or what the file of `mem-path` holds. A run is repeatable with the same file; with \
            `mem-share` it begins with what the last one left.
            """)

    public init(_ context: ModuleContext) throws(ElaborationError) {
        try super.init(
            context, size: context[Self.size].bytes, isWritable: true, readLatency: context[Self.readLatency],
            writeLatency: context[Self.writeLatency], file: try Self.file(context))
    }

    /// The file that holds the contents, checked; nil if there is none.
    private static func file(_ context: ModuleContext) throws(ElaborationError) -> MemoryFile? {
        let path = context[memPath]
        let isShared = context[memShare]
        guard !path.isEmpty else {
            guard !isShared else {
                throw context.error(
                    memShare, "there is no file to share", expected: "“mem-path” with the name of a file")
            }
            return nil
        }
        let size = context[size]
        var found = Files.size(path)
        if isShared, !Files.exists(path) || found == 0 {
            do throws(OSError) {
                try Files.extend(path, to: size.bytes)
            } catch {
                throw context.error(
                    memPath, "“\(path)” cannot be made: \(error)", expected: "a file that can be written")
            }
            found = size.bytes
        }
        guard let found else {
            throw context.error(
                memPath, Files.exists(path) ? "“\(path)” is no regular file" : "there is no file “\(path)”",
                expected: "a file of \(size), or “mem-share” to make one")
        }
        guard found == size.bytes else {
            throw context.error(
                memPath, "“\(path)” has \(ByteSize(bytes: found)) and the memory \(size)",
                expected: "a file of exactly the size of the memory")
        }
        return MemoryFile(path: path, isShared: isShared)
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        access(&transaction, delay: &delay)
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int { debugAccess(&transaction) }

    public func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory) -> Bool {
        self.grant(request, &grant)
    }

    /// A cold reset zeroes the contents, or goes back to those of the file; a warm one keeps them. Both drop the
    /// reservations.
    public override func reset(_ phase: ResetPhase) {
        guard case .enter(let kind) = phase else { return }
        reservations.clearAll()
        if kind == .cold { restart() }
    }

    public func saveState() -> ModuleState { ModuleState(MemoryContents(of: self)) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) { try replaceContents(state) }
}
