public import TandemKernel
internal import TandemOS

/// A memory on host pages: `Ram`, `Rom`, or a `RomDevice`. Holds what they have in common: the pages, the watch on writes,
/// the reservations.
open class Memory: Module {
    /// Host address of the first byte. The pages are zero and untouched at first, and never move.
    public final let base: UnsafeMutableRawPointer
    /// In bytes.
    public final let size: UInt64
    /// Where accesses arrive.
    public final let bus: TargetSocket
    /// Pages whose writes somebody wants to see.
    public final let writeWatch: WriteWatch
    /// Who has reserved which line for exclusive accesses.
    public final let reservations: ReservationSet
    /// Time of one read and of one write, whatever their length.
    public final let readLatency: SimTime
    public final let writeLatency: SimTime

    /// See `WriteWatch.attention`.
    @usableFromInline final let attention: UnsafeMutablePointer<Int>
    final let pages: HostPages
    final let isWritable: Bool

    /// Gives huge pages of the host to what is in use densely. Changes nothing but the speed; initiators that run long call
    /// it now and then.
    public final func condense() { pages.condense() }

    /// - Parameters:
    ///   - file: what holds the contents, if they are not to be zeros of their own.
    ///   - servesDirectly: the seat at the socket is that of a plain memory.
    init(
        _ context: ModuleContext, size: UInt64, isWritable: Bool, readLatency: SimTime, writeLatency: SimTime,
        file: MemoryFile? = nil, servesDirectly: Bool = true
    ) throws(ElaborationError) {
        self.size = size
        self.isWritable = isWritable
        self.readLatency = readLatency
        self.writeLatency = writeLatency
        do throws(OSError) {
            if let file {
                pages = try HostPages(size: Int(size), file)
            } else {
                pages = try HostPages(size: Int(size))
            }
            writeWatch = try WriteWatch(size: size)
        } catch {
            throw ElaborationError(
                at: context.path, "there is no host memory for \(ByteSize(bytes: size)): \(error)",
                expected: "a smaller “size”")
        }
        base = pages.base
        attention = writeWatch.attention
        reservations = ReservationSet(writeWatch, BusDirectory.of(context.simulation))
        bus = TargetSocket("bus", context)
        super.init(context)
        guard servesDirectly else { return }
        let seat = MemorySeat(self)
        bus.seat(seat)
        writeWatch.attentionChanged = { seat.setWatched($0) }
    }

    // MARK: Writers' duties

    /// To be called after every write that did not go through a transaction, a grant's `write` or `load`: breaks the
    /// reservations of others and tells the write watch. Cheap where nobody cares.
    @inlinable @inline(__always) public final func noteWrite(offset: UInt64, count: Int, by initiator: InitiatorID) {
        guard attention.pointee != 0 else { return }
        if reservations.anyReserved || writeWatch.isWatched(offset: offset, count: count) {
            tellOfWrite(offset: offset, count: count, by: initiator)
        }
    }

    /// As `noteWrite(offset:…)`, for a host address in this memory.
    @inlinable public final func noteWrite(to pointer: UnsafeMutableRawPointer, count: Int, by initiator: InitiatorID) {
        noteWrite(offset: UInt64(bitPattern: Int64(pointer - base)), count: count, by: initiator)
    }

    @usableFromInline @inline(never) final func tellOfWrite(offset: UInt64, count: Int, by initiator: InitiatorID) {
        guard count > 0 else { return }
        reservations.breakOthers(address: offset, count: count, by: initiator)
        writeWatch.tell(offset: offset, count: count, by: initiator)
    }

    // MARK: Contents

    /// Whether all of `count` bytes from `offset` on lie in the memory.
    @inlinable public final func contains(_ offset: UInt64, count: Int) -> Bool {
        offset <= size && UInt64(truncatingIfNeeded: count) <= size - offset
    }

    /// Puts bytes into the memory, as a loader or a debugger does: without time and without counting, seen by the write
    /// watch. Writes a ROM too. All of them must fit.
    public final func load(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) {
        precondition(contains(offset, count: bytes.count), "\(path): \(bytes.count) bytes do not fit at \(offset)")
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        (base + Int(offset)).copyMemory(from: source, byteCount: bytes.count)
        noteWrite(offset: offset, count: bytes.count, by: .none)
    }

    /// As `load` from memory.
    public final func load(_ bytes: [UInt8], at offset: UInt64) { bytes.withUnsafeBytes { load($0, at: offset) } }

    /// A copy of `count` bytes, which must lie in the memory.
    public final func bytes(at offset: UInt64, count: Int) -> [UInt8] {
        precondition(contains(offset, count: count), "\(path): there are not \(count) bytes at \(offset)")
        return Array(UnsafeRawBufferPointer(start: base + Int(offset), count: count))
    }

    /// Bytes of host memory that the contents occupy: what the guest has touched.
    public final var residentBytes: UInt64 { pages.residentBytes }
}
