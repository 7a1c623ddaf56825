/// A region of a function as monitors show it.
public struct PCIRegionPlace: Equatable, Sendable {
    /// The number of the base address register; nothing for the expansion ROM.
    public var index: Int?
    public var space: PCISpace
    public var isPrefetchable: Bool
    /// Bytes.
    public var size: UInt64
    /// What software has written, whether the region is enabled or not.
    public var base: UInt64
    /// Whether accesses to it are answered.
    public var isEnabled: Bool
}

/// What a bridge passes on, as monitors show it.
public struct PCIBridgeWindows: Equatable, Sendable {
    public var secondaryBus: UInt8
    public var subordinateBus: UInt8
    public var memory: ClosedRange<UInt64>?
    public var prefetchable: ClosedRange<UInt64>?
    public var ports: ClosedRange<UInt64>?
    /// The slot of a root port.
    public var slot: PCISlotState?
}

extension PCIFunction {
    /// The regions, in the order of their registers, and the expansion ROM.
    public final var regions: [PCIRegionPlace] {
        var places = header.regions.map { region in
            PCIRegionPlace(
                index: region.index, space: region.space, isPrefetchable: region.isPrefetchable, size: region.size,
                base: configuration.base(of: region), isEnabled: configuration.place(of: region) != nil)
        }
        if header.romSize > 0 {
            let register = header.isBridge ? 0x38 : 0x30
            places.append(
                PCIRegionPlace(
                    index: nil, space: .memory32, isPrefetchable: false, size: header.romSize,
                    base: UInt64(configuration.double(register) & ~0x7ff), isEnabled: configuration.placeOfROM != nil))
        }
        return places
    }

    /// What it passes on, if it is a bridge.
    public final var bridgeWindows: PCIBridgeWindows? {
        guard header.isBridge else { return nil }
        return PCIBridgeWindows(
            secondaryBus: configuration.secondaryBus,
            subordinateBus: UInt8(truncatingIfNeeded: configuration.read(0x1a, count: 1)),
            memory: configuration.memoryWindow, prefetchable: configuration.prefetchableWindow,
            ports: configuration.portWindow, slot: (self as? PCIRootPort)?.slotState)
    }
}
