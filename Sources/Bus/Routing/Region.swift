internal import TandemKernel

/// A stretch of a router's address space and what stands behind it.
public struct Region {
    /// For messages, monitors and `Router.unmap`; unique within its router.
    public var name: String
    /// First address, in those of the router.
    public var start: UInt64
    /// Bytes. A region must end at or below the last 64-bit address.
    public var size: UInt64
    public var target: TargetSocket
    /// Where in the target the region begins. Two regions of one target make an alias.
    public var offset: UInt64
    /// Where regions overlap, the highest priority is seen. Two that overlap must differ in it.
    public var priority: Int
    /// What accesses through it take on the way; nil for what the router says.
    public var timing: RegionTiming?

    /// - Parameter name: the path of the target's module, unless given.
    public init(
        start: UInt64, size: UInt64, target: TargetSocket, offset: UInt64 = 0, priority: Int = 0, name: String? = nil,
        timing: RegionTiming? = nil
    ) {
        self.name = name ?? target.owner.path
        self.start = start
        self.size = size
        self.target = target
        self.offset = offset
        self.priority = priority
        self.timing = timing
    }

    /// Last address, inclusive. Only of a region whose size is neither 0 nor too large.
    public var end: UInt64 { start + (size - 1) }

    public func contains(_ address: UInt64) -> Bool { address >= start && address - start < size }

    /// "“uart0” (0x10000000...0x100000ff)".
    public var description: String { "“\(name)” (\(hexadecimal(start))...\(hexadecimal(end)))" }

    func overlaps(_ other: Region) -> Bool { start <= other.end && other.start <= end }
}

/// "0x80000000".
func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
