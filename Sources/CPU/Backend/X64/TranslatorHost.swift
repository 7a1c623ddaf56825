import TandemKernel
import TandemOS

/// What the harts of a simulation may use of the host that they run on. One for each simulation, so that a test can give
/// one of them another processor or less room.
final class TranslatorHost: SimulationService {
    /// Bytes of memory for the back-end of one hart. Pages that nobody has touched cost nothing.
    struct Room {
        var code = 64 << 20
        /// Blocks, their boundaries and exits: what generated code reaches.
        var data = BlockTable.standardCapacity
    }

    var processor = HostProcessor.current
    var room = Room()
    var makeMemory: (Room) throws(OSError) -> ExecutableMemory = { (room) throws(OSError) in
        try ExecutableMemory(codeByteCount: room.code, dataByteCount: room.data)
    }

    init() {}

    /// Holds nothing that a run changes.
    func rewind() {}
    func end() {}
    func checkSnapshot() throws(SnapshotError) {}

    /// A back-end, or why there is none.
    func makeBackend() -> Result<X64Backend, Missing> {
        if processor.features.isEmpty { return .failure(Missing("the back-end is for x86-64 processors")) }
        if let names = processor.missingNames { return .failure(Missing("this processor has no \(names)")) }
        do throws(OSError) { return .success(X64Backend(try makeMemory(room))) } catch {
            return .failure(Missing("this host gives no memory for generated code, \(error)"))
        }
    }

    /// Why guest code is not compiled.
    struct Missing: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }
}
