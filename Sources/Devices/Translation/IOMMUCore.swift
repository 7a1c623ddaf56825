public import TandemBus
public import TandemKernel

/// The registers of the IOMMU: no bus, no time. The device is this project's own; `docs/devices/iommu.md` is its manual.
public struct IOMMUCore: Equatable, Sendable {
    /// The registers in address order; the last four are arrays with an element for each window.
    public enum Register: Int, RegisterName {
        case identification, control, status, faultStream, faultAddress, windowCount
        case start, last, target, attributes
    }

    /// A stretch of addresses and where it leads.
    struct Window: Equatable, Sendable {
        var start: UInt64 = 0
        var last: UInt64 = 0
        var target: UInt64 = 0
        var attributes: UInt32 = 0

        var isValid: Bool { attributes & Attribute.valid != 0 && start <= last }

        func serves(_ stream: Int) -> Bool {
            isValid
                && (attributes & Attribute.everyStream != 0
                    || Int(attributes >> Attribute.streamShift & 0xff) == stream)
        }

        func contains(_ address: UInt64) -> Bool { start <= address && address <= last }
    }

    private enum Attribute {
        static let valid: UInt32 = 1 << 0
        static let read: UInt32 = 1 << 1
        static let write: UInt32 = 1 << 2
        static let everyStream: UInt32 = 1 << 3
        static let streamShift: UInt32 = 8
        static let all: UInt32 = 0xff0f
    }

    private enum Status {
        static let fault: UInt32 = 1 << 0
        static let isWrite: UInt32 = 1 << 1
        static let denied: UInt32 = 1 << 2
        static let lost: UInt32 = 1 << 3
    }

    /// "IOM1" in memory order: what ID reads.
    public static let identification: UInt32 = 0x314d_4f49
    /// The most windows that a device can have.
    public static let mostWindows = 64
    /// The most streams that a device can have.
    public static let mostStreams = 16

    private var isEnabled = false
    private var isInterruptEnabled = false
    private var status: UInt32 = 0
    private var faultStream: UInt32 = 0
    private var faultAddress: UInt64 = 0
    private var windows: [Window]
    /// Accesses may be translated differently since the shell last looked.
    private var hasChanged = false

    /// - Parameter windowCount: 1 to `mostWindows`.
    public init(windowCount: Int = mostWindows) {
        windows = Array(repeating: Window(), count: windowCount)
    }

    /// The level of the interrupt line.
    public var isInterruptAsserted: Bool { isInterruptEnabled && status & Status.fault != 0 }

    // MARK: Translation

    /// What becomes of an address of a stream; nil if no window holds it. Of windows that overlap the first counts.
    public func translate(_ address: UInt64, of stream: Int) -> TranslatedWindow? {
        guard isEnabled else { return .identity }
        var (first, last) = (UInt64.min, UInt64.max)
        for window in windows where window.serves(stream) {
            if window.contains(address) {
                (first, last) = (max(first, window.start), min(last, window.last))
                return TranslatedWindow(
                    first...last, to: window.target &+ (first - window.start),
                    allowsRead: window.attributes & Attribute.read != 0,
                    allowsWrite: window.attributes & Attribute.write != 0)
            }
            // Where this window begins, the answer is another.
            if window.start > address {
                last = min(last, window.start - 1)
            } else {
                first = max(first, window.last + 1)
            }
        }
        return nil
    }

    /// Whether accesses may be translated differently since the last call.
    public mutating func takeChange() -> Bool {
        defer { hasChanged = false }
        return hasChanged
    }

    /// An access was refused. The first is kept until software clears FAULT; others set LOST.
    public mutating func note(_ fault: TranslationFault, of stream: Int) {
        guard status & Status.fault == 0 else {
            status |= Status.lost
            return
        }
        status |= Status.fault
        if fault.command == .write { status |= Status.isWrite }
        if fault.reason == .denied { status |= Status.denied }
        faultStream = UInt32(stream)
        faultAddress = fault.address
    }
}

