/// One node of the device tree as a device describes it: pure data, without addresses or wiring.
///
/// Only the machine knows where a device stands and what its lines reach, so a value may be symbolic
/// (`registers`, `interrupts`, `phandle`): the generator replaces it by cells once the platform is elaborated.
public struct DeviceTreeNode: Equatable, Sendable {
    /// The generic name without unit address, `serial` (Devicetree specification 0.4 §2.2.2). The generator adds
    /// `@address` of the first `registers` window if there is one.
    public var name: String
    /// What drivers match, most specific first; empty for a node without `compatible`.
    public var compatible: [String]
    /// The other properties, in the order in which they are written.
    public var properties: [DeviceTreeProperty]
    /// Nodes inside this one.
    public var children: [DeviceTreeNode]

    public init(
        _ name: String, compatible: [String] = [], properties: [DeviceTreeProperty] = [],
        children: [DeviceTreeNode] = []
    ) {
        self.name = name
        self.compatible = compatible
        self.properties = properties
        self.children = children
    }
}

/// A property of a device tree node.
public struct DeviceTreeProperty: Equatable, Sendable {
    public var name: String
    public var value: DeviceTreeValue

    public init(_ name: String, _ value: DeviceTreeValue) {
        self.name = name
        self.value = value
    }
}

/// The value of a device tree property, literal or still to be resolved by the generator.
public enum DeviceTreeValue: Equatable, Sendable {
    /// A property that is there or not: no value.
    case flag
    /// One or more strings, each ended by a NUL.
    case strings([String])
    /// 32-bit cells, big-endian in the blob.
    case cells([UInt32])
    /// 64-bit numbers, two cells each.
    case wideCells([UInt64])
    /// Raw bytes.
    case bytes([UInt8])
    /// `reg`: where the windows of the device stand in the parent's address space.
    case registers([RegisterWindow])
    /// `interrupts` with `interrupt-parent`: what the named output lines reach, in this order. The lines of one node
    /// reach one controller here; where they do not, the generator writes `interrupts-extended` instead. A line that
    /// is not connected is left out; if none is, so is the property.
    case interrupts([String])
    /// `interrupts-extended`: a phandle and a specifier for each of the named output lines, in this order.
    /// A line that is not connected takes the phandle of the first one that is, and the cell 0xffffffff, which the
    /// bindings of the RISC-V interrupt controllers define as "not present".
    case interruptsExtended([String])
    /// The same for inputs of harts that no line reaches, such as those that messages raise: of each hart the input of that
    /// name.
    case hartInterrupts([String], input: String)
    /// `ranges` of a PCI host bridge: the windows of its target ports, in the order in which they stand in the platform.
    case pciRanges(ports: String, memory: String)
    /// `interrupt-map`: for each row the unit, then phandle and specifier of what its line reaches. Rows whose line is not
    /// connected are left out; if all are, so is the property.
    case interruptMap([InterruptMapRow])
    /// The phandle of the device's own main node: what its `rootNodes` and `parts` point back with.
    case ownPhandle
    /// The same, and cells that go with it.
    case ownSpecifier([UInt32])
    /// The phandle of the node of the module at this path, or of the part of that name.
    case phandle(module: String, part: String? = nil)
    /// `clocks`: for each frequency in hertz the phandle of a `fixed-clock` node, which the generator makes.
    case clocks([UInt64])
}

/// One row of an `interrupt-map`.
public struct InterruptMapRow: Equatable, Sendable {
    /// Unit address and interrupt of the child, in the cells of the bus.
    public var unit: [UInt32]
    /// The line output that it arrives at.
    public var line: String

    public init(unit: [UInt32], line: String) {
        self.unit = unit
        self.line = line
    }
}

/// A window of a device's register space, as `reg` gives it.
public struct RegisterWindow: Equatable, Sendable {
    /// The target port that is mapped.
    public var port: String
    /// The first byte, relative to where the port is mapped.
    public var offset: UInt64
    /// Bytes; `nil` means up to the end of the mapped region.
    public var size: UInt64?

    public init(port: String = "bus", offset: UInt64 = 0, size: UInt64? = nil) {
        self.port = port
        self.offset = offset
        self.size = size
    }
}
