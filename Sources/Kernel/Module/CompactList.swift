/// A list of objects that has none or one most of the time: one word, and no memory of its own up to one element.
struct CompactList<Element: AnyObject>: ~Copyable {
    private final class Several {
        var elements: [Element]
        init(_ elements: [Element]) { self.elements = elements }
    }

    /// Nothing, the only element, or `Several`.
    private var storage: AnyObject?

    init() {}

    init(_ elements: [Element]) {
        if elements.count > 1 { storage = Several(elements) } else { storage = elements.first }
    }

    /// All elements, in the order in which they were put in.
    var elements: [Element] {
        guard let storage else { return [] }
        if let several = storage as? Several { return several.elements }
        return [unsafeDowncast(storage, to: Element.self)]
    }

    /// Calls `body` for each element, in the order in which they were put in.
    @inline(__always) func forEach<Failure>(_ body: (Element) throws(Failure) -> Void) throws(Failure) {
        guard let storage else { return }
        if let several = storage as? Several {
            for element in several.elements { try body(element) }
        } else {
            try body(unsafeDowncast(storage, to: Element.self))
        }
    }

    mutating func append(_ element: Element) {
        guard let storage else {
            storage = element
            return
        }
        if let several = storage as? Several {
            several.elements.append(element)
        } else {
            self.storage = Several([unsafeDowncast(storage, to: Element.self), element])
        }
    }

    mutating func removeAll() { storage = nil }
}
