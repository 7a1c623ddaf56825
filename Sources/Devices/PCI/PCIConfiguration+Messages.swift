/// A message signaled interrupt: a write of four bytes.
public struct PCIMessage: Equatable, Sendable {
    public var address: UInt64
    public var data: UInt32
}

// The MSI capability. PCI Local Bus Specification 3.0 §6.8.1.
extension PCIConfiguration {
    private var messageOffset: Int? {
        table.offset {
            if case .messages = $0 { return true }
            return false
        }
    }

    private var messageTableOffset: Int? {
        table.offset {
            if case .extendedMessages = $0 { return true }
            return false
        }
    }

    /// Whether interrupts are messages of the MSI capability.
    var sendsMessages: Bool { messageOffset.map { word($0 + 2) & 1 != 0 } ?? false }
    /// Whether interrupts are messages of the MSI-X table.
    var sendsTableMessages: Bool { messageTableOffset.map { word($0 + 2) & 0x8000 != 0 } ?? false }
    /// Whether all vectors of the MSI-X table are masked.
    var masksTable: Bool { messageTableOffset.map { word($0 + 2) & 0x4000 != 0 } ?? false }

    /// The message of an MSI vector: those beyond what software has granted share the last bits. §6.8.1.6.
    func message(_ vector: Int) -> PCIMessage? {
        guard let place = messageOffset else { return nil }
        let control = word(place + 2)
        let granted = 1 << Int(min(control >> 4 & 7, control >> 1 & 7))
        let data = UInt32(word(place + 0xc))
        let low = UInt32(granted - 1)
        return PCIMessage(
            address: read(place + 4, count: 8), data: data & ~low | UInt32(vector) & low)
    }

    /// Whether software has masked an MSI vector.
    func isMasked(_ vector: Int) -> Bool {
        messageOffset.map { double($0 + 0x10) >> UInt32(vector) & 1 != 0 } ?? false
    }

    /// The MSI vectors that wait for being unmasked.
    var pendingMessages: UInt32 {
        get { messageOffset.map { double($0 + 0x14) } ?? 0 }
        set { if let place = messageOffset { set(place + 0x14, UInt64(newValue), count: 4) } }
    }
}
