public import TandemKernel

/// A memory that is read and written. Costs host memory only for what the guest touches.
public final class Ram: Memory, CatalogModule, BusTarget {
    public static let size = Property<ByteSize>(
        required: "size", range: ByteSize(bytes: 1)...ByteSize.gibibytes(1 << 20), "How many bytes it holds.")
    public static let readLatency = Property<SimTime>(
        "read-latency", default: .zero, "Time of one read, whatever its length.")
    public static let writeLatency = Property<SimTime>(
        "write-latency", default: .zero, "Time of one write, whatever its length.")

    public static let declaration = ModuleDeclaration(
        "ram", category: "memory", summary: "Memory that is read and written",
        properties: [size.erased, readLatency.erased, writeLatency.erased],
        ports: [PortDeclaration("bus", .target, "Accesses; grants direct memory.")],
        documentation: """
            Zeroed at first. Pages that the guest does not touch cost nothing. Accesses of every width and alignment, \
            byte enables, streaming and exclusive accesses are supported; a reservation covers 64 bytes.
            """)

    public init(_ context: ModuleContext) throws(ElaborationError) {
        try super.init(
            context, size: context[Self.size].bytes, isWritable: true, readLatency: context[Self.readLatency],
            writeLatency: context[Self.writeLatency])
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        access(&transaction, delay: &delay)
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int { debugAccess(&transaction) }

    public func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory) -> Bool {
        self.grant(request, &grant)
    }

    /// A cold reset zeroes the contents; a warm one keeps them. Both drop the reservations.
    public override func reset(_ phase: ResetPhase) {
        guard case .enter(let kind) = phase else { return }
        reservations.clearAll()
        if kind == .cold { clear() }
    }

    public func saveState() -> ModuleState { ModuleState(MemoryContents(of: self)) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) { try replaceContents(state) }
}
