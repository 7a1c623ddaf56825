/// Where everything that is loaded before the first instruction stands in guest memory.
///
/// The rules are those of QEMU's `virt` board: firmware at the start of RAM, the kernel at the next multiple of 2 MiB,
/// the initial RAM disk 128 MiB behind the kernel (half of RAM, if that is less), the device tree near the end of RAM
/// below 3 GiB. ELF files stand where they were linked.
public struct BootLayout {
    /// One range of guest memory that is filled.
    public struct Piece {
        /// What it is, for messages: "the kernel Image".
        public var what: String
        public var address: UInt64
        /// Bytes that are occupied; what exceeds the contents is zero.
        public var size: UInt64
        /// Nothing for a range that is only reserved.
        public var contents: UnsafeRawBufferPointer?
        /// Keeps the contents alive.
        public var owner: ImageBytes?

        public var end: UInt64 { address + (size - 1) }
        var range: String { "\(hexadecimal(address))–\(hexadecimal(end))" }
    }

    /// What is loaded, in the order of loading; the device tree is not among them, because its contents depend on them.
    public private(set) var pieces: [Piece] = []
    /// Where the harts go from the boot ROM.
    public private(set) var start: UInt64
    /// Where the kernel begins; nothing without one.
    public private(set) var kernelEntry: UInt64?
    /// Where the kernel's lowest byte stands; nothing without one.
    public private(set) var kernelAddress: UInt64?
    /// The range of the initial RAM disk.
    public private(set) var initialRAMDisk: Range<UInt64>?
    public private(set) var symbols = SymbolTable()

    let memory: ClosedRange<UInt64>
    let flash: ClosedRange<UInt64>?
    let width: ELFImage.Width

    /// A layout for RAM at `memory`, and a flash that images may stand in and raw ones stand at the start of.
    public init(
        memory: ClosedRange<UInt64>, flash: ClosedRange<UInt64>? = nil, width: ELFImage.Width = .bits64
    ) {
        self.memory = memory
        self.flash = flash
        self.width = width
        start = flash?.lowerBound ?? memory.lowerBound
    }

    /// Where the first image stands.
    private var base: UInt64 { flash?.lowerBound ?? memory.lowerBound }

    // MARK: Images

    /// Adds the firmware; returns nothing. Raw images stand at the start of RAM.
    public mutating func addFirmware(_ file: ImageBytes) throws(PlatformError) {
        if ELFImage.isELF(file) {
            start = try add(ELFImage(file), base: base)
        } else {
            start = base
            try addRaw(file, "the firmware", at: start, size: UInt64(file.count))
        }
    }

    /// Adds the kernel behind the firmware; without firmware the machine starts with it.
    public mutating func addKernel(_ file: ImageBytes, hasFirmware: Bool) throws(PlatformError) {
        let alignment: UInt64 = width == .bits64 ? 2 << 20 : 4 << 20
        let occupied = pieces.map(\.end).max()
        let address = Self.alignUp(occupied.map { $0 + 1 } ?? base, alignment)
        let entry: UInt64
        kernelAddress = address
        if ELFImage.isELF(file) {
            let before = pieces.count
            entry = try add(ELFImage(file), base: address)
            kernelAddress = pieces[before].address
        } else if let image = LinuxImage(file) {
            entry = address
            try addRaw(file, "the kernel Image", at: address, size: image.imageSize)
        } else {
            entry = address
            try addRaw(file, "the kernel", at: address, size: UInt64(file.count))
        }
        kernelEntry = entry
        if !hasFirmware { start = entry }
    }

    /// Adds the initial RAM disk behind the kernel.
    public mutating func addInitialRAMDisk(_ file: ImageBytes, kernelAt kernel: UInt64) throws(PlatformError) {
        let half = (memory.upperBound - memory.lowerBound) / 2 + 1
        let (address, overflow) = kernel.addingReportingOverflow(min(half, 128 << 20))
        guard !overflow, file.count > 0 else {
            throw PlatformError(at: file.name, "the initial RAM disk is empty", expected: "a cpio archive")
        }
        try addRaw(file, "the initial RAM disk", at: address, size: UInt64(file.count))
        initialRAMDisk = address..<address + UInt64(file.count)
    }

