public import TandemBus

extension NewDeviceCore {
    public static let registers = RegisterTable<Register>(
        size: 0x2000,
        [
            RegisterRow(.identification, "ID", offset: 0x00, width: 4, .readOnly, reset: 0x3156_444e, "“NDV1”."),
            RegisterRow(
                .status, "STATUS", offset: 0x04, width: 4,
                fields: [
                    RegisterField("BUSY", bit: 0, .readOnly, "A transfer is under way."),
                    RegisterField("DONE", bit: 1, .writeOneToClear, "The last transfer has moved everything."),
                    RegisterField("ERROR", bit: 2, .writeOneToClear, "It met a bus error, or does not fit the buffer."),
                    RegisterField("RUNG", bit: 3, .writeOneToClear, "DOORBELL has been written."),
                ]),
            RegisterRow(
                .control, "CONTROL", offset: 0x08, width: 4,
                fields: [
                    RegisterField("START", bit: 0, .writeOnly, "Starts a transfer; ignored while one is under way."),
                    RegisterField("DIRECTION", bit: 1, .readWrite, "0: memory to buffer, 1: buffer to memory."),
                    RegisterField("INTERRUPT_ENABLE", bit: 2, .readWrite, "DONE, ERROR and RUNG ask for an interrupt."),
                ]),
            RegisterRow(.doorbell, "DOORBELL", offset: 0x0c, width: 4, .writeOnly, "Any write sets RUNG."),
            RegisterRow(
                .source, "SOURCE", offset: 0x10, width: 8, sizes: [.word, .double], .readWrite,
                "Where to read: a bus address, or with DIRECTION an offset in the buffer."),
            RegisterRow(
                .destination, "DESTINATION", offset: 0x18, width: 8, sizes: [.word, .double], .readWrite,
                "Where to write: an offset in the buffer, or with DIRECTION a bus address."),
            RegisterRow(.length, "LENGTH", offset: 0x20, width: 4, .readWrite, "Bytes to move."),
            RegisterRow(.moved, "MOVED", offset: 0x24, width: 4, .readOnly, "Bytes that the last transfer has moved."),
            RegisterRow(
                .filled, "FILLED", offset: 0x28, width: 4, .readWrite, "Software's: how many bytes of the buffer count."
            ),
            RegisterRow(
                .index, "INDEX", offset: 0x2c, width: 4,
                fields: [RegisterField("INDEX", bits: 0...11, .readWrite, "The byte of the buffer that DATA shows.")]),
            RegisterRow(
                .data, "DATA", offset: 0x30, width: 1, .readWrite, "A byte of the buffer; every access moves INDEX on."),
            RegisterRow(
                .buffer, "BUFFER", offset: 0x1000, width: 8, count: 512, sizes: .all, .readWrite,
                "The buffer, in region 0 only."),
        ])
}
