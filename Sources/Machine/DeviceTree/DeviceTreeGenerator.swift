public import TandemDevices
import TandemKernel

/// Builds the device tree of a platform: the harts, main memory, what each module says about itself with addresses and
/// wiring filled in, and what the boot process adds.
public struct DeviceTreeGenerator {
    /// What the command line and the loader contribute (`/chosen`).
    public struct Chosen: Equatable, Sendable {
        /// The kernel's command line.
        public var arguments: String = ""
        /// First address and the one after the last.
        public var initialRAMDisk: Range<UInt64>?
        /// Random bytes for the guest.
        public var randomSeed: [UInt8] = []

        public init() {}
    }

    typealias Node = FlattenedDeviceTree.Node
    typealias Property = FlattenedDeviceTree.Property

    let plan: PlatformPlan
    let board: Board
    let harts: [HartNode]
    let timebase: UInt64?
    /// What the modules add, in platform order.
    let contributions: [(path: String, contributor: any DeviceTreeContributor)]

    private var phandles: [(path: String, number: UInt32)] = []
    private var clocks: [(hertz: UInt64, number: UInt32)] = []
    private var lastPhandle: UInt32 = 0
    var findings = Findings()

    /// - Parameters:
    ///   - timebase: The frequency of the `time` CSR in hertz; nothing without a timer.
    ///   - contributions: The modules that stand in the tree, in platform order.
    public init(
        _ plan: PlatformPlan, board: Board, harts: [HartNode], timebase: UInt64?,
        contributions: [(path: String, contributor: any DeviceTreeContributor)]
    ) {
        self.plan = plan
        self.board = board
        self.harts = harts
        self.timebase = timebase
        self.contributions = contributions
        // The controllers of the harts have the first numbers: every line ends there.
        for hart in harts { _ = phandle(of: hart.path) }
    }

    /// The tree. Throws where a node names a line, a module or a window that the platform does not have.
    public mutating func generate(_ chosen: Chosen = Chosen()) throws(PlatformError) -> FlattenedDeviceTree {
        var devices: [(path: String, parent: String?, node: Node)] = []
        var extra: [Node] = []
        var console: String?
        for (path, contributor) in contributions {
            let contribution = contributor.deviceTree
            let node = node(contribution.node, of: path)
            if contribution.isConsole, console == nil { console = "/soc/\(node.name)" }
            devices.append((path, contribution.parent, node))
            for part in contribution.parts {
                devices.append(("\(path)#\(part.name)", contribution.parent, self.node(part.node, of: path)))
            }
            for root in contribution.rootNodes { extra.append(self.node(root, of: path)) }
        }
        var cpus = cpusNode()
        // References are known only now: nodes that are pointed at get their number.
        for index in devices.indices {
            if let number = phandles.first(where: { $0.path == devices[index].path })?.number {
                devices[index].node.properties.append(Property("phandle", cells: [number]))
            }
        }
        if harts.count > 0 { cpus.children.append(cpuMap(&cpus)) }
        var root = Node("")
        root.properties = [Property("#address-cells", cells: [2]), Property("#size-cells", cells: [2])]
        if !board.compatible.isEmpty { root.properties.append(Property("compatible", strings: board.compatible)) }
        if !board.model.isEmpty { root.properties.append(Property("model", strings: [board.model])) }
        root.children.append(chosenNode(chosen, console: console))
        if let memory = memoryNode() { root.children.append(memory) }
        if !harts.isEmpty { root.children.append(cpus) }
        root.children += clocks.map { clock in
            Node(
                "clock-\(clock.hertz)",
                properties: [
                    Property("compatible", strings: ["fixed-clock"]), Property("#clock-cells", cells: [0]),
                    Property("clock-frequency", cells: [UInt32(truncatingIfNeeded: clock.hertz)]),
                    Property("phandle", cells: [clock.number]),
                ])
        }
        root.children += extra
        root.children.append(
            Node(
                "soc",
                properties: [
                    Property("#address-cells", cells: [2]), Property("#size-cells", cells: [2]),
                    Property("compatible", strings: ["simple-bus"]), Property("ranges"),
                ], children: nest(devices, in: nil)))
        try findings.check()
        return FlattenedDeviceTree(root: root, bootHart: UInt32(truncatingIfNeeded: harts.first?.id ?? 0))
    }

