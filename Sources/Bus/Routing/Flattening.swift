/// A visible piece of a region.
struct VisiblePiece {
    var start: UInt64
    var end: UInt64
    /// The region, in the addresses of the map that was flattened: one of its own, or the part of a container's.
    var region: Region
}

/// Reduces regions to what is seen of them: pieces in ascending order that do not overlap. Of two regions that overlap,
/// the one of higher priority is seen. Containers are looked into by `pieces`, which gives what is seen of the inside of a
/// region, or nil for one that is no container; through their holes others are seen. Pieces that continue each other, in
/// the address space and in the target, are one.
func flatten(_ regions: [Region], _ pieces: (Region) -> [VisiblePiece]?) -> [VisiblePiece] {
    let order = regions.indices.sorted {
        (regions[$0].priority, $1) > (regions[$1].priority, $0)
    }
    var visible: [VisiblePiece] = []
    for index in order {
        let region = regions[index]
        guard let inner = pieces(region) else {
            fill(&visible, region.start, region.end, region)
            continue
        }
        let window = region.offset...region.offset + (region.size - 1)
        for piece in inner where piece.start <= window.upperBound && window.lowerBound <= piece.end {
            let (first, last) = (max(piece.start, window.lowerBound), min(piece.end, window.upperBound))
            let start = region.start + (first - region.offset)
            var leaf = piece.region
            leaf.offset = leaf.offset &+ (first &- leaf.start)
            leaf.start = start
            leaf.size = last - first + 1
            fill(&visible, start, start + (last - first), leaf)
        }
    }
    return visible.reduce(into: []) { merged, piece in
        if let last = merged.last, piece.start - last.end == 1, continues(last.region, piece.region) {
            merged[merged.count - 1].end = piece.end
        } else {
            merged.append(piece)
        }
    }
}

/// Puts a stretch of a region into the gaps between the pieces that are already there.
private func fill(_ pieces: inout [VisiblePiece], _ start: UInt64, _ end: UInt64, _ region: Region) {
    var from = start
    var position = pieces.firstIndex { $0.end >= from } ?? pieces.count
    while true {
        guard position < pieces.count, pieces[position].start <= end else {
            pieces.insert(VisiblePiece(start: from, end: end, region: region), at: position)
            break
        }
        let taken = pieces[position]
        if taken.start > from {
            pieces.insert(VisiblePiece(start: from, end: taken.start - 1, region: region), at: position)
            position += 1
        }
        guard taken.end < end else { break }
        from = taken.end + 1
        position += 1
    }
}

/// Whether both regions translate addresses in the same way to the same target.
private func continues(_ a: Region, _ b: Region) -> Bool {
    a.target === b.target && a.offset &- a.start == b.offset &- b.start && a.timing == b.timing
}
