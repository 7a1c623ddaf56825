public import TandemKernel

/// A memory that the platform reads and only loaders and debuggers write. A write over the bus is a command error.
public final class Rom: Memory, CatalogModule, BusTarget {
    public static let size = Property<ByteSize>(
        required: "size", range: ByteSize(bytes: 1)...ByteSize.gibibytes(1 << 10), "How many bytes it holds.")
    public static let readLatency = Property<SimTime>(
        "read-latency", default: .zero, "Time of one read, whatever its length.")

    public static let declaration = ModuleDeclaration(
        "rom", category: "memory", summary: "Memory that is only read",
        properties: [size.erased, readLatency.erased],
        ports: [PortDeclaration("bus", .target, "Accesses; grants direct memory for reading.")],
        documentation: """
            Holds zeros until an image is loaded. A write over the bus is answered with a command error; debuggers may \
            write. A reset keeps the contents.
            """)

    public init(_ context: ModuleContext) throws(ElaborationError) {
        try super.init(
            context, size: context[Self.size].bytes, isWritable: false, readLatency: context[Self.readLatency],
            writeLatency: .zero)
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        access(&transaction, delay: &delay)
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int { debugAccess(&transaction) }

    public func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory) -> Bool {
        self.grant(request, &grant)
    }

    public func saveState() -> ModuleState { ModuleState(MemoryContents(of: self)) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) { try replaceContents(state) }
}
