/// An executable in the Executable and Linkable Format (System V gABI 4.1, chapters 4 and 5): what has to be loaded,
/// where, and where it starts. 32 and 64 bits, either byte order.
public struct ELFImage {
    /// The size of addresses.
    public enum Width: Int, Sendable {
        case bits32 = 32
        case bits64 = 64
    }

    /// A part to be loaded (`PT_LOAD`).
    public struct Segment: Equatable, Sendable {
        /// Where it is loaded.
        public var physicalAddress: UInt64
        /// Where the program believes it stands.
        public var virtualAddress: UInt64
        /// Where its bytes stand in the file.
        public var fileOffset: UInt64
        public var fileSize: UInt64
        /// Bytes in memory; what exceeds `fileSize` is zero.
        public var memorySize: UInt64

        /// The last address.
        public var end: UInt64 { physicalAddress + (memorySize - 1) }
    }

    public let file: ImageBytes
    public let width: Width
    public let isBigEndian: Bool
    /// `e_machine`: 243 is RISC-V.
    public let machine: UInt16
    /// Whether it can stand anywhere (`ET_DYN`).
    public let isPositionIndependent: Bool
    public let entry: UInt64
    /// Sorted by physical address; none overlaps another; none is empty.
    public let segments: [Segment]
    /// Where the section header table stands, and how many entries it has.
    let sectionTable: (offset: UInt64, count: UInt64, entrySize: UInt64)

    /// `e_machine` of RISC-V (RISC-V psABI).
    public static let riscv: UInt16 = 243

    /// Whether the contents begin as an ELF file does.
    public static func isELF(_ file: ImageBytes) -> Bool {
        file.integer(UInt32.self, at: 0, bigEndian: true) == 0x7F45_4C46
    }

    /// Reads the headers; checks everything that loading relies on.
    public init(_ file: ImageBytes) throws(PlatformError) {
        self.file = file
        let name = file.name
        guard Self.isELF(file) else {
            throw PlatformError(at: name, "this is no ELF file", expected: "a file that begins with 7f 45 4c 46")
        }
        guard let classByte = file.integer(UInt8.self, at: 4), let dataByte = file.integer(UInt8.self, at: 5) else {
            throw Self.truncated(name, "the identification", needs: 16, has: file.count)
        }
        switch classByte {
        case 1: width = .bits32
        case 2: width = .bits64
        default:
            throw PlatformError(
                at: "\(name): offset 4", "the ELF class cannot be \(classByte)",
                expected: "1 (32 bits) or 2 (64 bits)")
        }
        guard dataByte == 1 || dataByte == 2 else {
            throw PlatformError(
                at: "\(name): offset 5", "the ELF byte order cannot be \(dataByte)",
                expected: "1 (little-endian) or 2 (big-endian)")
        }
        isBigEndian = dataByte == 2
        var header = ELFFields(file, bigEndian: isBigEndian, is64: width == .bits64, at: 16)
        let type = header.half()
        let machine = header.half()
        _ = header.word()  // e_version
        let entry = header.address()
        let programOffset = header.address()
        let sectionOffset = header.address()
        _ = header.word()  // e_flags
        _ = header.half()  // e_ehsize
        let programSize = header.half()
        let programCount = header.half()
        let sectionSize = header.half()
        let sectionCount = header.half()
        guard !header.isPastEnd else {
            throw Self.truncated(name, "the ELF header", needs: width == .bits64 ? 64 : 52, has: file.count)
        }
        guard type == 2 || type == 3 else {
            throw PlatformError(
                at: name, "the ELF file is of type \(type)", expected: "an executable (2) or a shared object (3)")
        }
        self.machine = machine
        self.entry = entry
        isPositionIndependent = type == 3
        sectionTable = (sectionOffset, UInt64(sectionCount), UInt64(sectionSize))
        let table = (offset: programOffset, count: UInt64(programCount), size: UInt64(programSize))
        segments = try Self.segments(file, table, isBigEndian: isBigEndian, is64: width == .bits64)
    }

