/// What a machine is to start with, as the command line says it.
public struct BootOptions: Equatable, Sendable {
    /// The firmware: a file, "builtin:NAME", or "none". Empty for the platform's own.
    public var firmware = ""
    /// The kernel; empty for none.
    public var kernel = ""
    /// The initial RAM disk; empty for none.
    public var initialRAMDisk = ""
    /// The kernel's command line.
    public var arguments = ""
    /// What names places of the guest besides the images.
    public var symbols: [SymbolFile] = []
    /// The seed of `rng-seed` in the device tree.
    public var seed: UInt64 = 0

    public init(
        firmware: String = "", kernel: String = "", initialRAMDisk: String = "", arguments: String = "",
        seed: UInt64 = 0
    ) {
        self.firmware = firmware
        self.kernel = kernel
        self.initialRAMDisk = initialRAMDisk
        self.arguments = arguments
        self.seed = seed
    }
}

/// Where images come from: the file system, the program itself, or a test.
public struct ImageSource {
    /// The contents of the image that the user calls by this name, or an error that says why there are none.
    public var open: (String) throws(PlatformError) -> ImageBytes

    public init(open: @escaping (String) throws(PlatformError) -> ImageBytes) { self.open = open }
}
