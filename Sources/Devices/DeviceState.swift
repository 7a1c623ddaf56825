import TandemBus
import TandemKernel

/// The state of a device: its registers, the levels of the lines that it drives, and input that it has not yet taken.
///
/// The levels are kept beside the registers because a snapshot may be taken at the instant of an event: the registers
/// then ask for a level that the line does not have yet, and must still rise with an edge.
struct DeviceState<Core: SnapshotPayload>: SnapshotPayload {
    static var schema: SnapshotSchema { Core.schema }

    var core: Core
    var levels: [Bool]
    var pendingInput: [UInt8]

    init(_ core: Core, lines: [LineOutput] = [], pendingInput: [UInt8] = []) {
        self.core = core
        levels = lines.map(\.level)
        self.pendingInput = pendingInput
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(core)
        writer.write(each: levels) { $0.write($1) }
        writer.write(pendingInput)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        core = try reader.read(payload: Core.self)
        levels = try reader.read(each: { reader throws(SnapshotError) in try reader.read(Bool.self) })
        pendingInput = try reader.read()
    }

    /// Gives the lines their levels, without edges.
    func restore(_ lines: [LineOutput], of path: String) throws(SnapshotError) {
        guard lines.count == levels.count else {
            throw SnapshotError(
                at: path, "the snapshot has the levels of \(levels.count) lines", expected: "\(lines.count)")
        }
        for (line, level) in zip(lines, levels) { line.restore(level: level) }
    }
}

extension SnapshotError {
    /// The saved device has other dimensions than this one.
    static func mismatch(at path: String, _ what: String, saved: Int, here: Int) -> SnapshotError {
        SnapshotError(at: path, "the snapshot is of a device with \(saved) \(what)", expected: "\(here)")
    }
}
