/// One allocation of a head and of elements behind it: what a channel works on stands together.
@usableFromInline struct TrailingMemory<Head, Element> {
    /// The first byte; what is deallocated, as raw memory. Not initialised.
    let head: UnsafeMutablePointer<Head>
    /// The elements. Not initialised.
    let tail: UnsafeMutablePointer<Element>

    /// How far behind the head the elements begin.
    @inlinable static var offset: Int {
        let mask = MemoryLayout<Element>.alignment - 1
        return (MemoryLayout<Head>.size + mask) & ~mask
    }

    /// The elements behind `head`.
    @inlinable static func tail(of head: UnsafeMutablePointer<Head>) -> UnsafeMutablePointer<Element> {
        (UnsafeMutableRawPointer(head) + offset).assumingMemoryBound(to: Element.self)
    }

    /// Memory for a head and `count` elements.
    init(count: Int) {
        let alignment = max(MemoryLayout<Head>.alignment, MemoryLayout<Element>.alignment)
        let offset = Self.offset
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: offset + MemoryLayout<Element>.stride * count, alignment: alignment)
        head = memory.bindMemory(to: Head.self, capacity: 1)
        tail = (memory + offset).bindMemory(to: Element.self, capacity: count)
    }
}
