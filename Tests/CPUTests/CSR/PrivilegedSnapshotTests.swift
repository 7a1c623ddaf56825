import TandemKernel
import Testing

@testable import TandemCPU

@Suite("The privileged state in snapshots")
struct PrivilegedSnapshotTests {
    @Test("comes back as it was, locked protection entries included")
    func roundTrip() throws {
        let seed: UInt64 = 0x5a5_0001
        print("privileged state in a snapshot: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        for _ in 0..<50 {
            var bench = PrivilegedBench()
            bench.write("mstatus", 3 << 13)
            for csr in UInt16(0)...0xfff where Bool.random(using: &generator) {
                _ = bench.state.write(csr, generator.next(), bench.hart, &bench.environment)
            }
            bench.state.privilege = [.user, .supervisor, .machine].randomElement(using: &generator) ?? .user
            var writer = SnapshotWriter()
            writer.write(bench.state)
            var reader = SnapshotReader(writer.bytes, place: "cpu0")
            let restored = try reader.read(payload: PrivilegedState.self)
            #expect(restored == bench.state)
            // Protection works as before.
            for _ in 0..<20 {
                let address = generator.next() >> 8
                #expect(
                    restored.protection.allows(.load, address, count: 4, .supervisor)
                        == bench.state.protection.allows(.load, address, count: 4, .supervisor))
            }
        }
    }

    @Test("refuses a privilege mode that does not exist")
    func badPrivilege() throws {
        var writer = SnapshotWriter()
        PrivilegedState().encode(to: &writer)
        var bytes = writer.bytes
        bytes[0] = 2
        var reader = SnapshotReader(bytes, place: "cpu0")
        let error = #expect(throws: SnapshotError.self) { try PrivilegedState(from: &reader) }
        #expect(error.map { "\($0)" }?.contains("privilege") == true)
    }
}
