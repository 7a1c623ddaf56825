public import TandemBus
public import TandemKernel

/// What every register core must do. Each check returns the violations it found as sentences; a test expects none:
/// `#expect(CoreConformance.checkReset(UARTCore()) == [])`.
public enum CoreConformance {
    /// A fresh core reads as its table says: every register that a guest can read gives its reset value, in the bits that
    /// are not write-only. Of arrays the first and the last element within `elements` are looked at.
    /// - Parameters:
    ///   - except: registers whose first value depends on the surroundings.
    ///   - elements: how many elements of an array the configured device has.
    public static func checkReset<Core: RegisterCore>(
        _ fresh: Core, except: Set<Core.Register> = [], elements: (Core.Register) -> Int = { _ in .max }
    ) -> [String] {
        var violations: [String] = []
        for row in Core.registers.rows where !except.contains(row.register) {
            for index in ends(min(row.count, elements(row.register))) {
                var core = fresh
                let value = core.read(row.register, at: index)
                var stored = row.resetValue
                let expected = row.masks.read(&stored)
                if value != expected {
                    violations.append(
                        "\(row.name)[\(index)] of a fresh core reads 0x\(String(value, radix: 16)), "
                            + "its table says 0x\(String(expected, radix: 16))")
                }
            }
        }
        return violations
    }

    /// What is encoded decodes to an equal value, every byte is used, and no shorter encoding is accepted.
    public static func checkSnapshotRoundTrip<Payload: SnapshotPayload>(_ payload: Payload) -> [String] {
        var writer = SnapshotWriter()
        payload.encode(to: &writer)
        var violations: [String] = []
        do throws(SnapshotError) {
            var reader = SnapshotReader(writer.bytes, version: Payload.schema.version)
            let copy = try Payload(from: &reader)
            try reader.finish()
            if copy != payload { violations.append("\(Payload.schema) changes on its way through a snapshot") }
        } catch {
            violations.append("\(Payload.schema) cannot read what it wrote: \(error)")
        }
        for count in Set([0, writer.bytes.count / 2, writer.bytes.count - 1]).sorted()
        where count >= 0 && count < writer.bytes.count {
            var reader = SnapshotReader(Array(writer.bytes.prefix(count)), version: Payload.schema.version)
            if (try? Payload(from: &reader)) != nil {
                violations.append("\(Payload.schema) accepts \(count) of its \(writer.bytes.count) bytes")
            }
        }
        return violations
    }

    /// The first and the last index of an array.
    static func ends(_ count: Int) -> [Int] { count > 1 ? [0, count - 1] : count == 1 ? [0] : [] }
}
