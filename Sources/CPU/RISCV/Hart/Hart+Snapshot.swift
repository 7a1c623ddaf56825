public import TandemKernel

/// The architectural state of a hart. Caches, tallies and what the kernel keeps are not part of it.
struct HartPayload: SnapshotPayload {
    static var schema: SnapshotSchema { SnapshotSchema("riscv-hart") }

    var registers: [UInt64]
    var privileged: PrivilegedState
    var retired: UInt64
    var isWaiting: Bool
    var lines: UInt64
    var changes: [Change]

    struct Change: Equatable {
        var time: SimTime
        var line: UInt8
        var level: Bool
    }

    func encode(to writer: inout SnapshotWriter) {
        for register in registers { writer.write(register) }
        writer.write(privileged)
        writer.write(retired)
        writer.write(isWaiting)
        writer.write(lines)
        writer.write(UInt32(changes.count))
        for change in changes {
            writer.write(change.time)
            writer.write(change.line)
            writer.write(change.level)
        }
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        registers = []
        for _ in 0..<Hart.savedPlaces.count { registers.append(try reader.read(UInt64.self)) }
        privileged = try reader.read(payload: PrivilegedState.self)
        retired = try reader.read(UInt64.self)
        isWaiting = try reader.read(Bool.self)
        lines = try reader.read(UInt64.self)
        changes = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            let change = Change(
                time: try reader.read(SimTime.self), line: try reader.read(UInt8.self),
                level: try reader.read(Bool.self))
            guard HartLine(rawValue: Int(change.line)) != nil else {
                throw reader.error("an interrupt line that a hart does not have", expected: "0 to 4")
            }
            changes.append(change)
        }
    }

    init(_ hart: Hart) {
        let xlen = hart.configuration.xlen
        registers = Hart.savedPlaces.map { $0 < 32 ? xlen.truncate(hart.frame[$0]) : hart.frame[$0] }
        privileged = hart.privileged
        retired = hart.retired
        isWaiting = hart.isWaiting
        lines = hart.lines
        changes = hart.pendingChanges.compactMap { change in
            guard case .line(let line, let level) = change.kind else { return nil }
            return Change(time: change.time, line: UInt8(line.rawValue), level: level)
        }
    }
}

extension Hart {
    /// x0…x31, f0…f31, the floating-point flags and the program counter.
    static let savedPlaces = Array(0..<64) + [Int(Place.floatFlags.index), Int(Place.programCounter.index)]

    public func saveState() -> ModuleState {
        foldFloatState()
        let payload = HartPayload(self)
        return hasAdvancedInterrupts
            ? ModuleState(AdvancedHartPayload(hart: payload, AdvancedHartState(self))) : ModuleState(payload)
    }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        guard hasAdvancedInterrupts else {
            return try restore(try state.decode(as: HartPayload.self, at: path), nil)
        }
        let payload = try state.decode(as: AdvancedHartPayload.self, at: path)
        try restore(payload.hart, payload.advanced)
    }

    /// Whether there is more to save than every hart has.
    private var hasAdvancedInterrupts: Bool { configuration.extensions.contains(.ssaia) }

    private func restore(_ payload: HartPayload, _ advanced: AdvancedHartState?) throws(SnapshotError) {
        guard payload.privileged.xlen == configuration.xlen else {
            throw SnapshotError(
                at: path, "the snapshot is of a hart with \(payload.privileged.xlen.bits)-bit registers",
                expected: "\(configuration.xlen.bits) bits")
        }
        if let advanced, !restoreFiles(advanced) {
            throw SnapshotError(
                at: path, "the snapshot is of a hart with other interrupt files",
                expected: "\(files?.machine.identityCount ?? 0) identities")
        }
        flushBlocks()
        for (place, value) in zip(Self.savedPlaces, payload.registers) {
            frame[place] = place < 32 ? configuration.xlen.extend(value) : value
        }
        privileged = payload.privileged
        flushTranslations()
        retired = payload.retired
        isWaiting = payload.isWaiting
        lines = payload.lines
        pendingChanges = payload.changes.compactMap { change in
            HartLine(rawValue: Int(change.line)).map {
                InputChange(time: change.time, kind: .line($0, level: change.level))
            }
        }
        if let advanced { restore(advanced) }
        clearReservation()
        timerChanged()
        modeChanged()
    }
}
