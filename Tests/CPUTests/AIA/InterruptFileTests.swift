import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("AIA: interrupt files")
struct InterruptFileTests {
    @Test("the lowest identity that is pending and enabled is the top one, and a claim takes it away (AIA spec §3.9)")
    func order() {
        let file = InterruptFile(identityCount: 255)
        for identity: UInt32 in [200, 64, 7, 63] { file.setPending(identity) }
        #expect(file.top == 0)
        for select: UInt64 in stride(from: 0xc0, through: 0xc6, by: 2) { #expect(file.write(select, .max, .rv64)) }
        var seen: [UInt64] = []
        while file.top != 0 {
            seen.append(file.top)
            file.claim()
        }
        #expect(seen == [7, 63, 64, 200])
        file.claim()
        #expect(file.top == 0)
    }

    @Test("nothing is signalled without delivery, nor from the threshold on (AIA spec §3.8.1, §3.8.2)")
    func delivery() {
        let file = InterruptFile(identityCount: 63)
        _ = file.write(0xc0, .max, .rv64)
        file.setPending(9)
        #expect(file.top == 9 && !file.isAsserted)
        _ = file.write(0x70, 1, .rv64)
        #expect(file.isAsserted)
        for (threshold, isAsserted) in [(10 as UInt64, true), (9, false), (8, false), (0, true), (63, true)] {
            _ = file.write(0x72, threshold, .rv64)
            #expect(file.isAsserted == isAsserted && file.read(0x72, .rv64) == threshold)
        }
    }

    @Test("identity 0 and those beyond the last one do not exist", arguments: [63, 127, 191, 255, 2047])
    func identities(count: Int) {
        let file = InterruptFile(identityCount: count)
        for select: UInt64 in 0x80...0xff where select & 1 == 0 { _ = file.write(select, .max, .rv64) }
        var bits = 0
        for select: UInt64 in 0x80..<0xc0 where select & 1 == 0 {
            bits += file.read(select, .rv64)?.nonzeroBitCount ?? 0
        }
        #expect(bits == count)
        for identity in [0, UInt32(count) + 1, 4096, .max] { file.setPending(identity) }
        var claimed: [UInt64] = []
        while file.top != 0 {
            claimed.append(file.top)
            file.claim()
        }
        #expect(claimed == (1...UInt64(count)).map { $0 })
    }

    @Test("RV64 has the even registers, RV32 all of them; reserved ones read zero (AIA spec §3.7, §3.8)")
    func widths() {
        let file = InterruptFile(identityCount: 127)
        #expect(file.write(0x80, 0x1_0000_0002, .rv64))
        #expect(file.read(0x80, .rv32) == 2 && file.read(0x81, .rv32) == 1)
        #expect(file.read(0x81, .rv64) == nil && !file.write(0xc1, 1, .rv64))
        #expect(file.write(0x83, 0x8000_0000, .rv32) && file.read(0x82, .rv64) == 1 << 63)
        #expect(file.write(0x82, 5, .rv32) && file.read(0x82, .rv64) == 1 << 63 | 5)
        for select: UInt64 in [0x71, 0x73, 0x7f] {
            #expect(file.write(select, 1, .rv64) && file.read(select, .rv64) == 0)
        }
        #expect(file.read(0xbe, .rv64) == 0)
    }
}
