import Glibc
import TandemKernel
import Testing

/// Hostile guests on a PCI machine. `TANDEM_PCI_GUESTS` says how many, by default a few; `TANDEM_SEED` begins at another one,
/// and so replays it.
@Suite struct PCIFuzzTests {
    private static func setting(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }

    @Test("random accesses to the configuration space, both regions and the transfers never stop the host")
    func guests() throws {
        let first = Self.setting("TANDEM_SEED") ?? 0x5eed_1337
        let count = Self.setting("TANDEM_PCI_GUESTS") ?? 4
        print("hostile PCI guests: TANDEM_SEED=\(first) TANDEM_PCI_GUESTS=\(count)")
        var movers: Set<String> = []
        for seed in first..<first + count {
            var guest = try PCIFuzz(seed: seed)
            do { try guest.run(rounds: 4000) } catch { Issue.record("TANDEM_SEED=\(seed): \(error)") }
            movers.formUnion(guest.movers)
            guard seed % 4 == first % 4 else { continue }
            // The same guest once more ends in the same state, with the same report.
            var again = try PCIFuzz(seed: seed)
            try again.run(rounds: 4000)
            let (one, other) = (try guest.outcome(), try again.outcome())
            #expect(one.state == other.state && one.traffic == other.traffic, "TANDEM_SEED=\(seed)")
        }
        // The guests do reach what they attack: transfers of all devices get through.
        #expect(movers.isSuperset(of: ["new", "edu", "inner"]), "\(movers.sorted())")
    }
}