    /// Where a device tree of `size` bytes stands; reserves the range.
    public mutating func placeDeviceTree(size: UInt64) throws(PlatformError) -> UInt64 {
        let limit = memory.lowerBound < 3 << 30 ? min(memory.upperBound, (3 << 30) - 1) : memory.upperBound
        // A machine with little memory cannot spare two megabytes.
        let alignment: UInt64 = limit - memory.lowerBound >= (16 << 20) - 1 ? 2 << 20 : 4096
        guard limit - memory.lowerBound >= size else {
            throw PlatformError(
                at: "the device tree", "\(size) bytes do not fit into RAM at \(hexadecimal(memory.lowerBound))",
                expected: "more memory (-m)")
        }
        let address = (limit - size + 1) & ~(alignment - 1)
        try reserve(Piece(what: "the device tree", address: address, size: size, contents: nil, owner: nil))
        return address
    }

    // MARK: Pieces

    private mutating func addRaw(
        _ file: ImageBytes, _ what: String, at address: UInt64, size: UInt64
    ) throws(PlatformError) {
        guard file.count > 0 else {
            throw PlatformError(at: file.name, "the file is empty", expected: "an image")
        }
        try reserve(Piece(what: what, address: address, size: size, contents: file.contents, owner: file))
    }

    /// Adds the segments; returns the entry. A file that can stand anywhere and was linked at 0 is moved to `base`.
    private mutating func add(_ image: ELFImage, base: UInt64) throws(PlatformError) -> UInt64 {
        try image.checkRISCV(width: width)
        let lowest = image.segments[0].physicalAddress
        let offset = image.isPositionIndependent && lowest < 4096 ? base &- lowest : 0
        // The segments may overflow the address space once they are moved.
        if let last = image.segments.last, offset > 0, last.end > .max - offset {
            throw PlatformError(
                at: image.file.name, "the image leaves the address space when it is moved to \(hexadecimal(base))")
        }
        for segment in image.segments {
            let piece = Piece(
                what: "a segment of “\(image.file.name)”", address: segment.physicalAddress + offset,
                size: segment.memorySize, contents: image.file.slice(at: segment.fileOffset, count: segment.fileSize),
                owner: image.file)
            try reserve(piece)
        }
        symbols.add(image.symbols(movedBy: offset))
        return Self.physical(image.entry, in: image) &+ offset
    }

    /// The entry is a virtual address; the machine starts without translation.
    private static func physical(_ entry: UInt64, in image: ELFImage) -> UInt64 {
        for segment in image.segments
        where entry >= segment.virtualAddress && entry - segment.virtualAddress < segment.memorySize {
            return entry - segment.virtualAddress + segment.physicalAddress
        }
        return entry
    }

    private mutating func reserve(_ piece: Piece) throws(PlatformError) {
        let place = piece.owner?.name ?? piece.what
        guard Self.holds(memory, piece) || flash.map({ Self.holds($0, piece) }) ?? false else {
            let (end, overflow) = piece.address.addingReportingOverflow(max(piece.size, 1) - 1)
            throw PlatformError(
                at: place,
                "\(piece.what) at \(hexadecimal(piece.address))–\(overflow ? "…" : hexadecimal(end)) lies outside of RAM\(flash == nil ? "" : " and flash")",
                expected:
                    "a range within \(hexadecimal(memory.lowerBound))–\(hexadecimal(memory.upperBound))"
                    + (flash.map { " or \(hexadecimal($0.lowerBound))–\(hexadecimal($0.upperBound))" }
                        ?? "; -m gives the machine more memory")
            )
        }
        for other in pieces where piece.address <= other.end && other.address <= piece.end {
            throw PlatformError(
                at: place, "\(piece.what) at \(piece.range) overlaps \(other.what) at \(other.range)",
                expected: "ranges apart; -m gives the machine more memory")
        }
        pieces.append(piece)
    }

    private static func holds(_ range: ClosedRange<UInt64>, _ piece: Piece) -> Bool {
        range.contains(piece.address) && piece.size > 0 && piece.size - 1 <= range.upperBound - piece.address
    }

    static func alignUp(_ address: UInt64, _ alignment: UInt64) -> UInt64 {
        let (sum, overflow) = address.addingReportingOverflow(alignment - 1)
        return overflow ? address : sum & ~(alignment - 1)
    }
}
