/// Everything that one module adds to the device tree.
public struct DeviceTreeContribution: Equatable, Sendable {
    /// The device's node; it stands under `/soc`, or in the node of `parent`.
    public var node: DeviceTreeNode
    /// The path of the module in whose node it stands: the controller of a bus that the device is on.
    public var parent: String?
    /// Further nodes beside its own, for devices that show themselves as several.
    public var parts: [DeviceTreePart]
    /// Further nodes that stand under `/`, such as `poweroff` beside its `syscon` (their `regmap` is `ownPhandle`).
    public var rootNodes: [DeviceTreeNode]
    /// True for a device that firmware may use as `stdout-path`; the first one in platform order wins.
    public var isConsole: Bool

    public init(
        node: DeviceTreeNode, parent: String? = nil, parts: [DeviceTreePart] = [], rootNodes: [DeviceTreeNode] = [],
        isConsole: Bool = false
    ) {
        self.node = node
        self.parent = parent
        self.parts = parts
        self.rootNodes = rootNodes
        self.isConsole = isConsole
    }
}

/// A node beside that of the module itself, with a name by which other nodes point at it.
public struct DeviceTreePart: Equatable, Sendable {
    public var name: String
    public var node: DeviceTreeNode

    public init(_ name: String, _ node: DeviceTreeNode) {
        self.name = name
        self.node = node
    }
}

/// A module that stands in the device tree.
public protocol DeviceTreeContributor: AnyObject {
    /// The module's nodes. Read once, after elaboration.
    var deviceTree: DeviceTreeContribution { get }
}

/// A contributor whose line inputs are named by interrupt specifiers in other nodes.
public protocol DeviceTreeInterruptController: DeviceTreeContributor {
    /// The cells that stand for one line input, as many as the node's `#interrupt-cells`; `nil` if `port` is not
    /// such an input.
    func interruptSpecifier(forInput port: String) -> [UInt32]?
}
