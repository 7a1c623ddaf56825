public import TandemHost
public import TandemKernel

/// What the commands of one monitor work with: the machine's control, which outlives it, the commands that there are, and
/// what the monitor remembers between two of them.
public final class MonitorContext {
    public unowned let control: RunControl
    /// The commands of this monitor.
    public let commands: CommandCatalog
    /// The module types that objects may have.
    public let catalog: Catalog
    /// What the surroundings of the machine contribute.
    public let facilities: MonitorFacilities
    /// The hart that commands are about when none is named (`cpu`).
    public var selectedHart = 0

    public init(
        _ control: RunControl, commands: CommandCatalog = .standard, catalog: Catalog,
        facilities: MonitorFacilities = MonitorFacilities()
    ) {
        self.control = control
        self.commands = commands
        self.catalog = catalog
        self.facilities = facilities
    }
}

/// What a program around the machine tells its monitors and does for them.
public struct MonitorFacilities {
    /// One end of a line to the host.
    public struct CharacterDevice {
        /// What the user calls it.
        public var label: String
        /// Where it leads, as on the command line.
        public var place: String
        /// The line, where it has a peer who may come and go.
        public var link: CharacterLink?
        /// The memory behind it, where it leads there.
        public var ring: RingBackend?

        public init(label: String, place: String, link: CharacterLink? = nil, ring: RingBackend? = nil) {
            self.label = label
            self.place = place
            self.link = link
            self.ring = ring
        }
    }

    /// The version of the program: three numbers and points between them.
    public var version = "0.0.0"
    /// The lines to the host, in the order in which they were made.
    public var characterDevices: [CharacterDevice] = []

    /// Shows the user a line about what happens at a monitor's or a debugger's place.
    public var say: (String) -> Void = { _ in }

    public init() {}
}
