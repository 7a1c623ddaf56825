import TandemDevices
import Testing

/// Against the PL011 Technical Reference Manual, ARM DDI 0183G.
@Suite struct PL011CoreTests {
    private typealias Interrupts = PL011Core.Interrupts

    /// A UART that is on, with queues, eight bits and the levels of UARTIFLS.
    private func chip(levels: UInt64 = 0x12, queues: Bool = true, loop: Bool = false) -> PL011Core {
        var core = PL011Core()
        core.write(.fifoLevels, levels)
        core.write(.lineControl, queues ? 0x70 : 0x60)
        core.write(.control, loop ? 0x381 : 0x301)
        core.write(.mask, 0x7ff)
        return core
    }

    @Test("the identification registers name the PL011 r1p5")
    func identification() {
        var core = PL011Core()
        #expect((0..<4).map { core.read(.peripheralID, index: $0) } == [0x11, 0x10, 0x34, 0x00])
        #expect((0..<4).map { core.read(.cellID, index: $0) } == [0x0d, 0xf0, 0x05, 0xb1])
    }

    @Test(
        "the receive interrupt rises when its level is reached and falls below it",
        arguments: [(0, 4), (1, 8), (2, 16), (3, 24), (4, 28)])
    func receiveLevel(code: UInt64, level: Int) {
        var core = chip(levels: code << 3)
        for _ in 1..<level { core.receiveFromLine(0x41, errors: 0) }
        #expect(!core.pending.contains(.receive))
        core.receiveFromLine(0x41, errors: 0)
        #expect(core.pending.contains(.receive))
        #expect(core.isInterruptAsserted)
        _ = core.read(.data)
        #expect(!core.pending.contains(.receive))
    }

    @Test(
        "the transmit interrupt needs a transition through its level",
        arguments: [(0, 4), (1, 8), (2, 16), (3, 24), (4, 28)])
    func transmitLevel(code: UInt64, level: Int) {
        var core = chip(levels: code)
        for _ in 0..<level { core.write(.data, 0x41) }
        #expect(core.beginCharacter() == true)
        #expect(!core.pending.contains(.transmit))
        _ = core.endCharacter()
        core.write(.data, 0x41)
        core.write(.data, 0x41)
        #expect(core.beginCharacter() == true)
        #expect(core.pending.contains(.transmit))
        core.write(.data, 0x41)
        #expect(!core.pending.contains(.transmit))
    }

    @Test("without queues one character fills, and each one that leaves raises the transmit interrupt")
    func withoutQueues() {
        var core = chip(queues: false)
        core.write(.data, 0x41)
        #expect(core.read(.flags) & 0xa8 == 0x28)
        #expect(core.beginCharacter() == true)
        #expect(core.pending == .transmit)
        #expect(core.endCharacter() == 0x41)
        core.receiveFromLine(1, errors: 0)
        core.receiveFromLine(2, errors: 0)
        #expect(core.pending.contains([.receive, .overrun]))
        #expect(core.read(.data) == 0x801)
        #expect(core.read(.receiveStatus) == 0x8)
        core.write(.receiveStatus, 0)
        #expect(core.read(.receiveStatus) == 0)
    }

    @Test("a time-out stands until the queue is empty or it is cleared")
    func timeOut() {
        var core = chip()
        core.receiveTimeOut()
        #expect(core.pending == [])
        core.receiveFromLine(1, errors: 0)
        core.receiveFromLine(2, errors: 0)
        core.receiveTimeOut()
        #expect(core.read(.maskedStatus) == 0x40)
        _ = core.read(.data)
        #expect(core.pending.contains(.receiveTimeOut))
        _ = core.read(.data)
        #expect(core.pending == [])
        core.receiveFromLine(3, errors: 0)
        core.receiveTimeOut()
        core.write(.clear, 0x40)
        #expect(core.pending == [])
    }

    @Test("errors travel with their character and raise their interrupts")
    func errors() {
        var core = chip()
        core.receiveFromLine(0, errors: PL011Core.CharacterError.framing | PL011Core.CharacterError.breakReceived)
        #expect(core.pending == [.framing, .breakReceived])
        #expect(core.read(.data) == 0x500)
        #expect(core.read(.receiveStatus) == 0x5)
        core.write(.clear, 0x780)
        #expect(core.pending == [])
    }

    @Test("a masked source is in the raw status only")
    func masking() {
        var core = chip(queues: false)
        core.write(.mask, 0)
        core.receiveFromLine(1, errors: 0)
        #expect(core.read(.rawStatus) == 0x10)
        #expect(core.read(.maskedStatus) == 0)
        #expect(!core.isInterruptAsserted)
        core.write(.mask, 0x10)
        #expect(core.isInterruptAsserted)
    }

    @Test("loop-back feeds the transmitter to the receiver and the outputs to the modem inputs")
    func loopBack() {
        var core = chip(loop: true)
        core.write(.clear, 0x7ff)
        core.write(.data, 0x5a)
        #expect(core.beginCharacter() == true)
        #expect(core.endCharacter() == nil)
        #expect(core.read(.data) == 0x5a)
        core.write(.control, 0x3f81)
        #expect(core.read(.flags) & 0x107 == 0x107)
        #expect(core.pending.intersection(.modem) == .modem)
    }

    @Test("nothing is sent or received while the UART or its half is off", arguments: [0x000, 0x300, 0x001])
    func off(control: UInt64) {
        var core = chip()
        core.write(.control, control)
        core.write(.data, 0x41)
        core.receiveFromLine(1, errors: 0)
        #expect(core.beginCharacter() == false)
        #expect(!core.canReceive)
        #expect(core.read(.flags) & 0x98 == 0x18)
    }

    @Test("switching the queues empties them")
    func switchingQueues() {
        var core = chip()
        for _ in 0..<16 { core.receiveFromLine(1, errors: 0) }
        core.write(.lineControl, 0x60)
        #expect(core.read(.flags) & 0x10 != 0)
        #expect(core.pending.isDisjoint(with: [.receive, .receiveTimeOut]))
    }

    @Test(
        "a bit lasts the divisor in quarter clocks; below 1 counts as 1",
        arguments: [(1, 0, 64), (26, 3, 1667), (0, 5, 64)])
    func divisor(integer: UInt64, fraction: UInt64, quarterClocks: UInt64) {
        var core = PL011Core()
        core.write(.integerDivisor, integer)
        core.write(.fractionalDivisor, fraction)
        #expect(core.quarterClocksPerBit == quarterClocks)
    }
}
