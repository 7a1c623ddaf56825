/// The first part of what is left of a debug access: where it goes, in the addresses of who serves it.
struct DebugPiece {
    var address: UInt64
    /// At least one byte.
    var count: Int
    // SAFETY: whoever finds the piece holds the server's socket while it is served.
    var server: Unmanaged<BusServer>
}

extension Transaction {
    /// Serves a debug access piece by piece in ascending order, and stops at the first byte that is not moved. `piece` is
    /// given the address of the next byte and how many follow it; nothing ends the access there. Returns the bytes moved.
    mutating func serveDebugPieces(_ piece: (_ next: UInt64, _ following: UInt64) -> DebugPiece?) -> Int {
        let (address, data, count) = (self.address, self.data, self.count)
        defer {
            self.address = address
            self.data = data
            self.count = count
            streamingWidth = count
        }
        var moved = 0
        while moved < count {
            let (next, overflow) = address.addingReportingOverflow(UInt64(moved))
            guard !overflow, let part = piece(next, UInt64(count - moved) - 1) else { break }
            self.address = part.address
            self.data = data + moved
            self.count = part.count
            streamingWidth = part.count
            let done = part.server._withUnsafeGuaranteedRef { $0.debugTransport(&self) }
            moved += done
            if done < part.count { break }
        }
        return moved
    }
}
