public import TandemBus
public import TandemKernel

/// An access as a target saw it.
public struct RecordedAccess: Equatable, Sendable {
    public var command: Command
    /// In the target's own addresses.
    public var address: UInt64
    /// What was written; zeros of a read.
    public var bytes: [UInt8]
    public var attributes: Attributes
    /// Now + delay.
    public var time: SimTime
}

/// A target that remembers what it was asked and answers as it is told.
public final class RecordingTarget: Module, BusTarget {
    public let bus: TargetSocket
    public private(set) var accesses: [RecordedAccess] = []
    /// What it answers.
    public var response = Response.ok
    /// What it adds to the delay of each access.
    public var latency = SimTime.zero
    /// The byte that reads give.
    public var fill: UInt8 = 0

    public override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context)
        super.init(context)
        bus.serve(self)
    }

    public func clear() { accesses = [] }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        let bytes =
            transaction.command == .write
            ? Array(UnsafeRawBufferPointer(start: transaction.data, count: transaction.count))
            : [UInt8](repeating: 0, count: transaction.count)
        accesses.append(
            RecordedAccess(
                command: transaction.command, address: transaction.address, bytes: bytes,
                attributes: transaction.attributes, time: now + delay))
        if transaction.command == .read {
            transaction.data.initializeMemory(as: UInt8.self, repeating: fill, count: transaction.count)
        }
        delay += latency
        transaction.response = response
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        guard transaction.command == .read else { return 0 }
        transaction.data.initializeMemory(as: UInt8.self, repeating: fill, count: transaction.count)
        return transaction.count
    }
}
