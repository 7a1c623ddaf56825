import TandemKernel

/// Stands before the seat of a target and says, while an access is served, which target serves it: for another host
/// thread that looks on. Reads that compiled code does directly pass it by.
final class ServingSeat: BusServer {
    let inner: BusServer
    private let place: UnsafeMutablePointer<UInt>
    private let word: UInt

    /// - Parameter place: belongs to the directory, which outlives every socket of its simulation.
    init(_ inner: BusServer, of id: TargetID, at place: UnsafeMutablePointer<UInt>) {
        self.inner = inner
        self.place = place
        word = UInt(id.rawValue)
        super.init()
        phases = inner.phases
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        // A target may make accesses of its own meanwhile.
        let outer = place.pointee
        place.pointee = word
        inner.transport(&transaction, &delay, shape)
        place.pointee = outer
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int { inner.debugTransport(&transaction) }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool { inner.directMemory(at: address, command, attributes, &grant) }

    override func directRead(at offset: UInt64, count: Int) -> DirectRead? {
        inner.directRead(at: offset, count: count)
    }
}

extension BusDirectory {
    /// Has it written, from now on, which target serves an access: its id stands at the place that is returned, zero while
    /// none does. After elaboration, while nothing runs. Targets that may wait are left out, for others run meanwhile, and
    /// so are those that come later. Changes nothing that a guest sees.
    public func watchServing() -> UnsafePointer<UInt> {
        for target in targets { target.tellServing(at: servingPlace) }
        for initiator in initiators { initiator.routesChanged() }
        return UnsafePointer(servingPlace)
    }
}
