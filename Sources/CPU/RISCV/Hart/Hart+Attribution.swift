import TandemBus
import TandemKernel

/// Work by function and by process, while somebody wants to know (`HartAttribution`).
extension Hart {
    /// What each function of the guest did here since it is measured, by address.
    public var functionRecords: [FunctionRecord] {
        foldTraffic()
        return attribution?.functionRecords(of: path) ?? []
    }

    /// What was done in each address space here since it is measured.
    public var processRecords: [ProcessRecord] {
        foldTraffic()
        return attribution?.processRecords(of: path, configuration.xlen) ?? []
    }

    /// `satp` may be another one than when the last block began: what was done until now is told before that counts.
    func noteProcess() {
        guard let attribution = access.pointee.attribution?.takeUnretainedValue(),
            attribution.leaves(privileged.translation)
        else { return }
        foldTraffic()
        attribution.enter(privileged.translation)
    }

    /// What one execution of a block does, by function; nothing while nobody wants to know.
    func shares(
        of boundaries: UnsafeMutablePointer<BlockBoundary>, count: Int, pc: UInt64, mode: UInt32
    ) -> (shares: UnsafeMutablePointer<WorkShare>?, count: UInt32) {
        guard let attribution = access.pointee.attribution?.takeUnretainedValue() else { return (nil, 0) }
        findShares(boundaries, count, pc, mode, attribution)
        let shares = blocks.allocate(WorkShare.self, count: foundShares.count)
        for (index, share) in foundShares.enumerated() { (shares + index).initialize(to: share) }
        return (shares, UInt32(foundShares.count))
    }

    private func findShares(
        _ boundaries: UnsafeMutablePointer<BlockBoundary>, _ count: Int, _ pc: UInt64, _ mode: UInt32,
        _ attribution: HartAttribution
    ) {
        foundShares.removeAll(keepingCapacity: true)
        for index in 0..<count {
            let address = wrapped(pc &+ UInt64(bitPattern: Int64(boundaries[index].pcOffset)))
            let function = attribution.hasFunctions ? attribution.number(at: address, mode: mode, functionNames) : 0
            if foundShares.last?.function != function {
                foundShares.append(WorkShare(function: function, first: UInt16(index)))
            }
            foundShares[foundShares.count - 1].add(boundaries[index])
        }
    }

    /// The same of the block of one instruction that was fetched by transactions.
    func noteTransientShare() {
        guard let attribution = access.pointee.attribution?.takeUnretainedValue() else { return }
        let block = transient.block
        findShares(transient.boundaries, 1, block.pointee.pc, block.pointee.mode, attribution)
        transient.share.initialize(to: foundShares[0])
        block.pointee.shares = transient.share
        block.pointee.shareCount = 1
    }

    // MARK: What the tallies do not know

    /// The instruction under way makes a load or store more than its block says, or, with −1, one less.
    @inline(never)
    func attribute(isWrite: Bool, _ bytes: Int, times: Int64) {
        guard let block = state.pointee.block else { return }
        access.pointee.attribution?._withUnsafeGuaranteedRef {
            $0.add(isWrite: isWrite, bytes: bytes, times: times, by: accessIndex, of: block)
        }
    }

    /// The instruction under way has made an access by a transaction, which took so many picoseconds.
    @inline(never)
    func attribute(_ transaction: borrowing Transaction, latency: UInt64) {
        guard let block = state.pointee.block, !transaction.attributes.isPageWalk,
            !(transaction.attributes.isExclusive && transaction.exclusiveFailed),
            let meter = access.pointee.meter
        else { return }
        let bytes = transaction.response.isError ? 0 : transaction.count
        let isMemory = meter._withUnsafeGuaranteedRef { $0.link(to: transaction.target).pointee.isMemory }
        access.pointee.attribution?._withUnsafeGuaranteedRef {
            $0.add(isWrite: transaction.command == .write, bytes: bytes, times: 1, by: accessIndex, of: block)
            if !isMemory { $0.addDevice(latency: latency, by: accessIndex, of: block) }
        }
    }
}
