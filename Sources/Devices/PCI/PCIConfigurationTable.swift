/// One register of a configuration space.
public struct PCIRegister: Equatable, Sendable {
    /// As the specification calls it.
    public var name: String
    public var offset: Int
    /// Bytes: 1, 2, 3 or 4.
    public var width: Int
    public var reset: UInt32
    /// The bits that software writes.
    public var writable: UInt32
    /// The bits that software clears by writing ones.
    public var clearable: UInt32

    init(
        _ name: String, _ offset: Int, _ width: Int, reset: UInt32 = 0, writable: UInt32 = 0, clearable: UInt32 = 0
    ) {
        self.name = name
        self.offset = offset
        self.width = width
        self.reset = reset
        self.writable = writable
        self.clearable = clearable
    }
}

/// The configuration space that a header describes, as a table of registers. All that no register names reads as zeros
/// and ignores writes. PCI Local Bus Specification 3.0 §6.1; PCI-to-PCI Bridge Architecture Specification 1.2 §3.2.
public final class PCIConfigurationTable: Sendable {
    public let header: PCIHeader
    /// By offset, without overlaps.
    public let registers: [PCIRegister]
    /// Where each capability begins, in the order of the header.
    public let capabilityOffsets: [Int]
    /// After a reset, byte by byte.
    let initial: [UInt8]
    let writable: [UInt8]
    let clearable: [UInt8]

    /// - Parameter header: regions that overlap or are not powers of two are a mistake of the caller.
    public init(_ header: PCIHeader) {
        self.header = header
        var layout = PCILayout(header)
        capabilityOffsets = layout.addCapabilities()
        layout.addHeader(firstCapability: capabilityOffsets.first)
        registers = layout.registers.sorted { $0.offset < $1.offset }
        var initial = [UInt8](repeating: 0, count: header.configurationSize)
        var writable = initial
        var clearable = initial
        var end = 0
        for register in registers {
            precondition(
                register.offset >= end && register.offset + register.width <= initial.count,
                "The register \(register.name) of \(header.vendor):\(header.device) overlaps another or has no room.")
            end = register.offset + register.width
            for index in 0..<register.width {
                let shift = UInt32(index * 8)
                initial[register.offset + index] = UInt8(truncatingIfNeeded: register.reset >> shift)
                writable[register.offset + index] = UInt8(truncatingIfNeeded: register.writable >> shift)
                clearable[register.offset + index] = UInt8(truncatingIfNeeded: register.clearable >> shift)
            }
        }
        self.initial = initial
        self.writable = writable
        self.clearable = clearable
    }

    /// Where the first capability that `isWanted` begins; nothing if there is none.
    func offset(where isWanted: (PCICapability) -> Bool) -> Int? {
        header.capabilities.firstIndex(where: isWanted).map { capabilityOffsets[$0] }
    }
}

/// Collects the registers of one function.
private struct PCILayout {
    let header: PCIHeader
    var registers: [PCIRegister] = []

    init(_ header: PCIHeader) { self.header = header }

    private mutating func add(
        _ name: String, _ offset: Int, _ width: Int, reset: UInt32 = 0, writable: UInt32 = 0, clearable: UInt32 = 0
    ) {
        registers.append(
            PCIRegister(name, offset, width, reset: reset, writable: writable, clearable: clearable))
    }

    // MARK: Header

    mutating func addHeader(firstCapability: Int?) {
        let hasPorts = header.isBridge || header.regions.contains { $0.space == .io }
        let hasMemory = header.isBridge || header.romSize > 0 || header.regions.contains { $0.space != .io }
        // §6.2.2: I/O space, memory space, bus master, parity response, SERR, interrupt disable.
        let command: UInt32 =
            (hasPorts ? 1 : 0) | (hasMemory ? 2 : 0) | (header.isMaster || header.isBridge ? 4 : 0) | 0x140
            | (header.pin == nil ? 0 : 0x400)
        add("Vendor ID", 0x00, 2, reset: UInt32(header.vendor))
        add("Device ID", 0x02, 2, reset: UInt32(header.device))
        add("Command", 0x04, 2, writable: command)
        add("Status", 0x06, 2, reset: firstCapability == nil ? 0 : 0x10, clearable: 0xf900)
        add("Revision ID", 0x08, 1, reset: UInt32(header.revision))
        add("Class Code", 0x09, 3, reset: header.classCode & 0xff_ffff)
        add("Cache Line Size", 0x0c, 1, writable: 0xff)
        add("Latency Timer", 0x0d, 1, writable: header.configurationSize > 256 ? 0 : 0xf8)
        add("Header Type", 0x0e, 1, reset: header.isBridge ? 1 : 0)
        addRegions(most: header.isBridge ? 2 : 6)
        if header.isBridge {
            addBridge()
        } else {
            add("Subsystem Vendor ID", 0x2c, 2, reset: UInt32(header.subsystemVendor))
            add("Subsystem ID", 0x2e, 2, reset: UInt32(header.subsystem))
        }
        if header.romSize > 0 {
            precondition(
                header.romSize >= 2048 && header.romSize <= 1 << 24 && header.romSize.nonzeroBitCount == 1,
                "An expansion ROM has a power of two of bytes from 2048 to 16 MiB.")
            add(
                "Expansion ROM Base Address", header.isBridge ? 0x38 : 0x30, 4,
                writable: ~(UInt32(header.romSize) - 1) | 1)
        }
        add("Capabilities Pointer", 0x34, 1, reset: UInt32(firstCapability ?? 0))
        add("Interrupt Line", 0x3c, 1, writable: 0xff)
        add("Interrupt Pin", 0x3d, 1, reset: UInt32(header.pin?.rawValue ?? 0))
    }