    /// The nodes that stand in the node of the module `parent`, or in none, with those that stand in them.
    private mutating func nest(_ devices: [(path: String, parent: String?, node: Node)], in parent: String?) -> [Node] {
        var nodes: [Node] = []
        for device in devices {
            if let name = device.parent, parent == nil, !devices.contains(where: { $0.path == name }) {
                findings.add(
                    at: device.path, "its node is to stand in that of “\(name)”, which has none",
                    expected: "a controller that stands in the device tree")
            }
            guard device.parent == parent else { continue }
            var node = device.node
            node.children += nest(devices, in: device.path)
            nodes.append(node)
        }
        return nodes
    }

    // MARK: Fixed nodes

    private mutating func cpusNode() -> Node {
        var node = Node(
            "cpus", properties: [Property("#address-cells", cells: [1]), Property("#size-cells", cells: [0])])
        if let timebase {
            node.properties.append(Property("timebase-frequency", cells: [UInt32(truncatingIfNeeded: timebase)]))
        }
        for hart in harts { node.children.append(hart.node(controller: phandle(of: hart.path))) }
        return node
    }

    /// One cluster with all harts; gives each of them a number to be pointed at by.
    private mutating func cpuMap(_ cpus: inout Node) -> Node {
        var cores: [Node] = []
        for (index, hart) in harts.enumerated() {
            let number = phandle(of: "\(hart.path)#cpu")
            cpus.children[index].properties.append(Property("phandle", cells: [number]))
            cores.append(Node("core\(index)", properties: [Property("cpu", cells: [number])]))
        }
        return Node("cpu-map", children: [Node("cluster0", children: cores)])
    }

    private func memoryNode() -> Node? {
        guard let memory = plan.memory, let window = plan.module(memory)?.windows.first else { return nil }
        return Node(
            "memory@\(String(plan.address(of: window), radix: 16))",
            properties: [
                Property("device_type", strings: ["memory"]),
                Property("reg", wideCells: [plan.address(of: window), window.span]),
            ])
    }

    private func chosenNode(_ chosen: Chosen, console: String?) -> Node {
        var node = Node("chosen")
        if !chosen.arguments.isEmpty { node.properties.append(Property("bootargs", strings: [chosen.arguments])) }
        if let console { node.properties.append(Property("stdout-path", strings: [console])) }
        if let disk = chosen.initialRAMDisk {
            node.properties.append(Property("linux,initrd-start", wideCells: [disk.lowerBound]))
            node.properties.append(Property("linux,initrd-end", wideCells: [disk.upperBound]))
        }
        if !chosen.randomSeed.isEmpty { node.properties.append(Property("rng-seed", bytes: chosen.randomSeed)) }
        return node
    }

    // MARK: Modules' nodes

    private mutating func node(_ described: DeviceTreeNode, of path: String) -> Node {
        var node = Node(described.name)
        if !described.compatible.isEmpty {
            node.properties.append(Property("compatible", strings: described.compatible))
        }
        for property in described.properties {
            if case .registers(let windows) = property.value, let first = registers(windows, of: path).first,
                !node.name.contains("@")
            {
                node.name += "@\(String(first.start, radix: 16))"
            }
            node.properties += properties(property, of: path)
        }
        for child in described.children { node.children.append(self.node(child, of: path)) }
        return node
    }

    private mutating func properties(_ property: DeviceTreeProperty, of path: String) -> [Property] {
        let name = property.name
        switch property.value {
        case .flag: return [Property(name)]
        case .strings(let texts): return [Property(name, strings: texts)]
        case .cells(let cells): return [Property(name, cells: cells)]
        case .wideCells(let cells): return [Property(name, wideCells: cells)]
        case .bytes(let bytes): return [Property(name, bytes: bytes)]
        case .registers(let windows):
            return [Property(name, wideCells: registers(windows, of: path).flatMap { [$0.start, $0.size] })]
        case .interrupts(let lines): return interrupts(lines, of: path)
        case .interruptsExtended(let lines):
            let reached = lines.map { reach($0, of: path) }
            guard let first = reached.compactMap({ $0 }).first else { return [] }
            return [
                Property(
                    name, cells: reached.flatMap { $0.map { [$0.controller] + $0.cells } ?? [first.controller, .max] })
            ]
        case .hartInterrupts(let harts, let input):
            guard let cause = HartNode.cause(ofInput: input) else { return [] }
            return harts.isEmpty ? [] : [Property(name, cells: harts.flatMap { [phandle(of: $0), cause] })]
        case .pciRanges(let ports, let memory): return [Property(name, cells: ranges(of: path, ports, memory))]
        case .interruptMap(let rows):
            let cells = rows.flatMap { row in
                reach(row.line, of: path).map { row.unit + [$0.controller] + $0.cells } ?? []
            }
            return cells.isEmpty ? [] : [Property(name, cells: cells)]
        case .ownPhandle: return [Property(name, cells: [phandle(of: path)])]
        case .ownSpecifier(let cells): return [Property(name, cells: [phandle(of: path)] + cells)]
        case .phandle(let module, let part):
            guard hasNode(module, part) else {
                findings.add(
                    at: path, "the device tree property “\(name)” names the module “\(module)”, which has no node")
                return []
            }
            return [Property(name, cells: [phandle(of: part.map { "\(module)#\($0)" } ?? module)])]
        case .clocks(let frequencies): return [Property(name, cells: frequencies.map { clock($0) })]
        }
    }

