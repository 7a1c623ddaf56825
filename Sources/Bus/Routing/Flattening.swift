/// A visible piece of a region.
struct VisiblePiece: Equatable {
    var start: UInt64
    var end: UInt64
    /// Index of the region in the list that was flattened.
    var region: Int
}

/// Reduces regions to what is seen of them: pieces in ascending order that do not overlap. Of two regions that overlap,
/// the one of higher priority is seen. Pieces that continue each other, in the address space and in the target, are one.
func flatten(_ regions: [Region]) -> [VisiblePiece] {
    let order = regions.indices.sorted {
        (regions[$0].priority, $1) > (regions[$1].priority, $0)
    }
    var pieces: [VisiblePiece] = []
    for index in order {
        var from = regions[index].start
        let end = regions[index].end
        var position = pieces.firstIndex { $0.end >= from } ?? pieces.count
        // Fills the gaps between the pieces that are already there.
        while true {
            guard position < pieces.count, pieces[position].start <= end else {
                pieces.insert(VisiblePiece(start: from, end: end, region: index), at: position)
                break
            }
            let taken = pieces[position]
            if taken.start > from {
                pieces.insert(VisiblePiece(start: from, end: taken.start - 1, region: index), at: position)
                position += 1
            }
            guard taken.end < end else { break }
            from = taken.end + 1
            position += 1
        }
    }
    return pieces.reduce(into: []) { merged, piece in
        if let last = merged.last, piece.start - last.end == 1, continues(regions[last.region], regions[piece.region]) {
            merged[merged.count - 1].end = piece.end
        } else {
            merged.append(piece)
        }
    }
}

/// Whether both regions translate addresses in the same way to the same target.
private func continues(_ a: Region, _ b: Region) -> Bool {
    a.target === b.target && a.offset &- a.start == b.offset &- b.start && a.timing == b.timing
}
