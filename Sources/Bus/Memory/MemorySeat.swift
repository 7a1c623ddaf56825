internal import TandemKernel

/// The seat of a memory: plain accesses of 4 and 8 bytes that nobody watches are served here and now, which is most of
/// all traffic. Everything else is left to `Memory.access`, which also serves those and must not differ.
///
/// What an access needs stands in the seat itself, and a plain one makes no call, so that it saves no registers.
final class MemorySeat: BusServer {
    private let base: UnsafeMutableRawPointer
    /// Offsets below it are at least 8 bytes away from the end.
    private let readEnd: UInt64
    /// The same for writes; zero in a memory that is only read, or whose writes must be told to somebody. Read and
    /// written in steps that nothing can come between.
    @exclusivity(unchecked) private var writeEnd: UInt64
    private let readLatency: SimTime
    private let writeLatency: SimTime
    private let target: TargetID
    // SAFETY: the memory owns its socket, which owns the seat.
    private let memory: Unmanaged<Memory>
    /// The grant of the whole memory, copied at once.
    private let grant: DirectMemory

    init(_ memory: Memory) {
        base = memory.base
        readEnd = memory.size >= 8 ? memory.size - 7 : 0
        writeEnd = memory.isWritable ? readEnd : 0
        readLatency = memory.readLatency
        writeLatency = memory.writeLatency
        target = memory.bus.id
        self.memory = .passUnretained(memory)
        var grant = DirectMemory()
        _ = memory.grant(DirectMemoryRequest(address: 0, command: .read, attributes: Attributes()), &grant)
        grant.target = memory.bus.id
        self.grant = grant
    }

    /// Somebody wants to be told of writes now, or nobody any more.
    func setWatched(_ isWatched: Bool) { writeEnd = isWatched || !grant.allowsWrite ? 0 : readEnd }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        let offset = transaction.address
        let cell = base + Int(truncatingIfNeeded: offset)
        transaction.target = target
        if shape == .write(4) {
            guard offset < writeEnd else { return serveSpecially(&transaction, &delay) }
            cell.storeBytes(of: transaction.data.loadUnaligned(as: UInt32.self), as: UInt32.self)
            delay += writeLatency
        } else if shape == .read(4) {
            guard offset < readEnd else { return serveSpecially(&transaction, &delay) }
            transaction.data.storeBytes(of: cell.loadUnaligned(as: UInt32.self), as: UInt32.self)
            delay += readLatency
        } else if shape == .write(8) {
            guard offset < writeEnd else { return serveSpecially(&transaction, &delay) }
            cell.storeBytes(of: transaction.data.loadUnaligned(as: UInt64.self), as: UInt64.self)
            delay += writeLatency
        } else if shape == .read(8) {
            guard offset < readEnd else { return serveSpecially(&transaction, &delay) }
            transaction.data.storeBytes(of: cell.loadUnaligned(as: UInt64.self), as: UInt64.self)
            delay += readLatency
        } else {
            return serveSpecially(&transaction, &delay)
        }
        transaction.allowsDirectMemory = true
        transaction.response = .ok
    }

    @inline(never) private func serveSpecially(_ transaction: inout Transaction, _ delay: inout SimTime) {
        memory._withUnsafeGuaranteedRef { $0.access(&transaction, delay: &delay) }
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int {
        transaction.target = target
        return memory._withUnsafeGuaranteedRef { $0.debugAccess(&transaction) }
    }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool {
        guard address <= self.grant.end else { return false }
        grant = self.grant
        return true
    }
}
