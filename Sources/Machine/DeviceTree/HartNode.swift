/// What the device tree says about one hart.
public struct HartNode: Equatable, Sendable {
    /// The path of the hart's module.
    public var path: String
    /// `mhartid`.
    public var id: UInt64
    /// The ISA string in canonical form: "rv64imafdc_zicsr_zifencei".
    public var isa: String
    /// The names of all extensions, single letters included.
    public var extensions: [String]
    /// The richest address translation: "riscv,sv57"; empty for none.
    public var mmuType: String
    /// The size of the blocks that `cbo` instructions act on, in bytes; nothing without them.
    public var cacheBlockSize: UInt32?

    public init(
        path: String, id: UInt64, isa: String, extensions: [String], mmuType: String, cacheBlockSize: UInt32? = nil
    ) {
        self.path = path
        self.id = id
        self.isa = isa
        self.extensions = extensions
        self.mmuType = mmuType
        self.cacheBlockSize = cacheBlockSize
    }

    /// The cause number of a line input, as the interrupt controller of a hart numbers them (Priv. spec §3.1.9).
    static func cause(ofInput port: String) -> UInt32? {
        switch port {
        case "ssip": 1
        case "msip": 3
        case "mtip": 7
        case "seip": 9
        case "meip": 11
        default: nil
        }
    }

    /// The node, with the phandle of its interrupt controller.
    func node(controller: UInt32) -> FlattenedDeviceTree.Node {
        typealias Property = FlattenedDeviceTree.Property
        var properties = [
            Property("device_type", strings: ["cpu"]),
            Property("reg", cells: [UInt32(truncatingIfNeeded: id)]),
            Property("status", strings: ["okay"]),
            Property("compatible", strings: ["riscv"]),
            Property("riscv,isa", strings: [isa]),
            Property("riscv,isa-base", strings: [String(isa.prefix(4)) + "i"]),
            Property("riscv,isa-extensions", strings: extensions),
        ]
        if !mmuType.isEmpty { properties.append(Property("mmu-type", strings: [mmuType])) }
        if let cacheBlockSize {
            for (name, block) in [("zicbom", "cbom"), ("zicboz", "cboz"), ("zicbop", "cbop")]
            where extensions.contains(name) {
                properties.append(Property("riscv,\(block)-block-size", cells: [cacheBlockSize]))
            }
        }
        let interrupts = FlattenedDeviceTree.Node(
            "interrupt-controller",
            properties: [
                Property("#interrupt-cells", cells: [1]),
                Property("interrupt-controller"),
                Property("compatible", strings: ["riscv,cpu-intc"]),
                Property("phandle", cells: [controller]),
            ])
        return FlattenedDeviceTree.Node("cpu@\(String(id, radix: 16))", properties: properties, children: [interrupts])
    }
}
