public import TandemKernel

/// What stands at a place of a memory map.
public enum RegionKind: String, Sendable, CaseIterable {
    case ram
    case rom
    /// Read as a ROM, written as a device.
    case romDevice = "romd"
    /// Registers.
    case device = "i/o"
    /// A part of another region.
    case alias
    /// A group of regions, open to the map around it.
    case container
    /// A map of its own.
    case router
    /// What is behind depends on a translation.
    case translation = "iommu"

    init(of target: TargetSocket) {
        let end = target.innermost
        self =
            switch (end.onward, end.owner) {
            case (is Alias, _): .alias
            case (is Container, _): .container
            case (is Router, _): .router
            case (is Translation, _): .translation
            case (_, is Ram): .ram
            case (_, is Rom): .rom
            case (_, is RomDevice): .romDevice
            default: .device
            }
    }
}

/// A region of a memory map with all that stands in it, as it was declared.
public struct MapNode: Equatable, Sendable {
    public var name: String
    public var kind: RegionKind
    /// First and last address, in those of the address space.
    public var start: UInt64
    public var end: UInt64
    public var priority: Int
    /// Where in its target the region begins.
    public var offset: UInt64
    /// What an alias shows, or where a translation leads.
    public var of: String?
    /// By address.
    public var children: [MapNode]
}

/// A range of an address space and what an access to it reaches in the end.
public struct FlatMapEntry: Equatable, Sendable {
    public var name: String
    public var kind: RegionKind
    /// First and last address, in those of the address space.
    public var start: UInt64
    public var end: UInt64
    /// Address in the target of the first.
    public var offset: UInt64
}

/// An address space: what initiators that are bound to one socket see, or what lies behind a translation. For monitors.
public struct AddressSpace: Equatable, Sendable {
    /// Path of the module that the initiators are bound to.
    public var name: String
    /// How the initiators are called in reports, in the order in which they were made, and the paths of translations that
    /// lead here.
    public var initiators: [String]
    /// The map as it was declared.
    public var tree: MapNode
    /// The map as it is seen: ranges in ascending order, without what is hidden and without holes.
    public var flat: [FlatMapEntry]

    /// The address spaces of a simulation: in the order in which their first initiators were made, then those that only
    /// translations lead to.
    public static func all(of simulation: Simulation) -> [AddressSpace] {
        let directory = BusDirectory.of(simulation)
        var found: [(root: TargetSocket, seenBy: [String])] = []
        func add(_ root: TargetSocket?, _ name: String) {
            guard let root else { return }
            guard let index = found.firstIndex(where: { $0.root === root }) else {
                found.append((root, [name]))
                return
            }
            if !found[index].seenBy.contains(name) { found[index].seenBy.append(name) }
        }
        for initiator in directory.initiators { add(initiator.bound?.innermost, directory.name(of: initiator.id)) }
        var index = 0
        while index < found.count {
            for translation in found[index].root.translations { add(translation.destination, translation.owner.path) }
            index += 1
        }
        return found.map { AddressSpace($0.root, seenBy: $0.seenBy) }
    }

    private init(_ root: TargetSocket, seenBy initiators: [String]) {
        name = root.owner.path
        self.initiators = initiators
        // A target that is no router answers for all addresses that it likes.
        let end = (root.owner as? Memory).map { $0.size - 1 } ?? .max
        tree = MapNode(
            name: name, kind: RegionKind(of: root), start: 0, end: end, priority: 0, offset: 0, of: root.translatedTo,
            children: [])
        if let router = root.onward as? Router {
            tree.children = router.nodes(from: 0)
            flat = router.flatMap(0...UInt64.max)
        } else {
            flat = [FlatMapEntry(name: name, kind: tree.kind, start: 0, end: end, offset: 0)]
        }
    }
}

extension TargetSocket {
    /// The translations that accesses to it may come to, by address.
    fileprivate var translations: [Translation] {
        switch innermost.onward {
        case let translation as Translation: [translation]
        case let router as Router: router.regions.sorted { $0.start < $1.start }.flatMap(\.target.translations)
        default: []
        }
    }

    /// Where the translation behind it leads.
    fileprivate var translatedTo: String? { (innermost.onward as? Translation)?.destination?.owner.path }
}

extension Router {
    /// The regions, and those in them. `start` is where address 0 of this router stands in the address space.
    fileprivate final func nodes(from start: UInt64) -> [MapNode] {
        regions.sorted { ($0.start, $1.priority) < ($1.start, $0.priority) }.map { region in
            let kind = RegionKind(of: region.target)
            let inner = region.target.innermost.onward as? Router
            var node = MapNode(
                name: region.name, kind: kind, start: start &+ region.start, end: start &+ region.end,
                priority: region.priority, offset: region.offset, of: region.target.translatedTo, children: [])
            if let alias = inner as? Alias {
                node.of = alias.of.bound?.owner.path
                node.offset = alias.offset &+ region.offset
            } else if let inner {
                node.children = inner.nodes(from: start &+ region.start &- region.offset)
            }
            return node
        }
    }

    /// What is seen of a window of the map, through routers, in addresses of this router.
    fileprivate final func flatMap(_ window: ClosedRange<UInt64>) -> [FlatMapEntry] {
        var entries: [FlatMapEntry] = []
        for piece in visiblePieces where piece.start <= window.upperBound && window.lowerBound <= piece.end {
            let (start, end) = (max(piece.start, window.lowerBound), min(piece.end, window.upperBound))
            let delta = piece.region.offset &- piece.region.start
            guard let inner = piece.region.target.innermost.onward as? Router else {
                entries.append(
                    FlatMapEntry(
                        name: piece.region.name, kind: RegionKind(of: piece.region.target), start: start, end: end,
                        offset: start &+ delta))
                continue
            }
            for var entry in inner.flatMap(start &+ delta...end &+ delta) {
                entry.start = entry.start &- delta
                entry.end = entry.end &- delta
                entries.append(entry)
            }
        }
        return entries
    }
}
