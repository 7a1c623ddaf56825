extension Array {
    /// Where the element called `name` stands in this array, which is in the order of the names of its elements, or where it
    /// would stand; and whether it is there.
    func place(of name: String, by nameOf: (Element) -> String) -> (index: Int, isThere: Bool) {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            let other = nameOf(self[middle])
            if other == name { return (middle, true) }
            if other < name { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }

    /// Puts `element` to its place in this array, which is in the order of the names of its elements; one of the same name
    /// makes room for it.
    public mutating func place(_ element: Element, by nameOf: (Element) -> String) {
        let (index, isThere) = place(of: nameOf(element), by: nameOf)
        if isThere { self[index] = element } else { insert(element, at: index) }
    }
}
