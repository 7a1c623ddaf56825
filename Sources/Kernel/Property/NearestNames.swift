extension Sequence where Element == String {
    /// The names closest to `name` by edit distance, best first, at most three, for "did you mean"; empty when none is
    /// close. The order of equally close names is theirs.
    public func nearest(to name: String) -> [String] {
        // A third of the letters wrong is still a typing error; more is another word.
        let limit = Swift.max(1, (name.utf8.count + 1) / 3)
        var found: [(distance: Int, name: String)] = []
        for candidate in self {
            let distance = editDistance(Array(candidate.lowercased().utf8), Array(name.lowercased().utf8))
            let isPrefix = !name.isEmpty && candidate.lowercased().hasPrefix(name.lowercased())
            guard distance <= limit || isPrefix else { continue }
            let rank = Swift.min(distance, isPrefix ? 1 : distance)
            let index = found.firstIndex { $0.distance > rank } ?? found.endIndex
            found.insert((rank, candidate), at: index)
        }
        return found.prefix(3).map(\.name)
    }
}

/// Insertions, deletions, substitutions and exchanges of neighbours that turn `left` into `right`.
func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    if left.isEmpty || right.isEmpty { return Swift.max(left.count, right.count) }
    var older = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    var current = older
    for row in 1...left.count {
        current[0] = row
        for column in 1...right.count {
            let isSame = left[row - 1] == right[column - 1]
            var cost = Swift.min(
                previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (isSame ? 0 : 1))
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                cost = Swift.min(cost, older[column - 2] + 1)
            }
            current[column] = cost
        }
        (older, previous, current) = (previous, current, older)
    }
    return previous[right.count]
}
