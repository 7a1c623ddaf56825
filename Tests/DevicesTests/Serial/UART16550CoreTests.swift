import TandemDevices
import Testing

/// Against the PC16550D data sheet.
@Suite struct UART16550CoreTests {
    private typealias Status = UART16550Core.LineStatus

    /// A chip with queues on, a trigger level of 1 << `trigger` in FCR's coding, and all interrupts enabled.
    private func chip(trigger: UInt8 = 0, interrupts: UInt8 = 0x0f) -> UART16550Core {
        var core = UART16550Core()
        core.write(.interruptIdentification, trigger << 6 | 1)
        core.write(.interruptEnable, interrupts)
        _ = core.read(.interruptIdentification)
        return core
    }

    @Test("DLAB puts the divisor latch before the data and interrupt enable registers")
    func divisorLatch() {
        var core = UART16550Core()
        core.write(.lineControl, 0x83)
        core.write(.data, 0x34)
        core.write(.interruptEnable, 0x12)
        #expect(core.divisor == 0x1234)
        #expect(core.read(.data) == 0x34)
        #expect(core.read(.interruptEnable) == 0x12)
        core.write(.lineControl, 0x03)
        #expect(core.read(.interruptEnable) == 0)
        #expect(!core.hasCharacterWaiting)
    }

    @Test("received characters come out in order, and DR falls with the last one")
    func receive() {
        var core = chip()
        for character in UInt8(1)...16 { core.receiveFromLine(character) }
        for character in UInt8(1)...16 {
            #expect(core.read(.lineStatus) & Status.dataReady != 0)
            #expect(core.read(.data) == character)
        }
        #expect(core.read(.lineStatus) & Status.dataReady == 0)
        #expect(core.read(.data) == 0)
    }

    @Test("the received data interrupt follows the trigger level", arguments: [(0, 1), (1, 4), (2, 8), (3, 14)])
    func triggerLevel(code: UInt8, level: Int) {
        var core = chip(trigger: code)
        for _ in 1..<level { core.receiveFromLine(0x55) }
        #expect(!core.isInterruptAsserted)
        core.receiveFromLine(0x55)
        #expect(core.read(.interruptIdentification) == 0xc4)
        _ = core.read(.data)
        #expect(!core.isInterruptAsserted)
    }

    @Test("a time-out is reported below the trigger level until a character is read")
    func timeOut() {
        var core = chip(trigger: 3)
        core.receiveFromLine(0x55)
        core.receiveFromLine(0x56)
        core.characterTimeOut()
        #expect(core.read(.interruptIdentification) == 0xcc)
        #expect(core.isInterruptAsserted)
        _ = core.read(.data)
        #expect(!core.isInterruptAsserted)
        core.characterTimeOut()
        #expect(core.isInterruptAsserted)
    }

    @Test("an overrun loses the new character with queues and the old one without")
    func overrun() {
        var queued = chip()
        for character in UInt8(1)...17 { queued.receiveFromLine(character) }
        #expect(queued.read(.interruptIdentification) == 0xc6)
        #expect(queued.read(.lineStatus) & Status.overrun != 0)
        #expect(queued.read(.lineStatus) & Status.overrun == 0)
        #expect(queued.read(.data) == 1)
        var single = UART16550Core()
        single.receiveFromLine(1)
        single.receiveFromLine(2)
        #expect(single.read(.lineStatus) & Status.overrun != 0)
        #expect(single.read(.data) == 2)
    }

    @Test("errors belong to their character, and bit 7 tells of any in the queue")
    func errors() {
        var core = chip()
        core.receiveFromLine(1)
        core.receiveFromLine(2, errors: Status.framing)
        #expect(core.read(.lineStatus) & (Status.framing | Status.fifoError) == Status.fifoError)
        _ = core.read(.data)
        #expect(core.read(.interruptIdentification) == 0xc6)
        #expect(core.read(.lineStatus) & (Status.framing | Status.fifoError) == Status.framing | Status.fifoError)
        #expect(core.read(.lineStatus) & (Status.framing | Status.fifoError) == 0)
        #expect(core.read(.data) == 2)
    }

