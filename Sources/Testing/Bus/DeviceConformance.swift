public import TandemBus
public import TandemKernel

/// What every device with a register block must do, through its bus. Each check returns the violations it found as
/// sentences; a test expects none.
///
/// ```swift
/// let bench = SimBench()
/// let rtc = try bench.make(GoldfishRTC.self, "rtc")
/// let device = try DeviceConformance(rtc, rtc.bus, GoldfishRTCCore.registers, in: bench)
/// #expect(device.checkAll() == [])
/// ```
public struct DeviceConformance<Register: RegisterName> {
    private let device: any CatalogModule
    private let table: RegisterTable<Register>
    private let bench: SimBench
    private let base: UInt64
    private let elements: (Register) -> Int
    /// Registers that are not written by the checks: those that stop the simulation or start something in the world.
    public var unwritten: Set<Register> = []
    /// Registers that are not read by the checks.
    public var unread: Set<Register> = []

    /// Maps the device in the bench.
    /// - Parameter elements: how many elements of an array the configured device has.
    public init(
        _ device: any CatalogModule, _ socket: TargetSocket, _ table: RegisterTable<Register>, in bench: SimBench,
        at base: UInt64 = 0x4000_0000, elements: @escaping (Register) -> Int = { _ in .max }
    ) throws(ElaborationError) {
        self.device = device
        self.table = table
        self.bench = bench
        self.base = base
        self.elements = elements
        try bench.map(socket, at: base, size: table.size, name: "conformance of \(device.path)")
    }

    /// All checks, the pure ones first.
    public func checkAll() -> [String] {
        checkDebugReadIsPure() + checkAccessWidths() + checkByteEnables() + checkStreaming() + checkDirectReads()
            + checkReset() + checkSnapshotRoundTrip()
    }

    /// Debug reads of the whole block change nothing. Of blocks above 64 KiB the surroundings of each register are read.
    public func checkDebugReadIsPure() -> [String] {
        scribble()
        let before = device.saveState()
        if table.size <= 0x1_0000 {
            _ = bench.probe.debugRead(base, count: Int(table.size))
        } else {
            for place in places() { _ = bench.probe.debugRead(base + place.offset, count: 16) }
        }
        return device.saveState() == before ? [] : ["\(device.path): a debug read changes the device's state"]
    }

    /// Each register answers accesses of 1, 2, 4 and 8 bytes, aligned and not, as its table says.
    public func checkAccessWidths() -> [String] {
        var violations: [String] = []
        for place in places() where !unread.contains(place.row.register) {
            for count in [1, 2, 4, 8] {
                for shift in 0..<min(count, place.row.width) {
                    let offset = place.offset + UInt64(shift)
                    guard let expected = expectation(count, at: offset, shift, place.row) else { continue }
                    _ = bench.probe.read(base + offset, count: count)
                    if bench.probe.response != expected {
                        violations.append(
                            "\(device.path): a read of \(count) bytes at 0x\(String(offset, radix: 16)) "
                                + "(\(place.row.name)) is answered \(bench.probe.response), expected \(expected)")
                    }
                }
            }
        }
        return violations
    }

    /// Enables that leave bytes out are refused without side effects unless the table allows them; then what is left out
    /// stays as it was. Enables of all bytes are as none.
    public func checkByteEnables() -> [String] {
        var violations: [String] = []
        for place in places() {
            let count = Self.largestSize(of: place.row)
            let expected: Response = table.allowsByteEnables ? .ok : .byteEnableError
            if !unread.contains(place.row.register) {
                let half = (0..<count).map { $0 % 2 == 0 && count > 1 ? UInt8(0xff) : 0 }
                let state = device.saveState()
                let bytes = bench.probe.read(base + place.offset, count: count, byteEnables: half)
                let isUntouched = zip(half, bytes).allSatisfy { $0 != 0 || $1 == 0xee }
                if bench.probe.response != expected || !isUntouched {
                    violations.append(answer("a read with byte enables", of: place, expected))
                }
                if expected != .ok && device.saveState() != state {
                    violations.append(answer("a refused read with byte enables", of: place, nil))
                }
                _ = bench.probe.read(
                    base + place.offset, count: count, byteEnables: [UInt8](repeating: 0xff, count: count))
                if bench.probe.response != .ok {
                    violations.append(answer("a read with all bytes enabled", of: place, .ok))
                }
            }
            let state = device.saveState()
            bench.probe.write(
                base + place.offset, bytes: [UInt8](repeating: 0xa5, count: count),
                byteEnables: [UInt8](repeating: 0, count: count))
            if bench.probe.response != expected {
                violations.append(answer("a write with no byte enabled", of: place, expected))
            } else if device.saveState() != state {
                violations.append(answer("a write with no byte enabled", of: place, nil))
            }
        }
        return violations
    }