    private mutating func addRegions(most: Int) {
        for region in header.regions {
            let words = region.space == .memory64 ? 2 : 1
            let largest: UInt64 = region.space == .memory64 ? 1 << 63 : region.space == .io ? 256 : 1 << 31
            precondition(
                region.index >= 0 && region.index + words <= most && region.size.nonzeroBitCount == 1
                    && (region.space == .io ? 4 : 16)...largest ~= region.size,
                "Base address register \(region.index) cannot place \(region.size) bytes.")
            let mask = ~(region.size - 1)
            let flags: UInt32 =
                switch region.space {
                case .io: 1
                case .memory32: region.isPrefetchable ? 8 : 0
                case .memory64: region.isPrefetchable ? 12 : 4
                }
            let place = 0x10 + region.index * 4
            add(
                "Base Address \(region.index)", place, 4, reset: flags, writable: UInt32(truncatingIfNeeded: mask))
            if words == 2 {
                add("Base Address \(region.index), upper", place + 4, 4, writable: UInt32(mask >> 32))
            }
        }
    }

    /// Bus numbers and the windows of a bridge: ports of 16 bits, memory, prefetchable memory of 64 bits.
    private mutating func addBridge() {
        add("Primary Bus Number", 0x18, 1, writable: 0xff)
        add("Secondary Bus Number", 0x19, 1, writable: 0xff)
        add("Subordinate Bus Number", 0x1a, 1, writable: 0xff)
        add("I/O Base", 0x1c, 1, writable: 0xf0)
        add("I/O Limit", 0x1d, 1, writable: 0xf0)
        add("Secondary Status", 0x1e, 2, clearable: 0xf900)
        add("Memory Base", 0x20, 2, writable: 0xfff0)
        add("Memory Limit", 0x22, 2, writable: 0xfff0)
        add("Prefetchable Memory Base", 0x24, 2, reset: 1, writable: 0xfff0)
        add("Prefetchable Memory Limit", 0x26, 2, reset: 1, writable: 0xfff0)
        add("Prefetchable Base, upper", 0x28, 4, writable: .max)
        add("Prefetchable Limit, upper", 0x2c, 4, writable: .max)
        // §3.2.5.18: parity response, SERR, secondary bus reset.
        add("Bridge Control", 0x3e, 2, writable: 0x43)
    }

    // MARK: Capabilities

    /// Puts the capabilities one behind the other from offset 0x40 on. Returns where each begins.
    mutating func addCapabilities() -> [Int] {
        var offsets: [Int] = []
        var next = 0x40
        for capability in header.capabilities {
            offsets.append(next)
            next = (next + Self.length(of: capability) + 3) & ~3
        }
        precondition(next <= 256, "The capabilities have no room in 256 bytes.")
        for (index, capability) in header.capabilities.enumerated() {
            let place = offsets[index]
            add("Capability ID", place, 1, reset: Self.identification(of: capability))
            add(
                "Next Capability", place + 1, 1,
                reset: index + 1 < offsets.count ? UInt32(offsets[index + 1]) : 0)
            switch capability {
            case .powerManagement:
                add("Power Management Capabilities", place + 2, 2, reset: 3)
                // D0 and D3hot; no reset on the way back.
                add("Power Management Control/Status", place + 4, 2, reset: 8, writable: 3)
            case .messages(let vectors): addMessages(vectors, at: place)
            case .extendedMessages(let vectors, let region): addExtendedMessages(vectors, region, at: place)
            case .express(let kind, let slot): addExpress(kind, slot, at: place)
            case .vendorSpecific(let bytes):
                add("Vendor-Specific Length", place + 2, 1, reset: UInt32(bytes.count + 3))
                for (index, byte) in bytes.enumerated() {
                    add("Vendor-Specific Byte \(index)", place + 3 + index, 1, reset: UInt32(byte))
                }
            }
        }
        return offsets
    }

