extension Sequence {
    /// The elements of the greatest weight, the heaviest first; of equal ones the first. All of them without a limit.
    public func heaviest(_ most: Int? = nil, by weight: (Element) -> some Comparable) -> [Element] {
        let weighed = enumerated().map { (index: $0, weight: weight($1), element: $1) }
        let sorted = weighed.sorted { ($1.weight, $0.index) < ($0.weight, $1.index) }.map(\.element)
        return most.map { Array(sorted.prefix($0)) } ?? sorted
    }
}
