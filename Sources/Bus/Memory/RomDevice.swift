public import TandemKernel

/// A memory that is read directly, as a ROM is, and written as a device: every write is a command to the device, which may
/// also take over the reads, and which changes the contents by `load`. A flash memory is one. Devices are subclasses.
open class RomDevice: Memory, BusTarget {
    /// Whether reads go to the contents. While they do, direct memory is granted for reading.
    public final private(set) var readsContents = true

    /// A module that is a ROM device, whose contents are zeros at first.
    public init(
        _ context: ModuleContext, size: ByteSize, readLatency: SimTime = .zero, writeLatency: SimTime = .zero
    ) throws(ElaborationError) {
        try super.init(
            context, size: size.bytes, isWritable: false, readLatency: readLatency, writeLatency: writeLatency,
            servesDirectly: false)
        bus.serve(self)
    }

    // MARK: To override

    /// Serves a write, and a read while reads go to the device, and sets the response. `transaction.address` counts from
    /// the start of the memory; the latency has been added to the delay.
    open func serve(_ transaction: inout Transaction, delay: inout SimTime) {
        transaction.response = .commandError
    }

    /// Debuggers or a restore have changed bytes. What the device changes by itself it is not told of.
    open func contentsChanged(_ range: Range<UInt64>) {}

    /// What a snapshot holds besides the contents and who serves the reads: registers, what is under way.
    open func saveDevice() -> ModuleState { .stateless }

    /// Takes over what `saveDevice` gave.
    open func restoreDevice(_ state: ModuleState) throws(SnapshotError) {}

    // MARK: For the device

    /// Lets reads go to the contents, or to `serve`. Grants of direct memory end when it changes.
    public final func setReadsContents(_ readsContents: Bool) {
        guard readsContents != self.readsContents else { return }
        self.readsContents = readsContents
        bus.invalidateDirectMemory(range: 0...size - 1)
    }

    // MARK: Accesses

    public final func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        if readsContents, transaction.command == .read { return access(&transaction, delay: &delay) }
        guard transaction.command != .ignore else {
            transaction.response = .ok
            return
        }
        guard transaction.count > 0, transaction.isPlain else {
            transaction.response = transaction.byteEnables == nil ? .burstError : .byteEnableError
            return
        }
        guard contains(transaction.address, count: transaction.count) else {
            transaction.response = .addressError
            return
        }
        // A device holds no reservations.
        guard !transaction.attributes.isExclusive else {
            transaction.response = .commandError
            return
        }
        delay += transaction.command == .read ? readLatency : writeLatency
        serve(&transaction, delay: &delay)
    }

    /// Debuggers see and change the contents, whatever the device is doing.
    public final func debugTransport(_ transaction: inout Transaction) -> Int {
        let count = debugAccess(&transaction)
        if transaction.command == .write, count > 0 {
            contentsChanged(transaction.address..<transaction.address + UInt64(count))
        }
        return count
    }

    public final func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory) -> Bool {
        readsContents && self.grant(request, &grant)
    }

    // MARK: Snapshot

    public final func saveState() -> ModuleState {
        ModuleState(
            RomDeviceState(readsContents: readsContents, device: saveDevice(), contents: MemoryContents(of: self)))
    }

    public final func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: RomDeviceState.self, at: path)
        try restoreDevice(state.device)
        try replaceContents(state.contents)
        contentsChanged(0..<size)
        setReadsContents(state.readsContents)
    }
}

/// The state of a ROM device.
private struct RomDeviceState: SnapshotPayload {
    static var schema: SnapshotSchema { SnapshotSchema("rom-device") }

    var readsContents: Bool
    var device: ModuleState
    var contents: MemoryContents

    init(readsContents: Bool, device: ModuleState, contents: MemoryContents) {
        self.readsContents = readsContents
        self.device = device
        self.contents = contents
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(readsContents)
        device.encode(to: &writer)
        writer.write(contents)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        readsContents = try reader.read()
        device = try ModuleState(from: &reader)
        contents = try reader.read()
    }
}
