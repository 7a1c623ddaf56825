import TandemBus
import TandemKernel
import Testing

@Suite("Field modes")
struct FieldModeTests {
    enum One: Int, RegisterName { case only }

    /// Stored 0b1100; written 0b1010; then what is stored, what a read gives, what is stored after the read.
    static let cases: [(FieldMode, UInt64, UInt64, UInt64)] = [
        (.readWrite, 0b1010, 0b1010, 0b1010),
        (.readOnly, 0b1100, 0b1100, 0b1100),
        (.writeOnly, 0b1010, 0, 0b1010),
        (.writeOneToClear, 0b0100, 0b0100, 0b0100),
        (.writeZeroToClear, 0b1000, 0b1000, 0b1000),
        (.writeOneToSet, 0b1110, 0b1110, 0b1110),
        (.counter, 0b1010, 0b1010, 0b1010),
        (.clearOnRead, 0b1100, 0b1100, 0),
        (.setOnRead, 0b1100, 0b1100, 0b1111),
        (.writeOnce, 0b1010, 0b1010, 0b1010),
        (.toggle, 0b0110, 0b0110, 0b0110),
        (.reserved, 0b1100, 0, 0b1100),
    ]

    @Test("each mode does to its bits what it says", arguments: cases)
    func mode(mode: FieldMode, stored: UInt64, read: UInt64, after: UInt64) {
        let field = RegisterField("F", bits: 0...3, mode, reset: 0b1100)
        let table = RegisterTable(size: 1, [RegisterRow(One.only, "R", offset: 0, width: 1, fields: [field])])
        var file = RegisterFile(table)
        file.write(.only, 0b1010, mask: 0xff)
        #expect(file[.only] == stored)
        #expect(file.read(.only) == read)
        #expect(file[.only] == after)
    }

    @Test("all modes are covered")
    func complete() {
        #expect(Set(Self.cases.map(\.0)) == Set(FieldMode.allCases))
    }

    @Test("a write-once field is closed after its first write, bit by bit, until a reset")
    func once() {
        let table = RegisterTable(size: 2, [RegisterRow(One.only, "R", offset: 0, width: 2, .writeOnce, reset: 1)])
        var file = RegisterFile(table)
        file.write(.only, 0x34, mask: 0x00ff)
        file.write(.only, 0x5678, mask: 0xffff)
        #expect(file[.only] == 0x5634)
        file.reset()
        #expect(file[.only] == 1)
        file.write(.only, 0x78, mask: 0xff)
        #expect(file[.only] == 0x78)
    }

    @Test("bits outside of the mask and of the fields do not change")
    func partial() {
        let fields = [
            RegisterField("A", bits: 0...3), RegisterField("B", bits: 4...7, .writeOneToClear, reset: 0xf),
            RegisterField("C", bits: 12...15, .toggle, reset: 0x5),
        ]
        let table = RegisterTable(size: 2, [RegisterRow(One.only, "R", offset: 0, width: 2, fields: fields)])
        #expect(table[.only].resetValue == 0x50f0)
        var file = RegisterFile(table)
        file.write(.only, 0xffff, mask: 0xff00)
        #expect(file[.only] == 0xa0f0)
        file.write(.only, 0x3f, mask: 0x00ff)
        #expect(file[.only] == 0xa0cf)
    }

    @Test("counters wrap around at the end of their bits, and leave their neighbours alone")
    func counters() {
        let fields = [
            RegisterField("A", bits: 0...3, .counter, reset: 14), RegisterField("B", bits: 4...7),
            RegisterField("C", bits: 8...15, .counter, reset: 0xfe),
        ]
        let table = RegisterTable(size: 2, [RegisterRow(One.only, "R", offset: 0, width: 2, fields: fields)])
        var file = RegisterFile(table)
        file.write(.only, 0xfe5e, mask: 0xffff)
        #expect(file.advance(.only) == 0)
        #expect(file.advance(.only, by: 3) == 1)
        #expect(file.advance(.only, field: "C", by: 0x201) == 2)
        #expect(file[.only] == 0xff52)
        file.write(.only, 0x0007, mask: 0x000f)
        #expect(file.advance(.only, by: .max) == 1 << 60)
        #expect(file[.only] == 0xff56)
    }

    @Test("a counter of 64 bits counts to the end and over it")
    func wideCounter() {
        var file = RegisterFile(RegisterTable(size: 8, [RegisterRow(One.only, "R", offset: 0, width: 8, .counter)]))
        #expect(file.advance(.only, by: .max) == 0)
        #expect(file.advance(.only, by: 2) == 1)
        #expect(file[.only] == 1)
    }

    @Test("a count of time goes on by itself, stands, is set, wraps around, and is saved")
    func timed() throws {
        var count = TimedCount(.megahertz(10), bits: 8)
        #expect(count.value(at: .nanoseconds(99)) == 0 && count.value(at: .nanoseconds(100)) == 1)
        #expect(count.value(at: .microseconds(30)) == 300 % 256)
        #expect(count.time(of: 3, after: .zero) == .nanoseconds(300))
        #expect(count.time(of: 3, after: .nanoseconds(300)) == .nanoseconds(25_900))
        #expect(count.time(of: 2, after: .nanoseconds(350)) == .nanoseconds(25_800))
        count.set(0x1ff, at: .nanoseconds(1050))
        #expect(count.value(at: .nanoseconds(1100)) == 0xff && count.value(at: .nanoseconds(1150)) == 0)
        count.run(false, at: .nanoseconds(1250))
        #expect(count.value(at: .seconds(1)) == 1 && count.time(of: 9, after: .seconds(1)) == .never)
        count.run(true, at: .seconds(2))
        #expect(count.value(at: .seconds(2) + .nanoseconds(100)) == 2)
        var writer = SnapshotWriter()
        count.encode(to: &writer)
        var reader = SnapshotReader(writer.bytes)
        var copy = TimedCount(.megahertz(10), bits: 8)
        try copy.decode(from: &reader)
        #expect(copy == count)
    }
}
