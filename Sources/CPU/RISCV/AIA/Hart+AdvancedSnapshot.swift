import TandemBus
import TandemKernel

/// The state of a hart with the Advanced Interrupt Architecture.
struct AdvancedHartPayload: SnapshotPayload {
    static var schema: SnapshotSchema { SnapshotSchema("riscv-hart-aia") }

    var hart: HartPayload
    var advanced: AdvancedHartState

    init(hart: HartPayload, _ advanced: AdvancedHartState) {
        self.hart = hart
        self.advanced = advanced
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(hart)
        advanced.encode(to: &writer)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        hart = try reader.read(payload: HartPayload.self)
        advanced = try AdvancedHartState(from: &reader)
    }
}

/// What such a hart has beyond others: its CSRs, its interrupt files, and messages that it has not reached yet.
struct AdvancedHartState: Equatable {
    var interrupts: AdvancedInterrupts
    /// Machine and supervisor; none without an IMSIC.
    var files: [InterruptFile.Contents]
    var messages: [Message]

    struct Message: Equatable {
        var time: SimTime
        var identity: UInt32
        var level: InterruptLevel
    }

    /// The 64-bit fields in the order of the payload.
    private static var fields: [WritableKeyPath<AdvancedInterrupts, UInt64>] {
        [
            \.machineSelect, \.supervisorSelect, \.virtualEnable, \.virtualPending, \.virtualInterruptEnable,
            \.machinePriorities.low, \.machinePriorities.high, \.supervisorPriorities.low,
            \.supervisorPriorities.high,
        ]
    }

    init(_ hart: Hart) {
        interrupts = hart.privileged.advanced
        files = hart.files.map { [$0.machine.contents, $0.supervisor.contents] } ?? []
        messages = hart.pendingChanges.compactMap { change in
            guard case .message(let identity, let level) = change.kind else { return nil }
            return Message(time: change.time, identity: identity, level: level)
        }
    }

    func encode(to writer: inout SnapshotWriter) {
        for field in Self.fields { writer.write(interrupts[keyPath: field]) }
        writer.write(each: files) { $1.encode(to: &$0) }
        writer.write(each: messages) { writer, message in
            writer.write(message.time)
            writer.write(message.identity)
            writer.write(message.level.rawValue)
        }
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        interrupts = AdvancedInterrupts()
        for field in Self.fields { interrupts[keyPath: field] = try reader.read() }
        files = try reader.read(each: { reader throws(SnapshotError) in try InterruptFile.Contents(from: &reader) })
        messages = try reader.read(each: { reader throws(SnapshotError) in
            let time: SimTime = try reader.read()
            let identity: UInt32 = try reader.read()
            guard let level = InterruptLevel(rawValue: try reader.read(UInt8.self)) else {
                throw reader.error("a message to a level that there is not", expected: "0 or 1")
            }
            return Message(time: time, identity: identity, level: level)
        })
    }
}

extension Hart {
    /// Takes over the files; false, and nothing changed, if those of the snapshot are others.
    func restoreFiles(_ saved: AdvancedHartState) -> Bool {
        guard let files else { return saved.files.isEmpty }
        guard saved.files.count == 2, saved.files.allSatisfy(files.machine.fits) else { return false }
        files.machine.restore(saved.files[0])
        files.supervisor.restore(saved.files[1])
        return true
    }

    /// Takes over the CSRs and the messages, after the state that every hart has. No input rises.
    func restore(_ saved: AdvancedHartState) {
        privileged.advanced = saved.interrupts
        privileged.advanced.machineTop = files?.machine.top ?? 0
        privileged.advanced.supervisorTop = files?.supervisor.top ?? 0
        if let files {
            lineInputs[HartLine.meip.rawValue].restore(level: files.machine.isAsserted)
            lineInputs[HartLine.seip.rawValue].restore(level: files.supervisor.isAsserted)
        }
        for message in saved.messages {
            let index = pendingChanges.firstIndex { $0.time > message.time } ?? pendingChanges.endIndex
            pendingChanges.insert(
                InputChange(time: message.time, kind: .message(message.identity, message.level)), at: index)
        }
    }
}