    private static func segments(
        _ file: ImageBytes, _ table: (offset: UInt64, count: UInt64, size: UInt64), isBigEndian: Bool, is64: Bool
    ) throws(PlatformError) -> [Segment] {
        let name = file.name
        let least: UInt64 = is64 ? 56 : 32
        guard table.count == 0 || table.size >= least else {
            throw PlatformError(
                at: name, "a program header cannot have \(table.size) bytes", expected: "at least \(least)")
        }
        var segments: [Segment] = []
        for index in 0..<table.count {
            let (start, overflow) = table.offset.addingReportingOverflow(index * table.size)
            var fields = ELFFields(file, bigEndian: isBigEndian, is64: is64, at: start)
            let type = fields.word()
            if is64 { _ = fields.word() }  // p_flags stands here in 64-bit files, near the end in 32-bit ones
            let offset = fields.address()
            let virtual = fields.address()
            let physical = fields.address()
            let fileSize = fields.address()
            let memorySize = fields.address()
            guard !fields.isPastEnd, !overflow else {
                throw truncated(
                    name, "program header \(index)", needs: start.addingReportingOverflow(least).partialValue,
                    has: file.count)
            }
            guard type == 1, memorySize > 0 else { continue }
            let what = "segment \(index) at \(hexadecimal(physical))"
            guard fileSize <= memorySize else {
                throw PlatformError(
                    at: name, "\(what) has \(fileSize) bytes in the file and \(memorySize) in memory",
                    expected: "at least as many in memory")
            }
            guard file.slice(at: offset, count: fileSize) != nil else {
                throw truncated(
                    name, what, needs: offset.addingReportingOverflow(fileSize).partialValue, has: file.count)
            }
            let limit: UInt64 = is64 ? .max : 0xFFFF_FFFF
            guard physical <= limit, memorySize - 1 <= limit - physical else {
                throw PlatformError(
                    at: name, "\(what) of \(memorySize) bytes leaves the address space",
                    expected: "an end at or below \(hexadecimal(limit))")
            }
            segments.append(
                Segment(
                    physicalAddress: physical, virtualAddress: virtual, fileOffset: offset, fileSize: fileSize,
                    memorySize: memorySize))
        }
        segments.sort { $0.physicalAddress < $1.physicalAddress }
        for (one, next) in zip(segments, segments.dropFirst()) where next.physicalAddress <= one.end {
            throw PlatformError(
                at: name,
                "the segments at \(hexadecimal(one.physicalAddress))–\(hexadecimal(one.end)) and "
                    + "\(hexadecimal(next.physicalAddress))–\(hexadecimal(next.end)) overlap",
                expected: "segments apart")
        }
        guard !segments.isEmpty else {
            throw PlatformError(at: name, "the ELF file has nothing to load", expected: "at least one segment PT_LOAD")
        }
        return segments
    }

    /// Refuses an image for another processor: `width` bits, little-endian, RISC-V.
    public func checkRISCV(width wanted: Width) throws(PlatformError) {
        guard machine == Self.riscv else {
            throw PlatformError(
                at: "\(file.name): offset 18", "the ELF file is for \(Self.machineName(machine))",
                expected: "RISC-V (machine 243)")
        }
        guard width == wanted else {
            throw PlatformError(
                at: "\(file.name): offset 4", "the ELF file is for a processor of \(width.rawValue) bits",
                expected: "\(wanted.rawValue) bits, as the platform's harts have")
        }
        guard !isBigEndian else {
            throw PlatformError(
                at: "\(file.name): offset 5", "the ELF file is big-endian", expected: "little-endian")
        }
    }

    /// What `e_machine` stands for, for messages (gABI registry).
    static func machineName(_ machine: UInt16) -> String {
        let names: [(UInt16, String)] = [
            (2, "SPARC"), (3, "x86"), (8, "MIPS"), (20, "PowerPC"), (21, "PowerPC64"), (40, "Arm"), (43, "SPARC V9"),
            (62, "x86-64"), (183, "AArch64"), (243, "RISC-V"), (258, "LoongArch"),
        ]
        let name = names.first { $0.0 == machine }?.1
        return name.map { "\($0) (machine \(machine))" } ?? "machine \(machine)"
    }

    private static func truncated(_ name: String, _ what: String, needs: some BinaryInteger, has: Int) -> PlatformError
    {
        PlatformError(
            at: name, "the ELF file is truncated: \(what) ends at byte \(needs) and the file at \(has)",
            expected: "the whole file")
    }
}

/// Reads one header field after the other; remembers when one lay outside.
struct ELFFields {
    let file: ImageBytes
    let bigEndian: Bool
    let is64: Bool
    private(set) var offset: UInt64
    private(set) var isPastEnd = false

    init(_ file: ImageBytes, bigEndian: Bool, is64: Bool, at offset: UInt64) {
        self.file = file
        self.bigEndian = bigEndian
        self.is64 = is64
        self.offset = offset
    }

    private mutating func field<T: FixedWidthInteger>(_ type: T.Type) -> T {
        guard let value = file.integer(T.self, at: offset, bigEndian: bigEndian) else {
            isPastEnd = true
            return 0
        }
        offset += UInt64(MemoryLayout<T>.size)
        return value
    }

    mutating func byte() -> UInt8 { field(UInt8.self) }
    mutating func half() -> UInt16 { field(UInt16.self) }
    mutating func word() -> UInt32 { field(UInt32.self) }
    mutating func address() -> UInt64 { is64 ? field(UInt64.self) : UInt64(field(UInt32.self)) }
}
