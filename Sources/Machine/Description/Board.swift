/// Which modules play the parts that the command line and the boot process speak of. Paths; an array stands for all
/// its modules in order. A part that nobody plays is empty, and an option that needs it is an error that says so.
public struct Board: Equatable, Sendable {
    /// The harts, in hart order: what `-smp` counts, what the boot ROM starts.
    public var harts: Part?
    /// Main memory: what `-m` sizes and images are loaded into.
    public var memory: Part?
    /// The ROM that holds the reset code and the device tree's address.
    public var bootROM: Part?
    /// The read-only memory that a small machine executes from: images may stand there too, raw ones at its start, and the
    /// device tree stands in the boot ROM instead of in main memory.
    public var flash: Part?
    /// The serial ports, in the order in which `-serial` options attach to them.
    public var serials: [Part]
    /// The real-time clock that `-rtc` sets.
    public var clock: Part?
    /// The `compatible` strings of the device tree's root.
    public var compatible: [String]
    /// The `model` of the device tree's root; empty for none.
    public var model: String

    public init(
        harts: Part? = nil, memory: Part? = nil, bootROM: Part? = nil, flash: Part? = nil, serials: [Part] = [],
        clock: Part? = nil, compatible: [String] = [], model: String = ""
    ) {
        self.harts = harts
        self.memory = memory
        self.bootROM = bootROM
        self.flash = flash
        self.serials = serials
        self.clock = clock
        self.compatible = compatible
        self.model = model
    }

    /// The path of a module that plays a part, and where the platform says so.
    public struct Part: Equatable, Sendable, ExpressibleByStringLiteral {
        public var path: String
        public var place: String

        public init(_ path: String, place: String = "") {
            self.path = path
            self.place = place
        }
        public init(stringLiteral value: String) { self.init(value) }
    }
}

/// What a platform loads when the command line names nothing.
public struct DefaultImages: Equatable, Sendable {
    /// The firmware, as `-bios` takes it; "builtin:NAME" is an image inside the program. Empty for none.
    public var firmware: String
    /// The platform file that names it, from which a relative path counts; empty for a platform in Swift.
    public var firmwareFile: String

    public init(firmware: String = "", firmwareFile: String = "") {
        self.firmware = firmware
        self.firmwareFile = firmwareFile
    }
}
