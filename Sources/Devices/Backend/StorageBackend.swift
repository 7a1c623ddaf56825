public import TandemKernel

/// Where the contents of a non-volatile memory are kept beyond a run. Consumed by memories, provided by the host's side.
///
/// Called on the simulation's thread only.
public protocol StorageBackend: AnyObject {
    /// Keeps bytes that have changed, from `offset` on. What cannot be kept is the back-end's to report.
    func store(_ bytes: ArraySlice<UInt8>, at offset: Int)
}

/// What a file means to a non-volatile memory.
public enum StorageMode: String, PropertyChoice {
    /// It holds the first contents, and is left as it is.
    case read
    /// It holds the first contents if it is there, is made if not, and follows every change.
    case write
}

/// A module with contents that survive switching off, and may come from a file and go to it.
public protocol StorageOwner: Module {
    /// The file's name; empty for none.
    var storageFile: String { get }
    var storageMode: StorageMode { get }
    /// Bytes that it holds.
    var storageSize: Int { get }
    /// The contents.
    var storage: [UInt8] { get }

    /// Takes over first contents, as many bytes as it holds or fewer, and whoever keeps them. Before the first event.
    func connectStorage(_ contents: [UInt8], _ backend: (any StorageBackend)?)
}

/// The contents of a non-volatile memory, and who keeps them.
struct StoredBytes {
    private(set) var bytes: [UInt8]
    var backend: (any StorageBackend)?

    /// Erased memory: all ones.
    init(size: Int) { bytes = Array(repeating: 0xff, count: size) }

    subscript(_ address: Int) -> UInt8 { bytes[address] }

    /// First contents; what is behind them is erased.
    mutating func load(_ contents: [UInt8]) {
        precondition(contents.count <= bytes.count, "The contents are larger than the memory.")
        let size = bytes.count
        bytes = contents + Array(repeating: 0xff, count: size - contents.count)
    }

    /// Replaces the bytes from `address` on.
    mutating func write(_ new: some Collection<UInt8>, at address: Int) {
        bytes.replaceSubrange(address..<address + new.count, with: new)
        backend?.store(bytes[address..<address + new.count], at: address)
    }

    /// Changes each of the bytes of a range.
    mutating func update(_ range: Range<Int>, _ change: (Int, UInt8) -> UInt8) {
        for address in range { bytes[address] = change(address, bytes[address]) }
        backend?.store(bytes[range], at: range.lowerBound)
    }

    /// Takes over the contents of a snapshot.
    mutating func restore(_ contents: [UInt8], of path: String) throws(SnapshotError) {
        guard contents.count == bytes.count else {
            throw .mismatch(at: path, "bytes", saved: contents.count, here: bytes.count)
        }
        bytes = contents
        backend?.store(bytes[...], at: 0)
    }
}