    /// Accesses whose address is to wrap are burst errors without side effects.
    public func checkStreaming() -> [String] {
        var violations: [String] = []
        for place in places() {
            let count = Self.largestSize(of: place.row)
            let state = device.saveState()
            _ = bench.probe.read(base + place.offset, count: count, streamingWidth: count / 2)
            if bench.probe.response != .burstError {
                violations.append(answer("a read that streams", of: place, .burstError))
            }
            bench.probe.write(
                base + place.offset, bytes: [UInt8](repeating: 0xa5, count: count), streamingWidth: count / 2)
            if bench.probe.response != .burstError {
                violations.append(answer("a write that streams", of: place, .burstError))
            }
            if device.saveState() != state { violations.append(answer("an access that streams", of: place, nil)) }
        }
        return violations
    }

    /// What is wrong with an access: its answer, or, if none is expected, that it changed something.
    private func answer(_ access: String, of place: Place, _ expected: Response?) -> String {
        "\(device.path): \(access) at 0x\(String(place.offset, radix: 16)) (\(place.row.name)) "
            + (expected.map { "is answered \(bench.probe.response), expected \($0)" } ?? "changes the device's state")
    }

    private static func largestSize(of row: RegisterRow<Register>) -> Int {
        [8, 4, 2].first { $0 <= row.width && Int(row.accessSizes.rawValue) & $0 != 0 } ?? 1
    }

    /// What may be read directly gives what a transaction gives, is legal, and reaches nobody outside of the device.
    public func checkDirectReads() -> [String] {
        scribble()
        var violations: [String] = []
        for place in places() where !unread.contains(place.row.register) {
            let address = base + place.offset
            guard var route = bench.probe.bus.route(to: address) else { continue }
            for count in [1, 2, 4, 8] {
                guard let read = bench.probe.bus.directRead(of: address, count: count, along: &route) else { continue }
                let generation = bench.simulation.scheduler.horizonGeneration
                let value = read.read(delay: .zero)
                if value == DirectRead.declined { continue }
                let state = device.saveState()
                let bytes = bench.probe.read(address, count: count)
                let isSame = bytes == (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
                if !isSame || bench.probe.response != .ok || device.saveState() != state
                    || bench.simulation.scheduler.horizonGeneration != generation
                {
                    violations.append(
                        "\(device.path): a direct read of \(count) bytes of \(place.row.name) does not do what a "
                            + "transaction does")
                }
            }
        }
        return violations
    }

    /// After a reset the device is as it was when it was new, whatever was written before.
    public func checkReset() -> [String] {
        reset()
        let fresh = device.saveState()
        scribble()
        reset()
        return device.saveState() == fresh ? [] : ["\(device.path): a reset leaves traces of what was written before"]
    }

    /// What is saved can be restored over other state, and is the same when it is saved again.
    public func checkSnapshotRoundTrip() -> [String] {
        scribble()
        let saved = device.saveState()
        guard case .payload = saved else { return [] }
        reset()
        do throws(SnapshotError) {
            try device.restoreState(saved)
        } catch {
            return ["\(device.path): cannot restore what it saved: \(error)"]
        }
        return device.saveState() == saved ? [] : ["\(device.path): a snapshot changes on its way"]
    }

    // MARK: Parts

    private struct Place {
        var row: RegisterRow<Register>
        var offset: UInt64
    }

    /// The first and the last element of each row.
    private func places() -> [Place] {
        table.rows.flatMap { row in
            CoreConformance.ends(min(row.count, elements(row.register))).map {
                Place(row: row, offset: row.offset + UInt64($0) * row.stride)
            }
        }
    }

    /// The answer that the table demands; nil where it depends on the neighbours.
    private func expectation(_ count: Int, at offset: UInt64, _ shift: Int, _ row: RegisterRow<Register>) -> Response? {
        guard shift + count <= row.width else { return table.splitsWideAccesses ? nil : wide(count, at: offset) }
        return Int(row.accessSizes.rawValue) & count != 0 && offset % UInt64(count) == 0 ? .ok : .burstError
    }

    /// An access that reaches beyond its register, where none is split.
    private func wide(_ count: Int, at offset: UInt64) -> Response? {
        UInt64(count) <= table.size - offset ? .burstError : nil
    }

    private func reset() {
        device.reset(.enter(.cold))
        device.reset(.hold)
        device.reset(.exit)
    }

    /// Writes a pattern to every register that may be written.
    private func scribble() {
        for place in places() where !unwritten.contains(place.row.register) {
            for size in [8, 4, 2, 1] where size <= place.row.width && Int(place.row.accessSizes.rawValue) & size != 0 {
                let pattern = (0..<size).map { UInt8(truncatingIfNeeded: 0x5a + $0 * 0x11) }
                bench.probe.write(base + place.offset, bytes: pattern)
                break
            }
        }
    }
}
