import Tandem

/// A custom target: adds up what is written to it.
///
/// | offset | register | access |
/// |---|---|---|
/// | 0 | ADD: the value is added to the sum | write, 32 bits |
/// | 4 | COUNT: how many values were added | read, 32 bits |
/// | 8 | SUM | read, 64 bits |
final class Accumulator: Module, BusTarget {
    let bus: TargetSocket
    private(set) var sum: UInt64 = 0
    private(set) var count: UInt32 = 0

    override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context)
        super.init(context)
        bus.serve(self)
    }

    func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        delay += .nanoseconds(20)
        transaction.response = serve(&transaction)
    }

    private func serve(_ transaction: inout Transaction) -> Response {
        guard transaction.isPlain else { return .burstError }
        switch (transaction.address, transaction.command, transaction.count) {
        case (0, .write, 4):
            sum += UInt64(transaction.data.loadUnaligned(as: UInt32.self))
            count += 1
        case (4, .read, 4): transaction.data.storeBytes(of: count, as: UInt32.self)
        case (8, .read, 8): transaction.data.storeBytes(of: sum, as: UInt64.self)
        case (0, .read, _), (4, .write, _), (8, .write, _): return .commandError
        case (0, _, _), (4, _, _), (8, _, _): return .burstError
        default: return .addressError
        }
        return .ok
    }

    /// Reading has no side effects here, so a debugger may read as anybody else.
    func debugTransport(_ transaction: inout Transaction) -> Int {
        guard transaction.command == .read else { return 0 }
        return serve(&transaction) == .ok ? transaction.count : 0
    }
}