extension IOMMUCore: RegisterCore {
    public func read(_ register: Register, at index: Int) -> UInt64 {
        switch register {
        case .identification: return UInt64(Self.identification)
        case .control: return (isEnabled ? 1 : 0) | (isInterruptEnabled ? 2 : 0)
        case .status: return UInt64(status)
        case .faultStream: return UInt64(faultStream)
        case .faultAddress: return faultAddress
        case .windowCount: return UInt64(windows.count)
        case .start, .last, .target, .attributes:
            guard index < windows.count else { return 0 }
            let window = windows[index]
            switch register {
            case .start: return window.start
            case .last: return window.last
            case .target: return window.target
            default: return UInt64(window.attributes)
            }
        }
    }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        switch register {
        case .identification, .faultStream, .faultAddress, .windowCount: break
        case .control:
            hasChanged = hasChanged || isEnabled != (value & 1 != 0)
            isEnabled = value & 1 != 0
            isInterruptEnabled = value & 2 != 0
        case .status:
            // What describes the fault goes with it.
            if value & UInt64(Status.fault) != 0 { status &= ~(Status.fault | Status.isWrite | Status.denied) }
            if value & UInt64(Status.lost) != 0 { status &= ~Status.lost }
        case .start, .last, .target, .attributes:
            guard index < windows.count else { return }
            hasChanged = true
            switch register {
            case .start: windows[index].start = windows[index].start & ~mask | value
            case .last: windows[index].last = windows[index].last & ~mask | value
            case .target: windows[index].target = windows[index].target & ~mask | value
            default: windows[index].attributes = UInt32(truncatingIfNeeded: value) & Attribute.all
            }
        }
    }

    public static let registers = RegisterTable<Register>(
        size: 0x1000,
        [
            RegisterRow(
                .identification, "ID", offset: 0x00, width: 4, .readOnly, reset: UInt64(identification),
                "“IOM1” in memory order."),
            RegisterRow(
                .control, "CONTROL", offset: 0x04, width: 4,
                fields: [
                    RegisterField(
                        "ENABLE", bit: 0, .readWrite, "The windows apply; without it all addresses pass as they are."),
                    RegisterField("INTERRUPT_ENABLE", bit: 1, .readWrite, "FAULT drives the line."),
                ]),
            RegisterRow(
                .status, "STATUS", offset: 0x08, width: 4,
                fields: [
                    RegisterField("FAULT", bit: 0, .writeOneToClear, "An access was refused."),
                    RegisterField("WRITE", bit: 1, .readOnly, "It was a write."),
                    RegisterField("DENIED", bit: 2, .readOnly, "There is a window, but it does not allow that."),
                    RegisterField("LOST", bit: 3, .writeOneToClear, "More accesses were refused since."),
                ]),
            RegisterRow(
                .faultStream, "FAULT_STREAM", offset: 0x0c, width: 4, .readOnly, "The stream of the refused access."),
            RegisterRow(
                .faultAddress, "FAULT_ADDRESS", offset: 0x10, width: 8, sizes: [.word, .double], .readOnly,
                "Its address."),
            RegisterRow(
                .windowCount, "WINDOWS", offset: 0x18, width: 4, .readOnly, reset: UInt64(mostWindows),
                "How many windows there are."),
            row(.start, "START", 0x100, "First address of the window."),
            row(.last, "LAST", 0x108, "Last address of the window."),
            row(.target, "TARGET", 0x110, "Where its first address leads."),
            RegisterRow(
                .attributes, "ATTRIBUTES", offset: 0x118, width: 4, count: mostWindows, stride: 0x20,
                fields: [
                    RegisterField("VALID", bit: 0, .readWrite, "The window applies."),
                    RegisterField("READ", bit: 1, .readWrite, "Reads are allowed."),
                    RegisterField("WRITE", bit: 2, .readWrite, "Writes are allowed."),
                    RegisterField(
                        "EVERY_STREAM", bit: 3, .readWrite, "It applies to all streams; else to STREAM only."),
                    RegisterField("STREAM", bits: 8...15, .readWrite, "The stream that it applies to."),
                ]),
        ])

    private static func row(_ register: Register, _ name: String, _ offset: UInt64, _ text: String) -> RegisterRow<
        Register
    > {
        RegisterRow(
            register, name, offset: offset, width: 8, count: mostWindows, stride: 0x20, sizes: [.word, .double],
            .readWrite, text)
    }
}

extension IOMMUCore: SnapshotPayload {
    public static let schema = SnapshotSchema("iommu")

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(isEnabled)
        writer.write(isInterruptEnabled)
        writer.write(status)
        writer.write(faultStream)
        writer.write(faultAddress)
        writer.write(each: windows) { writer, window in
            writer.write(window.start)
            writer.write(window.last)
            writer.write(window.target)
            writer.write(window.attributes)
        }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        isEnabled = try reader.read()
        isInterruptEnabled = try reader.read()
        status = try reader.read()
        faultStream = try reader.read()
        faultAddress = try reader.read()
        windows = try reader.read(each: { reader throws(SnapshotError) in
            Window(
                start: try reader.read(), last: try reader.read(), target: try reader.read(),
                attributes: try reader.read())
        })
        guard 1...Self.mostWindows ~= windows.count else {
            throw reader.error("\(windows.count) windows are stored", expected: "1 to \(Self.mostWindows)")
        }
    }

    /// How many windows there are.
    public var count: Int { windows.count }
}
