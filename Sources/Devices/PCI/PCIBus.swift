public import TandemBus
public import TandemKernel

/// A module that controls a PCI bus: a host bridge, or a bridge on another bus.
public protocol PCIBusController: PluggingBus {
    /// The bus behind it.
    var pci: PCIBus { get }
    /// Has the bus stand where it belongs before something is put on it.
    func connect() throws(ElaborationError)
}

extension ModuleInterface {
    /// What the property `bus` of a PCI function links to.
    public static let pciBus = ModuleInterface(
        "pci-bus", (any PCIBusController).self, "Controls a PCI bus, on which functions stand")
}

/// A PCI bus: up to 256 functions, the memory and the ports in which their regions stand, and the way to the host bridge.
public final class PCIBus {
    /// The module that controls it.
    // SAFETY: the controller owns its bus.
    public let controller: Unmanaged<Module>
    /// What the bridge passes on in memory.
    public let memory: Container
    /// What the bridge passes on in the port space.
    public let ports: Container
    /// By address.
    public private(set) var functions: [PCIFunction?] = Array(repeating: nil, count: 256)
    /// The bridge in front; nothing for the bus of a host bridge.
    // SAFETY: modules end together, after the last access.
    private(set) unowned(unsafe) var bridge: PCIBridgeFunction?
    private unowned(unsafe) var ownHost: PCIHost?

    /// The bus behind a host bridge.
    init(of host: PCIHost) {
        controller = .passUnretained(host)
        memory = Container(ModuleContext(name: "memory-space", parent: host))
        ports = Container(ModuleContext(name: "port-space", parent: host))
        ownHost = host
    }

    /// The bus behind a bridge.
    init(of bridge: PCIBridgeFunction) {
        controller = .passUnretained(bridge)
        memory = Container(ModuleContext(name: "memory-space", parent: bridge))
        ports = Container(ModuleContext(name: "port-space", parent: bridge))
        self.bridge = bridge
    }

    /// The host bridge that this bus hangs on; nothing while a bridge between is not connected.
    public var host: PCIHost? { ownHost ?? bridge?.bus?.host }

    /// The number that software has given the bus; nothing before.
    public var number: UInt8? { ownHost == nil ? bridge?.configuration.busesBehind?.lowerBound : 0 }

    var path: String { controller._withUnsafeGuaranteedRef { $0.path } }

    // MARK: Functions

    /// Puts a function on the bus, at `address` or at the first free device from 1 on.
    func attach(_ function: PCIFunction, at wanted: PCIAddress?) throws(ElaborationError) -> PCIAddress {
        if function.simulation.isFrozen && !acceptsPlugging {
            throw ElaborationError(
                at: function.path, "the bus “\(path)” lets nothing come or go while the machine exists",
                expected: "a bus that does, such as that of a “pcie-root-port”")
        }
        let address: PCIAddress
        if let wanted { address = wanted } else { address = try freeAddress(for: function) }
        if bridge?.isLink ?? false, address.device != 0 {
            throw ElaborationError(
                at: function.path, "“\(path)” leads to one device, and “addr” asks for \(address)",
                expected: "device 0, or no “addr”")
        }
        if let other = functions[Int(address.code)] {
            throw ElaborationError(
                at: function.path, "the address \(address) on “\(path)” belongs to “\(other.path)” already",
                expected: "an address of its own for each function")
        }
        functions[Int(address.code)] = function
        settleMultifunction(address.device)
        bridge?.functionsChanged(at: function.now)
        return address
    }

    /// Takes a function off the bus.
    func detach(_ function: PCIFunction) {
        guard let index = functions.firstIndex(where: { $0 === function }) else { return }
        functions[index] = nil
        settleMultifunction(PCIAddress(code: UInt8(index)).device)
        bridge?.functionsChanged(at: function.now)
    }

    /// Whether functions come and go while the machine exists.
    private var acceptsPlugging: Bool {
        controller._withUnsafeGuaranteedRef { ($0 as? any PluggingBus)?.acceptsPlugging ?? false }
    }

    /// A device that nobody has and nobody asks for.
    private func freeAddress(for function: PCIFunction) throws(ElaborationError) -> PCIAddress {
        var taken = Set(functions.indices.filter { functions[$0] != nil }.map { UInt8($0) >> 3 })
        function.simulation.root.forEachDescendant { module in
            guard let other = module as? PCIFunction, other !== function, other.isMeantFor(self),
                let address = other.wantedAddress
            else { return }
            taken.insert(address.device)
        }
        let devices: Range<UInt8> = bridge?.isLink ?? false ? 0..<1 : 1..<32
        guard let device = devices.first(where: { !taken.contains($0) }) else {
            throw ElaborationError(
                at: function.path, "there is no free device on the bus of “\(path)”",
                expected: devices.count == 1 ? "one device" : "at most 32 devices, or another bus")
        }
        return PCIAddress(device: device)
    }

    private func settleMultifunction(_ device: UInt8) {
        let brothers = functions[Int(device) << 3..<Int(device) << 3 + 8]
        let isMultiple = brothers.dropFirst().contains { $0 != nil }
        for brother in brothers { brother?.setMultifunction(isMultiple) }
    }

    /// The function that a configuration access reaches; nothing if nobody answers.
    func function(bus wanted: UInt8, at address: PCIAddress) -> PCIFunction? {
        if number == wanted { return functions[Int(address.code)] }
        for case let bridge as PCIBridgeFunction in functions {
            guard bridge.isOpen, let behind = bridge.configuration.busesBehind, behind.contains(wanted) else {
                continue
            }
            return bridge.pci.function(bus: wanted, at: address)
        }
        return nil
    }

    /// Calls `body` for each function here and behind bridges, by address.
    public func forEachFunction(_ body: (PCIFunction) -> Void) {
        for case let function? in functions {
            body(function)
            (function as? PCIBridgeFunction)?.pci.forEachFunction(body)
        }
    }

    // MARK: Lines and masters

    /// Where the pin of a function here arrives at the host bridge.
    func line(of pin: PCIInterruptPin, at address: PCIAddress) -> (host: PCIHost, line: Int)? {
        let outer = pin.swizzled(address)
        if let ownHost { return (ownHost, Int(outer.rawValue) - 1) }
        guard let bridge, let bus = bridge.bus, let place = bridge.address else { return nil }
        return bus.line(of: outer, at: place)
    }

    /// Whether accesses of functions here get through to the host bridge. PCI-to-PCI Bridge 1.2 §3.2.4.3.
    var passesMasters: Bool {
        guard let bridge else { return true }
        return bridge.isOpen && bridge.configuration.isBusMaster && bridge.bus?.passesMasters ?? false
    }

    /// Ends grants of direct memory of all functions here and behind: who may access what has changed.
    func mastersChanged() { forEachFunction { $0.endGrants() } }
}
