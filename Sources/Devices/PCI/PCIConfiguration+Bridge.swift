// What the header of a bridge says. PCI-to-PCI Bridge Architecture Specification 1.2 §3.2.5.
extension PCIConfiguration {
    /// The number of the bus behind the bridge.
    var secondaryBus: UInt8 { UInt8(truncatingIfNeeded: read(0x19, count: 1)) }

    /// The buses behind the bridge; nil until software has numbered them.
    var busesBehind: ClosedRange<UInt8>? {
        let last = UInt8(truncatingIfNeeded: read(0x1a, count: 1))
        return secondaryBus > 0 && secondaryBus <= last ? secondaryBus...last : nil
    }

    /// The ports that the bridge passes on; nil for none.
    var portWindow: ClosedRange<UInt64>? {
        let first = (read(0x1c, count: 1) & 0xf0) << 8
        let last = (read(0x1d, count: 1) & 0xf0) << 8 | 0xfff
        return answersPorts && first <= last ? first...last : nil
    }

    /// The memory that the bridge passes on; nil for none.
    var memoryWindow: ClosedRange<UInt64>? {
        let first = UInt64(word(0x20) & 0xfff0) << 16
        let last = UInt64(word(0x22) & 0xfff0) << 16 | 0xf_ffff
        return answersMemory && first <= last ? first...last : nil
    }

    /// The prefetchable memory that the bridge passes on; nil for none.
    var prefetchableWindow: ClosedRange<UInt64>? {
        let first = UInt64(double(0x28)) << 32 | UInt64(word(0x24) & 0xfff0) << 16
        let last = UInt64(double(0x2c)) << 32 | UInt64(word(0x26) & 0xfff0) << 16 | 0xf_ffff
        return answersMemory && first <= last ? first...last : nil
    }

    /// Software holds the bus behind in reset.
    var holdsReset: Bool { read(0x3e, count: 1) & 0x40 != 0 }
}