    private static func identification(of capability: PCICapability) -> UInt32 {
        switch capability {
        case .powerManagement: 0x01
        case .messages: 0x05
        case .vendorSpecific: 0x09
        case .express: 0x10
        case .extendedMessages: 0x11
        }
    }

    private static func length(of capability: PCICapability) -> Int {
        switch capability {
        case .powerManagement: 8
        case .messages: 0x18
        case .vendorSpecific(let bytes): bytes.count + 3
        case .express: 0x3c
        case .extendedMessages: 12
        }
    }

    private mutating func addMessages(_ vectors: Int, at place: Int) {
        precondition(
            vectors.nonzeroBitCount == 1 && 1...32 ~= vectors, "MSI has 1, 2, 4, 8, 16 or 32 vectors.")
        let capable = UInt32(vectors.trailingZeroBitCount)
        // §6.8.1.3: 64-bit addresses, per-vector masking.
        add("Message Control", place + 2, 2, reset: 0x180 | capable << 1, writable: 0x71)
        add("Message Address", place + 4, 4, writable: ~3)
        add("Message Upper Address", place + 8, 4, writable: .max)
        add("Message Data", place + 0xc, 2, writable: 0xffff)
        let mask: UInt32 = vectors == 32 ? .max : 1 << UInt32(vectors) - 1
        add("Mask Bits", place + 0x10, 4, writable: mask)
        add("Pending Bits", place + 0x14, 4)
    }

    private mutating func addExtendedMessages(_ vectors: Int, _ index: Int, at place: Int) {
        precondition(1...2048 ~= vectors, "MSI-X has 1 to 2048 vectors.")
        precondition(
            header.regions.contains {
                $0.index == index && $0.space != .io && $0.size >= PCIMessageTable.regionSize(vectors)
            }, "The table of \(vectors) MSI-X vectors needs a memory region of its own.")
        add("Message Control", place + 2, 2, reset: UInt32(vectors - 1), writable: 0xc000)
        add("Table Offset/BIR", place + 4, 4, reset: UInt32(index))
        let pending = UInt32(PCIMessageTable.pendingOffset(vectors))
        add("PBA Offset/BIR", place + 8, 4, reset: pending | UInt32(index))
    }

    private mutating func addExpress(_ kind: PCIExpressKind, _ slot: UInt16?, at place: Int) {
        let hasLink = kind != .integratedEndpoint
        let isPort = kind == .rootPort
        add("PCI Express Capabilities", place + 2, 2, reset: 2 | UInt32(kind.rawValue) << 4 | (slot != nil ? 0x100 : 0))
        // §7.5.3.3: payloads of 128 bytes, role-based error reporting.
        add("Device Capabilities", place + 4, 4, reset: 0x8000)
        add("Device Control", place + 8, 2, reset: 0x2810, writable: 0x78ff)
        add("Device Status", place + 0xa, 2, clearable: 0xf)
        if hasLink {
            // One lane of 2.5 GT/s.
            add("Link Capabilities", place + 0xc, 4, reset: isPort ? 0x0010_0011 : 0x11)
            add("Link Control", place + 0x10, 2, writable: isPort ? 0xdb : 0xcb)
            add("Link Status", place + 0x12, 2, reset: 0x11)
        }
        if isPort {
            addSlot(slot, at: place)
            add("Root Control", place + 0x1c, 2, writable: 0xf)
        }
        add("Device Control 2", place + 0x28, 2, writable: 0x1f)
    }

    /// §7.5.3.9 to 11: attention button, power controller, attention and power indicator, surprise and hot-plug; both
    /// indicators are off after a reset, and the power is on.
    private mutating func addSlot(_ slot: UInt16?, at place: Int) {
        precondition(slot ?? 0 < 8192, "A slot has a number of 13 bits.")
        add("Slot Capabilities", place + 0x14, 4, reset: slot.map { UInt32($0) << 19 | 0x7b } ?? 0)
        add("Slot Control", place + 0x18, 2, reset: slot == nil ? 0 : 0x3c0, writable: slot == nil ? 0 : 0x17f9)
        add("Slot Status", place + 0x1a, 2, reset: slot == nil ? 0x40 : 0, clearable: slot == nil ? 0 : 0x119)
    }
}
