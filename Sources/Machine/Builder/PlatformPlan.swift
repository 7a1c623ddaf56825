public import TandemKernel

/// A platform after checking: arrays expanded, names resolved, values typed. Making the modules can only fail where a
/// module's own initialiser refuses.
public struct PlatformPlan {
    /// The modules, parents before children, in platform order.
    public var modules: [PlannedModule] = []
    /// The paths of the harts, in hart order.
    public var harts: [String] = []
    /// The path of main memory.
    public var memory: String?
    /// The path of the boot ROM.
    public var bootROM: String?
    /// The path of the read-only memory that the machine executes from.
    public var flash: String?
    /// The paths of the serial ports, in the order of the command line's `-serial`.
    public var serials: [String] = []
    /// The path of the real-time clock.
    public var clock: String?

    public func module(_ path: String) -> PlannedModule? { modules.first { $0.path == path } }

    /// The first address of a window in the address space around all routers: what a hart sees. Of a router that stands at
    /// several places the first counts.
    public func address(of window: PlannedWindow) -> UInt64 {
        var address = window.start
        var router = module(window.router)
        // Routers do not form circles; a plan that says otherwise is refused when it is built.
        var left = modules.count
        while let outer = router?.windows.first, left > 0 {
            address = address &+ outer.start &- outer.offset
            router = module(outer.router)
            left -= 1
        }
        return address
    }
}

/// One module to be made.
public struct PlannedModule {
    public var path: String
    /// Where it is described.
    public var place: String
    /// Nothing for a container.
    public var type: (any CatalogModule.Type)?
    /// Checked, defaults included.
    public var properties: PropertyValues = [:]
    public var connections: [PlannedConnection] = []
    public var windows: [PlannedWindow] = []

    /// The path of the module around it; empty for a top module.
    public var parentPath: String { ModulePath(path).components.dropLast().joined(separator: ".") }
    /// The last part of the path.
    public var name: String { ModulePath(path).components.last ?? path }
}

/// One port and what it reaches.
public struct PlannedConnection: Equatable, Sendable {
    /// The initiator or line output.
    public var port: String
    public var kind: PortKind
    /// The module on the other side and its port.
    public var peer: String
    public var peerPort: String
    /// Where the connection is described.
    public var place: String
}

/// One window of a router.
public struct PlannedWindow: Equatable, Sendable {
    public var router: String
    /// The target port that is mapped.
    public var port: String
    public var start: UInt64
    /// Bytes, at least one.
    public var span: UInt64
    public var offset: UInt64
    public var priority: Int
    /// What accesses through it take on the way; what is not given here is the router's.
    public var timing: PropertyValues
    public var place: String

    /// The last address of the window.
    public var end: UInt64 { start + (span - 1) }
}
