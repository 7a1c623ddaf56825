/// What a port is bound to and leads to, in plain memory. Behind it stands a place for one target: a port that is bound to
/// one channel, which is the usual case, needs nothing else.
@usableFromInline struct PortTable<Interface> {
    enum State: UInt8 { case open, resolving, resolved }

    enum Bonds: UInt8 {
        case none
        /// To a channel, which stands in the place.
        case only
        /// To anything else: the place holds a `BondList`.
        case several
    }

    /// Nothing until the port is resolved, and if it leads nowhere.
    @usableFromInline var targets: UnsafeMutablePointer<Interface>?
    @usableFromInline var count: UInt32 = 0
    var state = State.open
    var bonds = Bonds.none
    /// Whether a port further inside is bound to this one; that port is then the user.
    var hasInnerPort = false

    fileprivate static var placeOffset: Int {
        let mask = MemoryLayout<Interface>.alignment - 1
        return (MemoryLayout<PortTable>.stride + mask) & ~mask
    }

    /// The table of a port that is bound to nothing.
    static func make() -> UnsafeMutablePointer<PortTable> {
        let size = placeOffset + max(MemoryLayout<Interface>.size, MemoryLayout<BondList<Interface>>.size)
        let alignment = max(MemoryLayout<PortTable>.alignment, MemoryLayout<Interface>.alignment)
        let table = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: alignment)
            .bindMemory(to: PortTable.self, capacity: 1)
        table.initialize(to: PortTable())
        return table
    }
}

/// What a port is bound to, in the order of its bindings.
final class BondList<Interface> {
    enum Bond {
        case channel(Interface)
        case port(PortTo<Interface>)
        case export(Export<Interface>)
    }

    var bonds: [Bond] = []
}

extension UnsafeMutablePointer {
    /// Where the only target stands.
    func place<Interface>() -> UnsafeMutablePointer<Interface> where Pointee == PortTable<Interface> {
        (UnsafeMutableRawPointer(self) + Pointee.placeOffset).assumingMemoryBound(to: Interface.self)
    }

    private func listPlace<Interface>() -> UnsafeMutablePointer<BondList<Interface>>
    where Pointee == PortTable<Interface> {
        (UnsafeMutableRawPointer(self) + Pointee.placeOffset).assumingMemoryBound(to: BondList<Interface>.self)
    }

    /// All bonds of a port that has several.
    func list<Interface>() -> BondList<Interface> where Pointee == PortTable<Interface> { listPlace().pointee }

    /// The first bond, to a channel.
    func bindOnly<Interface>(_ target: Interface) where Pointee == PortTable<Interface> {
        place().initialize(to: target)
        pointee.bonds = .only
    }

    /// Any other bond.
    func bind<Interface>(_ bond: BondList<Interface>.Bond) where Pointee == PortTable<Interface> {
        if pointee.bonds != .several {
            let list = BondList<Interface>()
            if pointee.bonds == .only { list.bonds.append(.channel(place().move())) }
            listPlace().initialize(to: list)
            pointee.bonds = .several
        }
        list().bonds.append(bond)
    }

    /// What the bonds of a port that has several lead to. Replaces what an elaboration found that failed afterwards.
    func setTargets<Interface>(_ targets: [Interface]) where Pointee == PortTable<Interface> {
        releaseTargets()
        pointee.count = UInt32(targets.count)
        if targets.isEmpty { return }
        let memory = UnsafeMutablePointer<Interface>.allocate(capacity: targets.count)
        for (index, target) in targets.enumerated() { (memory + index).initialize(to: target) }
        pointee.targets = memory
    }

    private func releaseTargets<Interface>() where Pointee == PortTable<Interface> {
        guard let targets = pointee.targets else { return }
        targets.deinitialize(count: Int(pointee.count))
        targets.deallocate()
        pointee.targets = nil
    }

    /// Lets go of everything: the port ends.
    func end<Interface>() where Pointee == PortTable<Interface> {
        switch pointee.bonds {
        case .none: break
        case .only: place().deinitialize(count: 1)
        case .several:
            releaseTargets()
            listPlace().deinitialize(count: 1)
        }
        UnsafeMutableRawPointer(self).deallocate()
    }
}
