public import TandemBus

extension PL011Core: RegisterCore {
    private static let causes: [(name: String, bit: Int)] = [
        ("RI", 0), ("CTS", 1), ("DCD", 2), ("DSR", 3), ("RX", 4), ("TX", 5), ("RT", 6), ("FE", 7), ("PE", 8), ("BE", 9),
        ("OE", 10),
    ]

    private static func row(_ register: Register, _ name: String, _ offset: UInt64, _ fields: [RegisterField])
        -> RegisterRow<Register>
    {
        RegisterRow(register, name, offset: offset, width: 4, sizes: [.byte, .half, .word], fields: fields)
    }

    private static func field(
        _ name: String, _ bits: ClosedRange<Int>, _ mode: FieldMode = .readWrite, reset: UInt64 = 0, _ text: String
    ) -> RegisterField { RegisterField(name, bits: bits, mode, reset: reset, text) }

    /// Table 3-1. The APB has no byte strobes: a write of a part sets the other bits of the register to zero.
    public static let registers = RegisterTable<Register>(
        size: 0x1000, unassigned: .zero,
        [
            row(
                .data, "UARTDR", 0x00,
                [
                    field("DATA", 0...7, .readWrite, "Received character, character to send."),
                    field("ERRORS", 8...11, .readOnly, "Framing, parity, break, overrun."),
                ]),
            row(
                .receiveStatus, "UARTRSR/UARTECR", 0x04,
                [field("ERRORS", 0...3, .readWrite, "Errors of the character read last; any write clears them.")]),
            row(
                .flags, "UARTFR", 0x18,
                [
                    field("CTS", 0...0, .readOnly, reset: 1, "Clear to send."),
                    field("DSR", 1...1, .readOnly, reset: 1, "Data set ready."),
                    field("DCD", 2...2, .readOnly, reset: 1, "Carrier detect."),
                    field("BUSY", 3...3, .readOnly, "A character is being sent or waits."),
                    field("RXFE", 4...4, .readOnly, reset: 1, "Receive queue empty."),
                    field("TXFF", 5...5, .readOnly, "Transmit queue full."),
                    field("RXFF", 6...6, .readOnly, "Receive queue full."),
                    field("TXFE", 7...7, .readOnly, reset: 1, "Transmit queue empty."),
                    field("RI", 8...8, .readOnly, "Ring indicator."),
                ]),
            row(.lowPowerCounter, "UARTILPR", 0x20, [field("ILPDVSR", 0...7, .readWrite, "IrDA divisor; kept.")]),
            row(
                .integerDivisor, "UARTIBRD", 0x24,
                [field("BAUD_DIVINT", 0...15, .readWrite, "Integer part of the divisor.")]),
            row(
                .fractionalDivisor, "UARTFBRD", 0x28,
                [field("BAUD_DIVFRAC", 0...5, .readWrite, "64ths of the divisor.")]),
            row(
                .lineControl, "UARTLCR_H", 0x2c,
                [
                    field("BRK", 0...0, .readWrite, "Sends a break; not seen by the back-end."),
                    field("PEN", 1...1, .readWrite, "Parity."),
                    field("EPS", 2...2, .readWrite, "Even parity."), field("STP2", 3...3, .readWrite, "Two stop bits."),
                    field("FEN", 4...4, .readWrite, "Queues on."),
                    field("WLEN", 5...6, .readWrite, "Character length, 5 to 8 bits."),
                    field("SPS", 7...7, .readWrite, "Stick parity."),
                ]),
            row(
                .control, "UARTCR", 0x30,
                [
                    field("UARTEN", 0...0, .readWrite, "UART on."), field("SIREN", 1...1, .readWrite, "IrDA; kept."),
                    field("SIRLP", 2...2, .readWrite, "IrDA low power; kept."),
                    field("LBE", 7...7, .readWrite, "Loop-back."),
                    field("TXE", 8...8, .readWrite, reset: 1, "Transmitter on."),
                    field("RXE", 9...9, .readWrite, reset: 1, "Receiver on."),
                    field("DTR", 10...10, .readWrite, "Output."), field("RTS", 11...11, .readWrite, "Output."),
                    field("OUT1", 12...12, .readWrite, "Output."), field("OUT2", 13...13, .readWrite, "Output."),
                    field("RTSEN", 14...14, .readWrite, "Hardware flow control; kept."),
                    field("CTSEN", 15...15, .readWrite, "Hardware flow control; kept."),
                ]),
            row(
                .fifoLevels, "UARTIFLS", 0x34,
                [
                    field("TXIFLSEL", 0...2, .readWrite, reset: 2, "Transmit level: 1/8, 1/4, 1/2, 3/4, 7/8."),
                    field("RXIFLSEL", 3...5, .readWrite, reset: 2, "Receive level: 1/8, 1/4, 1/2, 3/4, 7/8."),
                ]),
            row(
                .mask, "UARTIMSC", 0x38,
                causes.map { RegisterField($0.name, bit: $0.bit, .readWrite, "The source counts.") }),
            row(
                .rawStatus, "UARTRIS", 0x3c,
                causes.map { RegisterField($0.name, bit: $0.bit, .readOnly, "The source is pending.") }),
            row(
                .maskedStatus, "UARTMIS", 0x40,
                causes.map { RegisterField($0.name, bit: $0.bit, .readOnly, "The source is pending and counts.") }),
            row(
                .clear, "UARTICR", 0x44,
                causes.map { RegisterField($0.name, bit: $0.bit, .writeOnly, "1 clears the source.") }),
            row(
                .dma, "UARTDMACR", 0x48,
                [
                    field("RXDMAE", 0...0, .readWrite, "Kept; there are no DMA request lines."),
                    field("TXDMAE", 1...1, .readWrite, "Kept."),
                    field("DMAONERR", 2...2, .readWrite, "Kept."),
                ]),
            RegisterRow(
                .peripheralID, "UARTPeriphID", offset: 0xfe0, width: 4, count: 4, sizes: [.byte, .half, .word],
                .readOnly, "0x11, 0x10, 0x34, 0x00: part 0x011 of ARM, r1p5."),
            RegisterRow(
                .cellID, "UARTPCellID", offset: 0xff0, width: 4, count: 4, sizes: [.byte, .half, .word], .readOnly,
                "0x0d, 0xf0, 0x05, 0xb1."),
        ])

    public mutating func read(_ register: Register, at index: Int) -> UInt64 { read(register, index: index) }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        write(register, value)
    }
}

extension PL011Core: SerialCore {
    var acceptsFromLine: Bool { canReceive && control & 0x80 == 0 }
    /// The divisor has 6 fraction bits and gives 16 times the bit rate: a bit is a quarter of it in clocks.
    var clocksPerCharacter: UInt64 { (bitsPerCharacter * quarterClocksPerBit + 3) / 4 }
    /// 32 bit periods (§2.8.4).
    var clocksToTimeOut: UInt64 { 8 * quarterClocksPerBit }
    mutating func receiveFromLine(_ character: UInt8) { receiveFromLine(character, errors: 0) }
    mutating func timeOut() { receiveTimeOut() }
}
