import TandemKernel

/// What a checker remembers of one transaction on one hop.
struct CheckedTransaction {
    let generation: UInt32
    /// Which upstream it came from: exclusion holds for each of them on its own.
    let origin: UnsafeMutableRawPointer
    /// Who takes backward phases behind a checker at a target's socket.
    var behind: Unmanaged<BackwardSeat>?
    /// The last phase of the base protocol that passed.
    var phase = Phase.beginRequest
    var isCompleted = false
    /// When the last phase takes effect.
    var effective: UInt64
    var response = Response.incomplete
    let attributes: CheckedAttributes
}

/// What nobody but the initiator may change, as it was when the transaction began.
struct CheckedAttributes {
    let command: Command
    let address: UInt64
    let data: UnsafeMutableRawPointer
    let count: Int
    let byteEnables: UnsafePointer<UInt8>?
    let byteEnableCount: Int
    let streamingWidth: Int
    private let dataSum: UInt64
    private let enableSum: UInt64

    init(_ transaction: borrowing Transaction) {
        command = transaction.command
        address = transaction.address
        data = transaction.data
        count = transaction.count
        byteEnables = transaction.byteEnables
        byteEnableCount = transaction.byteEnableCount
        streamingWidth = transaction.streamingWidth
        dataSum = Self.sum(ofDataOf: transaction)
        enableSum = Self.sum(ofEnablesOf: transaction)
    }

    /// The name of the first attribute that is no longer what it was; nil if all are.
    func changed(in transaction: borrowing Transaction, exceptAddress: Bool) -> String? {
        if transaction.command != command { return "the command" }
        if transaction.data != data { return "the data pointer" }
        if transaction.count != count { return "the length" }
        if transaction.byteEnables != byteEnables { return "the byte-enable pointer" }
        if transaction.byteEnableCount != byteEnableCount { return "the byte-enable length" }
        if transaction.streamingWidth != streamingWidth { return "the streaming width" }
        if !exceptAddress && transaction.address != address { return "the address" }
        return nil
    }

    /// Whether the bytes of a write, or the byte enables, are no longer what they were. The pointers must not have changed.
    func changedBytes(in transaction: borrowing Transaction) -> String? {
        if command == .write && Self.sum(ofDataOf: transaction) != dataSum { return "the data of a write" }
        if Self.sum(ofEnablesOf: transaction) != enableSum { return "the byte enables" }
        return nil
    }

    private static func sum(ofDataOf transaction: borrowing Transaction) -> UInt64 {
        guard transaction.command == .write && transaction.hasData && transaction.count > 0 else { return 0 }
        return sum(UnsafeRawBufferPointer(start: transaction.data, count: transaction.count))
    }

    private static func sum(ofEnablesOf transaction: borrowing Transaction) -> UInt64 {
        guard let enables = transaction.byteEnables, transaction.byteEnableCount > 0 else { return 0 }
        return sum(UnsafeRawBufferPointer(start: enables, count: transaction.byteEnableCount))
    }

    /// FNV-1a.
    private static func sum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