    /// Whether a module, or a part of it, stands in the tree.
    private func hasNode(_ module: String, _ part: String?) -> Bool {
        let contributor = contributions.first { $0.path == module }?.contributor
        guard let part else { return contributor != nil || harts.contains { $0.path == module } }
        return contributor?.deviceTree.parts.contains { $0.name == part } ?? false
    }

    private func registers(_ windows: [RegisterWindow], of path: String) -> [(start: UInt64, size: UInt64)] {
        windows.compactMap { window in
            guard let mapped = plan.module(path)?.windows.first(where: { $0.port == window.port }) else { return nil }
            return (plan.address(of: mapped) &+ window.offset, window.size ?? mapped.span - window.offset)
        }
    }

    /// IEEE 1275 PCI Bus Binding 2.1 §2.2.1.1 and §3.1: for each window the space and the address on the bus, the address
    /// around it, the size. What a window shows of memory above 4 GiB is for 64-bit addresses; one that main memory
    /// hides is left out.
    private func ranges(of path: String, _ ports: String, _ memory: String) -> [UInt32] {
        func halves(_ value: UInt64) -> [UInt32] { [UInt32(value >> 32), UInt32(truncatingIfNeeded: value)] }
        let main = plan.memory.flatMap { plan.module($0)?.windows.first }
        return (plan.module(path)?.windows ?? []).flatMap { window -> [UInt32] in
            let isHidden = main.map {
                window.priority < $0.priority && window.start <= $0.end && $0.start <= window.end
            }
            guard window.port == ports || window.port == memory, isHidden != true else { return [] }
            let space: UInt32 =
                window.port == ports ? 0x0100_0000 : window.offset >> 32 == 0 ? 0x0200_0000 : 0x0300_0000
            return [space] + halves(window.offset) + halves(plan.address(of: window)) + halves(window.span)
        }
    }

    private mutating func interrupts(_ lines: [String], of path: String) -> [Property] {
        let reached = lines.compactMap { reach($0, of: path) }
        guard let first = reached.first else { return [] }
        guard reached.allSatisfy({ $0.controller == first.controller }) else {
            return [Property("interrupts-extended", cells: reached.flatMap { [$0.controller] + $0.cells })]
        }
        return [
            Property("interrupts", cells: reached.flatMap(\.cells)),
            Property("interrupt-parent", cells: [first.controller]),
        ]
    }

    /// The controller that a line output reaches, and the cells that stand for its input there.
    private mutating func reach(_ line: String, of path: String) -> (controller: UInt32, cells: [UInt32])? {
        guard let module = plan.module(path) else { return nil }
        for connection in module.connections where connection.port == line {
            if harts.contains(where: { $0.path == connection.peer }) {
                guard let cause = HartNode.cause(ofInput: connection.peerPort) else { continue }
                return (phandle(of: connection.peer), [cause])
            }
            guard let peer = contributions.first(where: { $0.path == connection.peer })?.contributor,
                let controller = peer as? any DeviceTreeInterruptController,
                let cells = controller.interruptSpecifier(forInput: connection.peerPort)
            else { continue }
            return (phandle(of: connection.peer), cells)
        }
        return nil
    }

    // MARK: Numbers

    private mutating func phandle(of path: String) -> UInt32 {
        if let known = phandles.first(where: { $0.path == path }) { return known.number }
        lastPhandle += 1
        phandles.append((path, lastPhandle))
        return lastPhandle
    }

    private mutating func clock(_ hertz: UInt64) -> UInt32 {
        if let known = clocks.first(where: { $0.hertz == hertz }) { return known.number }
        lastPhandle += 1
        clocks.append((hertz, lastPhandle))
        return lastPhandle
    }
}
