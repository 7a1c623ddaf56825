/// Which address space of a bus a region is in, and how many bits its address has.
public enum PCISpace: String, Sendable {
    case memory32
    case memory64
    case io
}

/// A region that software places by a base address register. PCI Local Bus Specification 3.0 §6.2.5.
public struct PCIRegion: Equatable, Sendable {
    /// Which base address register, 0 to 5; one of 64 bits takes the next one too.
    public var index: Int
    public var space: PCISpace
    /// Bytes: a power of two, at least 16 in memory and 4 in the port space.
    public var size: UInt64
    /// Reading has no side effects and writes may be merged.
    public var isPrefetchable: Bool

    public init(_ index: Int, _ space: PCISpace, size: UInt64, isPrefetchable: Bool = false) {
        self.index = index
        self.space = space
        self.size = size
        self.isPrefetchable = isPrefetchable
    }
}

/// Which kind of function the PCI Express capability describes. PCI Express Base Specification 4.0 §7.5.3.2.
public enum PCIExpressKind: UInt8, Sendable {
    case endpoint = 0
    case rootPort = 4
    case integratedEndpoint = 9
}

/// A structure in the list that begins at offset 0x34.
public enum PCICapability: Equatable, Sendable {
    /// D0 and D3hot; the state survives D3hot. PCI Bus Power Management Interface Specification 1.2 §3.
    case powerManagement
    /// Message signaled interrupts, with 64-bit addresses and a mask for each. PCI 3.0 §6.8.1.
    /// - Parameter vectors: 1, 2, 4, 8, 16 or 32.
    case messages(vectors: Int)
    /// MSI-X; the table and the pending bits have a memory region of their own. PCI 3.0 §6.8.2.
    /// - Parameters:
    ///   - vectors: 1 to 2048.
    ///   - region: the index of that region.
    case extendedMessages(vectors: Int, region: Int)
    /// PCI Express Base Specification 4.0 §7.5.3; the configuration space then has 4096 bytes.
    /// - Parameter slot: the number of the slot of a port, 0 to 8191; nothing for none.
    case express(PCIExpressKind, slot: UInt16? = nil)
    /// Something of the vendor's own: the bytes after the length.
    case vendorSpecific([UInt8])
}

/// What a PCI function says about itself, from which its configuration space is made.
public struct PCIHeader: Equatable, Sendable {
    public var vendor: UInt16
    public var device: UInt16
    /// Base class, sub-class and programming interface, 24 bits.
    public var classCode: UInt32
    public var revision: UInt8
    public var subsystemVendor: UInt16
    public var subsystem: UInt16
    /// The pin that it drives; nothing for a function without interrupts by line.
    public var pin: PCIInterruptPin?
    /// By index, without overlaps.
    public var regions: [PCIRegion]
    /// Bytes of the expansion ROM, a power of two from 2048 on; zero for none.
    public var romSize: UInt64
    /// In the order of the list.
    public var capabilities: [PCICapability]
    /// Whether it makes accesses of its own.
    public var isMaster: Bool
    /// A bridge to another bus: header type 1.
    public var isBridge: Bool

    public init(
        vendor: UInt16, device: UInt16, classCode: UInt32, revision: UInt8 = 0, subsystemVendor: UInt16 = 0,
        subsystem: UInt16 = 0, pin: PCIInterruptPin? = nil, regions: [PCIRegion] = [], romSize: UInt64 = 0,
        capabilities: [PCICapability] = [], isMaster: Bool = false, isBridge: Bool = false
    ) {
        self.vendor = vendor
        self.device = device
        self.classCode = classCode
        self.revision = revision
        self.subsystemVendor = subsystemVendor
        self.subsystem = subsystem
        self.pin = pin
        self.regions = regions
        self.romSize = romSize
        self.capabilities = capabilities
        self.isMaster = isMaster
        self.isBridge = isBridge
    }

    /// Bytes of the configuration space: 4096 with the PCI Express capability, else 256.
    public var configurationSize: Int {
        let isExpress = capabilities.contains {
            if case .express = $0 { return true }
            return false
        }
        return isExpress ? 4096 : 256
    }
}
