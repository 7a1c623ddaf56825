/// One allocation of a head and of elements behind it: what a channel works on stands together.
struct TrailingMemory<Head, Element> {
    /// The first byte; what is deallocated, as raw memory. Not initialised.
    let head: UnsafeMutablePointer<Head>
    /// The elements. Not initialised.
    let tail: UnsafeMutablePointer<Element>

    /// Memory for a head and `count` elements.
    init(count: Int) {
        let alignment = max(MemoryLayout<Head>.alignment, MemoryLayout<Element>.alignment)
        let mask = MemoryLayout<Element>.alignment - 1
        let offset = (MemoryLayout<Head>.size + mask) & ~mask
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: offset + MemoryLayout<Element>.stride * count, alignment: alignment)
        head = memory.bindMemory(to: Head.self, capacity: 1)
        tail = (memory + offset).bindMemory(to: Element.self, capacity: count)
    }
}
