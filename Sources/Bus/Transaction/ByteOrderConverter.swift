public import TandemKernel

/// For an initiator whose byte order is not the host's. On the bus, bytes of a word stand in the host's order (IEEE
/// 1666-2023 §14.18): such an initiator's byte at address *a* travels in the lane *a* xor (word size − 1) of the word. The
/// converter stands on the initiator's side; targets and routers know nothing of it.
///
/// ```
/// initiator, big-endian words of 4      0  1  2  3 │ 4  5  6  7
/// bus, little-endian host               3  2  1  0 │ 7  6  5  4
/// ```
/// It carries one access at a time, and allocates only for one that is longer than all before.
public final class ByteOrderConverter {
    /// Bytes of a bus word.
    public let wordSize: Int
    // SAFETY: both are allocated here and in `reserve`, and freed there and in `deinit`.
    private var data: UnsafeMutableRawPointer
    private var enables: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var original: Original?

    /// What the initiator had said.
    private struct Original {
        var address: UInt64
        var data: UnsafeMutableRawPointer
        var count: Int
        var byteEnables: UnsafePointer<UInt8>?
        var byteEnableCount: Int
        var streamingWidth: Int
    }

    /// - Parameter wordSize: bytes of a bus word, a power of two from 1 to 64.
    public init(wordSize: Int) {
        precondition(
            wordSize > 0 && wordSize <= 64 && wordSize & (wordSize - 1) == 0,
            "A bus word has a power of two of bytes, from 1 to 64.")
        self.wordSize = wordSize
        capacity = 2 * wordSize
        data = .allocate(byteCount: capacity, alignment: 16)
        enables = .allocate(capacity: capacity)
    }

    deinit {
        data.deallocate()
        enables.deallocate()
    }

    /// Makes the access in host order, and gives the initiator its bytes back. An access that streams is made window by
    /// window; the first error ends it.
    public func transport(_ transaction: inout Transaction, through socket: InitiatorSocket, delay: inout SimTime) {
        guard transaction.streamingWidth > 0 && transaction.streamingWidth < transaction.count else {
            convert(&transaction)
            socket.transport(&transaction, delay: &delay)
            return restore(&transaction)
        }
        let whole = (data: transaction.data, count: transaction.count, width: transaction.streamingWidth)
        let enables = (pointer: transaction.byteEnables, count: transaction.byteEnableCount)
        var done = 0
        repeat {
            transaction.data = whole.data + done
            transaction.count = min(whole.width, whole.count - done)
            transaction.streamingWidth = transaction.count
            skip = done
            convert(&transaction)
            socket.transport(&transaction, delay: &delay)
            restore(&transaction)
            done += transaction.count
        } while done < whole.count && !transaction.response.isError
        skip = 0
        (transaction.data, transaction.count, transaction.streamingWidth) = whole
        (transaction.byteEnables, transaction.byteEnableCount) = enables
    }

    /// How many byte enables belong to windows that are through.
    private var skip = 0

    /// Turns the access into one of whole words in host order. For phases: before BEGIN_REQ. It must not stream.
    public func convert(_ transaction: inout Transaction) {
        precondition(original == nil, "A converter carries one access at a time.")
        original = Original(
            address: transaction.address, data: transaction.data, count: transaction.count,
            byteEnables: transaction.byteEnables, byteEnableCount: transaction.byteEnableCount,
            streamingWidth: transaction.streamingWidth)
        // What is illegal stays so, and is for the target to refuse.
        guard transaction.count > 0, transaction.streamingWidth >= transaction.count, transaction.command != .ignore,
            transaction.byteEnables == nil || transaction.byteEnableCount > 0
        else { return }
        let mask = UInt64(wordSize - 1)
        let first = transaction.address & ~mask
        let size = Int((transaction.address - first + UInt64(transaction.count) + mask) & ~mask)
        reserve(size)
        enables.update(repeating: 0, count: size)
        data.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        var enabled = 0
        for index in 0..<transaction.count where isEnabled(index) {
            let place = lane(of: index, first)
            if transaction.command == .write {
                (data + place).copyMemory(from: transaction.data + index, byteCount: 1)
            }
            enables[place] = 0xff
            enabled += 1
        }
        transaction.address = first
        transaction.data = data
        transaction.count = size
        transaction.streamingWidth = size
        transaction.byteEnables = enabled == size ? nil : UnsafePointer(enables)
        transaction.byteEnableCount = enabled == size ? 0 : size
    }

    /// Gives the initiator its own view back, and the bytes of a read. For phases: when the response has begun.
    public func restore(_ transaction: inout Transaction) {
        guard let original else { return }
        if transaction.data == data && transaction.command == .read && !transaction.response.isError {
            let first = original.address & ~UInt64(wordSize - 1)
            for index in 0..<original.count where isEnabled(index) {
                (original.data + index).copyMemory(from: data + lane(of: index, first), byteCount: 1)
            }
        }
        transaction.address = original.address
        transaction.data = original.data
        transaction.count = original.count
        transaction.byteEnables = original.byteEnables
        transaction.byteEnableCount = original.byteEnableCount
        transaction.streamingWidth = original.streamingWidth
        self.original = nil
    }

    private func isEnabled(_ index: Int) -> Bool {
        guard let original, let enables = original.byteEnables else { return true }
        return enables[(skip + index) % original.byteEnableCount] != 0
    }

    private func lane(of index: Int, _ first: UInt64) -> Int {
        guard let original else { return 0 }
        return (Int(original.address - first) + index) ^ (wordSize - 1)
    }

    private func reserve(_ count: Int) {
        guard count > capacity else { return }
        data.deallocate()
        enables.deallocate()
        capacity = count
        data = .allocate(byteCount: count, alignment: 16)
        enables = .allocate(capacity: count)
    }
}
