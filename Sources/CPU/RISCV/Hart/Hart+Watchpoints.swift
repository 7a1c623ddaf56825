/// A range of virtual addresses that a debugger watches.
public struct HartWatchpoint: Equatable, Sendable {
    /// Which accesses count.
    public enum Kind: Sendable {
        case write, read, access

        func covers(_ access: MemoryAccess) -> Bool {
            switch self {
            case .write: access == .store
            case .read: access == .load
            case .access: true
            }
        }
    }

    public var address: UInt64
    /// Bytes, at least one.
    public var count: UInt64
    public var kind: Kind

    public init(_ address: UInt64, count: UInt64, _ kind: Kind) {
        self.address = address
        self.count = max(1, count)
        self.kind = kind
    }

    /// The first byte of an access that is watched.
    func hit(by access: MemoryAccess, at start: UInt64, count length: Int) -> UInt64? {
        guard kind.covers(access) else { return nil }
        // Differences wrap around as addresses do.
        if start &- address < count { return start }
        return address &- start < UInt64(length) ? address : nil
    }

    /// Whether part of it stands in the page that begins at an address.
    func touches(page: UInt64) -> Bool { address &- page < 4096 || page &- address < count }
}

/// Watchpoints: an instruction stops before it accesses a watched address.
///
/// The translations of watched pages bear a flag, so that their accesses take the slow path, in both engines; accesses to
/// other pages do not know of it. Machine mode without protection, which reaches main memory without translations, uses
/// them while something is watched. No translation goes or comes: page walks are those of a run that nobody watches.
extension Hart {
    /// Stops the hart before accesses to a range.
    public func addWatchpoint(_ watchpoint: HartWatchpoint) {
        watchpoints.append(watchpoint)
        changeDebugging()
    }

    /// Takes away one watchpoint that equals this.
    public func removeWatchpoint(_ watchpoint: HartWatchpoint) {
        if let index = watchpoints.firstIndex(of: watchpoint) { watchpoints.remove(at: index) }
        changeDebugging()
    }

    func isWatched(virtualPage: UInt64) -> Bool { watchpoints.contains { $0.touches(page: virtualPage) } }

    /// Gives the translations of watched pages their flag, and takes it from others.
    func renewWatchpoints() {
        let isWatched = !watchpoints.isEmpty
        guard isWatched || access.pointee.isWatched else { return }
        access.pointee.isWatched = isWatched
        let home = homeGrant
        tlb.forEachEntry { entry in
            if self.isWatched(virtualPage: entry.pointee.page) {
                entry.pointee.watch()
            } else if (entry.pointee.readTag | entry.pointee.writeTag) & TLBEntry.watched != 0 {
                entry.pointee.unwatch(home: home)
            }
        }
        modeChanged()
    }

    /// Whether an access stops the hart before its instruction; then that is left as if it had trapped.
    func stopsBefore(_ access: MemoryAccess, _ address: UInt64, count: Int) -> Bool {
        guard self.access.pointee.skippedWatch != retired(before: accessIndex) else { return false }
        for watchpoint in watchpoints {
            guard let hit = watchpoint.hit(by: access, at: address, count: count) else { continue }
            watchHit = (hit, watchpoint.kind)
            self.access.pointee.stopsBeforeAccess = true
            state.pointee.exitRequest = ExitRequest.trap
            return true
        }
        return false
    }
}
