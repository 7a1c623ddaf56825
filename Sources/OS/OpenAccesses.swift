/// Whether any access is open that the Swift runtime tracks on the present host thread. One load, where asking the runtime
/// to park what is open takes a call for each side of a switch.
///
/// The runtime keeps its list in thread-local storage and has no call that looks at it. So the head of the list is
/// found once in a process: an access is begun, and the word that now points to it is the head. Where none is found
/// (another runtime), every switch asks.
public struct OpenAccesses {
    private let head: UnsafePointer<UInt>?

    /// Says always that some may be open.
    public static var unknown: OpenAccesses { OpenAccesses(head: nil) }

    /// The accesses of the calling thread. Not for another one.
    public static func ofThisThread() -> OpenAccesses {
        guard let place else { return .unknown }
        var index = (place.module, place.offset)
        return withUnsafePointer(to: &index) { index in
            OpenAccesses(head: threadLocalAddress(index)?.assumingMemoryBound(to: UInt.self))
        }
    }

    @inline(__always) var areNone: Bool {
        guard let head else { return false }
        return head.pointee == 0
    }

    /// The module and the offset in its thread-local block.
    private struct Place {
        let module: Int
        let offset: Int
    }

    private static let place: Place? = find()

    /// What a search needs and finds.
    private struct Search {
        /// The address that is accessed.
        let accessed: UInt
        /// A place on the stack near that of the node of the access.
        let stack: UInt
        var place: Place?
        var count = 0
    }

    private static func find() -> Place? {
        let probe = AccessProbe()
        guard let place = find(during: &probe.value) else { return nil }
        // The word may have been something else that looked like it: then it is still there.
        var index = (place.module, place.offset)
        let head = withUnsafePointer(to: &index) { threadLocalAddress($0)?.load(as: UInt.self) }
        return withExtendedLifetime(probe) { head == 0 ? place : nil }
    }

    @inline(never) private static func find(during access: inout UInt) -> Place? {
        let search = UnsafeMutablePointer<Search>.allocate(capacity: 1)
        defer { search.deallocate() }
        let accessed = withUnsafeMutablePointer(to: &access) { UInt(bitPattern: $0) }
        var mark = 0
        let stack = withUnsafeMutablePointer(to: &mark) { UInt(bitPattern: $0) }
        search.initialize(to: Search(accessed: accessed, stack: stack))
        _ = iterateModules({ module, _, data in OpenAccesses.inspect(module, data) }, search)
        return search.pointee.count == 1 ? search.pointee.place : nil
    }

    /// Looks through the thread-local block of one module. The layout is that of `dl_phdr_info` and of ELF program headers.
    private static func inspect(_ module: UnsafeRawPointer, _ data: UnsafeMutableRawPointer?) -> Int32 {
        guard let search = data?.assumingMemoryBound(to: Search.self),
            let headers = module.load(fromByteOffset: 16, as: UnsafeRawPointer?.self),
            let block = module.load(fromByteOffset: 56, as: UnsafeRawPointer?.self)
        else { return 0 }
        for number in 0..<Int(module.load(fromByteOffset: 24, as: UInt16.self)) {
            let header = headers + number * 56
            let threadLocalSegment: UInt32 = 7
            guard header.load(as: UInt32.self) == threadLocalSegment else { continue }
            let size = Int(header.load(fromByteOffset: 40, as: UInt.self))
            let first = Int(-Int(bitPattern: block) & 7)
            for offset in stride(from: first, through: size - 8, by: 8)
            where isNode(block.load(fromByteOffset: offset, as: UInt.self), search.pointee) {
                search.pointee.place = Place(module: module.load(fromByteOffset: 48, as: Int.self), offset: offset)
                search.pointee.count += 1
            }
        }
        return 0
    }

    /// Whether `word` is the address of the access's node: it lies on this stack and begins with the address that is
    /// accessed (stdlib/public/runtime/Exclusivity.cpp).
    private static func isNode(_ word: UInt, _ search: Search) -> Bool {
        let distance = word > search.stack ? word - search.stack : search.stack - word
        guard word & 7 == 0, distance < 4096, let node = UnsafePointer<UInt>(bitPattern: word) else { return false }
        return node.pointee == search.accessed
    }
}

/// Something whose access the compiler cannot prove to be alone: that is why it is public.
public final class AccessProbe {
    /// What is accessed.
    public var value: UInt = 0
    /// A probe of one search.
    public init() {}
}

@_extern(c, "dl_iterate_phdr") private func iterateModules(
    _ body: @convention(c) (UnsafeRawPointer, Int, UnsafeMutableRawPointer?) -> Int32, _ data: UnsafeMutableRawPointer?
) -> Int32
@_extern(c, "__tls_get_addr") private func threadLocalAddress(_ index: UnsafeRawPointer) -> UnsafeRawPointer?
