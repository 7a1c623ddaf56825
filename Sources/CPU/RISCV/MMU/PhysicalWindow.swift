import TandemBus

/// A range of whole pages for which everything that decides about an access is the same: the grant or its absence, and
/// the rule of physical memory protection. Asked before PMP entries and grants are searched.
struct PhysicalWindow {
    /// Inclusive; empty (`first > last`) at the beginning.
    var first: UInt64 = 1
    var last: UInt64 = 0
    /// Index of the grant, or −1.
    var grant = -1
    /// Host address minus physical address, wrapping, where there is a grant.
    var addend: UInt64 = 0
    /// What PMP lets S and U do, and M: bit 0 read, bit 1 write, bit 2 execute (Priv. spec §3.7.1.1).
    var rights = PMPRights()
    /// Where walks through this range are counted.
    var walkCell: UnsafeMutablePointer<TrafficCell>?
    var readLatency: Int64 = 0

    @inline(__always)
    func contains(_ physical: UInt64) -> Bool { physical >= first && physical <= last }

    @inline(__always)
    func allows(_ access: MemoryAccess, _ privilege: Privilege) -> Bool {
        (privilege == .machine ? rights.machine : rights.lower) & access.right != 0
    }
}

/// What physical memory protection allows in a range, by privilege.
struct PMPRights {
    var lower: UInt8 = 0
    var machine: UInt8 = 7
}

extension MemoryAccess {
    /// The bit of the right that the access needs.
    var right: UInt8 {
        switch self {
        case .fetch: 4
        case .load: 1
        case .store: 2
        }
    }
}
