import TandemBus
import TandemKernel

/// The table of MSI-X vectors and their pending bits, in a region of their own: 16 bytes for each vector, accessed by
/// aligned words of 4 or 8 bytes. PCI Local Bus Specification 3.0 §6.8.2.
final class PCIMessageTable: BusTarget {
    private let count: Int
    private var bytes: [UInt8]
    private let pendingOffset: Int
    /// Called after a write.
    var changed: (SimTime) -> Void = { _ in }

    init(count: Int) {
        self.count = count
        pendingOffset = Int(Self.pendingOffset(count))
        bytes = []
        reset()
    }

    /// Where the pending bits begin: behind the table, on a boundary of 8 bytes, which 16 bytes a vector always are.
    static func pendingOffset(_ count: Int) -> UInt64 { UInt64(count) * 16 }

    /// Bytes of the region: a power of two, at least a page, so that it can be protected on its own.
    static func regionSize(_ count: Int) -> UInt64 {
        let end = pendingOffset(count) + UInt64(count + 63) / 64 * 8
        return max(4096, 1 << UInt64(64 - (end - 1).leadingZeroBitCount))
    }

    /// §6.8.2.9: every vector is masked.
    func reset() {
        bytes = [UInt8](repeating: 0, count: pendingOffset + (count + 63) / 64 * 8)
        for vector in 0..<count { bytes[vector * 16 + 12] = 1 }
    }

    func message(_ vector: Int) -> PCIMessage {
        PCIMessage(
            address: word(vector * 16, count: 8), data: UInt32(truncatingIfNeeded: word(vector * 16 + 8, count: 4)))
    }

    func isMasked(_ vector: Int) -> Bool { bytes[vector * 16 + 12] & 1 != 0 }

    func setPending(_ vector: Int, _ isPending: Bool) {
        let bit = UInt8(1) << UInt8(vector & 7)
        let place = pendingOffset + vector >> 3
        bytes[place] = isPending ? bytes[place] | bit : bytes[place] & ~bit
    }

    private func word(_ offset: Int, count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64($1 * 8) }
    }

    // MARK: Accesses

    func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        let size = transaction.count
        guard transaction.isPlain, size == 4 || size == 8, transaction.address % UInt64(size) == 0 else {
            transaction.response = .burstError
            return
        }
        transaction.response = .ok
        switch transaction.command {
        case .read: _ = copy(&transaction)
        case .write:
            for index in 0..<size {
                let place = Int(transaction.address) + index
                guard place < pendingOffset else { break }
                let byte = (transaction.data + index).load(as: UInt8.self)
                switch place & 15 {
                case 0: bytes[place] = byte & ~3
                case 12: bytes[place] = byte & 1
                case 13...15: break
                default: bytes[place] = byte
                }
            }
            changed(delay)
        case .ignore: break
        }
    }

    func debugTransport(_ transaction: inout Transaction) -> Int {
        guard transaction.command == .read else { return 0 }
        return copy(&transaction)
    }

    /// Reads; what is behind the pending bits is zero.
    private func copy(_ transaction: inout Transaction) -> Int {
        for index in 0..<transaction.count {
            let place = Int(transaction.address) + index
            transaction.data.storeBytes(
                of: place < bytes.count ? bytes[place] : 0, toByteOffset: index, as: UInt8.self)
        }
        return transaction.count
    }

    // MARK: Snapshot

    var contents: [UInt8] { bytes }

    func restore(_ contents: [UInt8]) -> Bool {
        guard contents.count == bytes.count else { return false }
        bytes = contents
        for vector in 0..<count {
            bytes[vector * 16] &= ~3
            bytes[vector * 16 + 12] &= 1
            for index in 13...15 { bytes[vector * 16 + index] = 0 }
        }
        return true
    }
}
