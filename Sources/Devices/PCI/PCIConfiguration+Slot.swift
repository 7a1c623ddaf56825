// The slot of a port. PCI Express Base Specification 4.0 §7.5.3.9 to 11 and §6.7.
extension PCIConfiguration {
    private var portOffset: Int? {
        table.offset {
            if case .express(.rootPort, _) = $0 { return true }
            return false
        }
    }

    private var slotOffset: Int? {
        table.offset {
            if case .express(.rootPort, .some) = $0 { return true }
            return false
        }
    }

    /// Slot Control: what software wants.
    private var slotControl: UInt16 { slotOffset.map { word($0 + 0x18) } ?? 0 }

    /// Bits of Slot Status. The events have the bits of their enables in Slot Control, the last one excepted.
    private struct Status {
        static let buttonPressed: UInt64 = 1
        static let presenceChanged: UInt64 = 8
        static let commandCompleted: UInt64 = 0x10
        static let isOccupied: UInt64 = 0x40
        static let linkChanged: UInt64 = 0x100
    }

    /// Whether the device in the slot has power: also where there is no slot.
    var slotHasPower: Bool { slotControl & 0x400 == 0 }
    /// Whether software has switched power and power indicator off, so that the device may be taken.
    var slotIsOff: Bool { slotControl & 0x700 == 0x700 }
    /// Whether software hears of the attention button.
    var slotListensToButton: Bool { slotControl & 0x21 == 0x21 }

    /// Whether an event is there whose interrupt software has enabled.
    var slotWantsInterrupt: Bool {
        guard let place = slotOffset, slotControl & 0x20 != 0 else { return false }
        let status = word(place + 0x1a)
        return status & slotControl & 0x1f != 0 || status & 0x100 != 0 && slotControl & 0x1000 != 0
    }

    /// Whether an access to those offsets writes Slot Control.
    func isSlotCommand(_ offsets: Range<Int>) -> Bool {
        slotOffset.map { offsets.overlaps($0 + 0x18..<$0 + 0x1a) } ?? false
    }

    mutating func completeSlotCommand() { note(Status.commandCompleted) }
    mutating func pressAttentionButton() { note(Status.buttonPressed) }

    /// As if nothing had happened.
    mutating func forgetSlotEvents() { if let place = slotOffset { set(place + 0x1a, 0, count: 2) } }

    private mutating func note(_ event: UInt64) {
        if let place = slotOffset { set(place + 0x1a, UInt64(word(place + 0x1a)) | event, count: 2) }
    }

    /// Brings presence and link in accord with what is in the slot. A change, other than what a reset finds, is an event.
    mutating func settleSlot(isOccupied: Bool, isChange: Bool) {
        guard let port = portOffset else { return }
        let link = UInt64(word(port + 0x12))
        let isUp = isOccupied && slotHasPower
        set(port + 0x12, isUp ? link | 0x2000 : link & ~0x2000, count: 2)
        guard let place = slotOffset else { return }
        let status = UInt64(word(place + 0x1a))
        set(place + 0x1a, isOccupied ? status | Status.isOccupied : status & ~Status.isOccupied, count: 2)
        guard isChange else { return }
        if isOccupied != (status & Status.isOccupied != 0) { note(Status.presenceChanged) }
        if isUp != (link & 0x2000 != 0) { note(Status.linkChanged) }
    }
}
