/// The contents of an image file, held in memory or mapped, with the name that messages call it by.
///
/// Reads are bounds-checked: outside of the contents there is nothing.
public final class ImageBytes {
    /// The path that the user gave.
    public let name: String
    /// The contents. Valid as long as this object is.
    public let contents: UnsafeRawBufferPointer
    private let release: () -> Void
    private let setAside: () -> Void

    /// A copy of `bytes`.
    public init(_ bytes: [UInt8], name: String) {
        self.name = name
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
        copy.copyBytes(from: bytes)
        contents = UnsafeRawBufferPointer(copy)
        release = { copy.deallocate() }
        setAside = {}
    }

    /// Contents that somebody else holds until `release` is called.
    /// - Parameter setAside: gives back the host memory that the contents can be read into again.
    public init(
        mapped contents: UnsafeRawBufferPointer, name: String, setAside: @escaping () -> Void = {},
        release: @escaping () -> Void
    ) {
        self.name = name
        self.contents = contents
        self.setAside = setAside
        self.release = release
    }

    /// The contents will not be read for a while: after they were loaded, until the guest restarts.
    public func rest() { setAside() }

    deinit { release() }

    public var count: Int { contents.count }

    /// The integer at `offset`, or nothing where it would leave the contents.
    func integer<T: FixedWidthInteger>(_ type: T.Type, at offset: UInt64, bigEndian: Bool = false) -> T? {
        let size = UInt64(MemoryLayout<T>.size)
        guard UInt64(count) >= size, offset <= UInt64(count) - size else { return nil }
        // SAFETY: the guard keeps the whole integer inside of the contents.
        let raw = contents.loadUnaligned(fromByteOffset: Int(offset), as: T.self)
        return bigEndian ? T(bigEndian: raw) : T(littleEndian: raw)
    }

    /// The bytes from `offset` on, or nothing where they would leave the contents.
    func slice(at offset: UInt64, count length: UInt64) -> UnsafeRawBufferPointer? {
        guard offset <= UInt64(count), length <= UInt64(count) - offset else { return nil }
        return UnsafeRawBufferPointer(rebasing: contents[Int(offset)..<Int(offset + length)])
    }

    /// The NUL-terminated text at `offset` within `limit` bytes of `start`; nothing where it does not end there.
    func text(at offset: UInt64, start: UInt64, limit: UInt64) -> String? {
        guard offset < limit, let bytes = slice(at: start, count: limit) else { return nil }
        let rest = bytes[Int(offset)...]
        guard let end = rest.firstIndex(of: 0) else { return nil }
        return String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
    }
}
