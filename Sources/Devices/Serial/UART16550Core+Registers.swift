public import TandemBus

extension UART16550Core: RegisterCore {
    /// Table II. DLL and DLM stand at the first two offsets while LCR.DLAB is set; FCR is written where IIR is read.
    public static let registers = RegisterTable<Register>(
        size: 8,
        [
            RegisterRow(
                .data, "RBR/THR", offset: 0, width: 1, .readWrite,
                "Received character, character to send; DLL while DLAB is set."),
            RegisterRow(
                .interruptEnable, "IER", offset: 1, width: 1,
                fields: [
                    RegisterField("ERBFI", bit: 0, .readWrite, "Received data, and character time-out."),
                    RegisterField("ETBEI", bit: 1, .readWrite, "Holding register empty."),
                    RegisterField("ELSI", bit: 2, .readWrite, "Line status."),
                    RegisterField("EDSSI", bit: 3, .readWrite, "Modem status."),
                ], "DLM while DLAB is set."),
            RegisterRow(
                .interruptIdentification, "IIR/FCR", offset: 2, width: 1, .readWrite, reset: 0x01,
                """
                Read: bit 0 clear while an interrupt is pending, 3:0 its source (6 line status, 4 received data, c \
                time-out, 2 holding register empty, 0 modem status), 7:6 set while the queues are on. Written: bit 0 \
                switches the queues on, 1 and 2 clear them, 7:6 trigger at 1, 4, 8 or 14 characters.
                """),
            RegisterRow(
                .lineControl, "LCR", offset: 3, width: 1,
                fields: [
                    RegisterField("WLS", bits: 0...1, .readWrite, "Character length, 5 to 8 bits."),
                    RegisterField("STB", bit: 2, .readWrite, "Two stop bits; one and a half for 5 bits."),
                    RegisterField("PEN", bit: 3, .readWrite, "Parity."),
                    RegisterField("EPS", bit: 4, .readWrite, "Even parity."),
                    RegisterField("SP", bit: 5, .readWrite, "Stick parity."),
                    RegisterField("BREAK", bit: 6, .readWrite, "Sends a break; not seen by the back-end."),
                    RegisterField("DLAB", bit: 7, .readWrite, "The divisor latch stands at offsets 0 and 1."),
                ]),
            RegisterRow(
                .modemControl, "MCR", offset: 4, width: 1,
                fields: [
                    RegisterField("DTR", bit: 0), RegisterField("RTS", bit: 1), RegisterField("OUT1", bit: 2),
                    RegisterField("OUT2", bit: 3),
                    RegisterField(
                        "LOOP", bit: 4, .readWrite, "The transmitter feeds the receiver, the outputs the modem inputs."),
                ]),
            RegisterRow(
                .lineStatus, "LSR", offset: 5, width: 1,
                fields: [
                    RegisterField("DR", bit: 0, .readOnly, "A character has been received."),
                    RegisterField("OE", bit: 1, .clearOnRead, "Overrun."),
                    RegisterField("PE", bit: 2, .clearOnRead, "Parity error of the next character."),
                    RegisterField("FE", bit: 3, .clearOnRead, "Framing error of the next character."),
                    RegisterField("BI", bit: 4, .clearOnRead, "The next character is a break."),
                    RegisterField("THRE", bit: 5, .readOnly, reset: 1, "The holding register or queue is empty."),
                    RegisterField("TEMT", bit: 6, .readOnly, reset: 1, "Nothing is left to send."),
                    RegisterField("RXFE", bit: 7, .readOnly, "The receive queue holds an error."),
                ]),
            RegisterRow(
                .modemStatus, "MSR", offset: 6, width: 1,
                fields: [
                    RegisterField("DCTS", bit: 0, .clearOnRead), RegisterField("DDSR", bit: 1, .clearOnRead),
                    RegisterField("TERI", bit: 2, .clearOnRead), RegisterField("DDCD", bit: 3, .clearOnRead),
                    RegisterField("CTS", bit: 4, .readOnly, reset: 1),
                    RegisterField("DSR", bit: 5, .readOnly, reset: 1), RegisterField("RI", bit: 6, .readOnly),
                    RegisterField("DCD", bit: 7, .readOnly, reset: 1),
                ], "The inputs, and what changed since the last read."),
            RegisterRow(.scratch, "SCR", offset: 7, width: 1, .readWrite, "Keeps what is written."),
        ])

    public mutating func read(_ register: Register, at index: Int) -> UInt64 { UInt64(read(register)) }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        write(register, UInt8(truncatingIfNeeded: value))
    }
}

extension UART16550Core: SerialCore {
    var acceptsFromLine: Bool { canReceive && modemControl & 0x10 == 0 }
    var clocksPerCharacter: UInt64 { halfBitsPerCharacter * clocksPerHalfBit }
    /// Four character times (§8.6.4).
    var clocksToTimeOut: UInt64 { 4 * clocksPerCharacter }
    mutating func receiveFromLine(_ character: UInt8) { receiveFromLine(character, errors: 0) }
    mutating func timeOut() { characterTimeOut() }
}