    @Test("the holding register interrupt is raised by enabling, cleared by IIR, raised again by sending")
    func holdingEmpty() {
        var core = UART16550Core()
        core.write(.interruptEnable, 0x02)
        #expect(core.read(.interruptIdentification) == 0x02)
        #expect(core.read(.interruptIdentification) == 0x01)
        core.write(.data, 0x41)
        #expect(!core.isInterruptAsserted)
        #expect(core.read(.lineStatus) & (Status.holdingEmpty | Status.transmitterEmpty) == 0)
        #expect(core.beginCharacter() == true)
        #expect(core.read(.lineStatus) & (Status.holdingEmpty | Status.transmitterEmpty) == Status.holdingEmpty)
        #expect(core.read(.interruptIdentification) == 0x02)
        #expect(core.endCharacter() == 0x41)
        #expect(core.read(.lineStatus) & Status.transmitterEmpty != 0)
    }

    @Test("of several sources the one of the highest priority is reported")
    func priorities() {
        var core = chip(interrupts: 0x0d)
        core.write(.interruptEnable, 0x0f)
        core.setModemLines(0)
        core.receiveFromLine(0x55, errors: Status.parity)
        let reported = (0..<4).map { _ in
            let identification = core.read(.interruptIdentification) & 0x0f
            switch identification {
            case 0x06: _ = core.read(.lineStatus)
            case 0x04: _ = core.read(.data)
            case 0x00: _ = core.read(.modemStatus)
            default: break
            }
            return identification
        }
        #expect(reported == [0x06, 0x04, 0x02, 0x00])
        #expect(core.read(.interruptIdentification) == 0xc1)
    }

    @Test("the loop feeds the transmitter to the receiver and the outputs to the modem inputs")
    func loop() {
        var core = chip()
        core.write(.lineControl, 0x03)
        core.write(.modemControl, 0x10)
        _ = core.read(.modemStatus)
        core.write(.data, 0x5a)
        #expect(core.beginCharacter() == true)
        #expect(core.endCharacter() == nil)
        #expect(core.read(.data) == 0x5a)
        core.receiveFromLine(0x11)
        #expect(core.read(.lineStatus) & Status.dataReady == 0)
        core.write(.modemControl, 0x1f)
        #expect(core.read(.modemStatus) == 0xfb)
        core.write(.modemControl, 0x1b)
        #expect(core.read(.modemStatus) == 0xb4)
    }

    @Test("modem status tells what changed since it was read")
    func modemStatus() {
        var core = UART16550Core()
        core.setModemLines(0x10)
        #expect(core.read(.modemStatus) == 0x1a)
        #expect(core.read(.modemStatus) == 0x10)
    }

    @Test("switching the queues clears them, and their control bits need bit 0")
    func fifoControl() {
        var core = chip()
        core.receiveFromLine(1)
        core.write(.interruptIdentification, 0xc0)
        #expect(core.read(.interruptIdentification) & 0xc0 == 0)
        #expect(core.read(.lineStatus) & Status.dataReady == 0)
        core.write(.interruptIdentification, 0x01)
        core.receiveFromLine(1)
        core.write(.interruptIdentification, 0x03)
        #expect(core.read(.lineStatus) & Status.dataReady == 0)
    }

    @Test("all eight bits of a character pass, whatever its length", arguments: [0, 3])
    func characterLength(code: UInt8) {
        var core = UART16550Core()
        core.write(.lineControl, code)
        core.write(.data, 0xff)
        #expect(core.beginCharacter() == true)
        #expect(core.endCharacter() == 0xff)
    }

    @Test(
        "a character's bits: start, data, parity, stop",
        arguments: [(0x00, 14), (0x04, 15), (0x03, 20), (0x0b, 22), (0x07, 22)])
    func halfBits(control: UInt8, halfBits: UInt64) {
        var core = UART16550Core()
        core.write(.lineControl, control)
        #expect(core.halfBitsPerCharacter == halfBits)
    }

    @Test("the scratch register keeps what is written; status registers do not")
    func plainRegisters() {
        var core = UART16550Core()
        core.write(.scratch, 0xa5)
        core.write(.lineStatus, 0)
        core.write(.modemStatus, 0)
        #expect(core.read(.scratch) == 0xa5)
        #expect(core.read(.lineStatus) == 0x60)
        #expect(core.read(.modemStatus) == 0xb0)
    }
}
