import Tandem
import TandemTesting
import Testing
struct Multiplier: DeviceCore {
    enum Register: Int, RegisterName { case left, right, product }
    static let schema = SnapshotSchema("multiplier")
    static let registers = RegisterTable<Register>(words: [.left: .readWrite, .right: .readWrite, .product: .readOnly])
    var file = RegisterFile(registers)
    var isInterruptAsserted: Bool { file[.product] >= 100 }
    mutating func didWrite(_: Register, at _: Int, from _: UInt64) { file[.product] = file[.left] * file[.right] }
}
let program = """
    la t0, trap; csrw mtvec, t0; li t0, 0x800; csrw mie, t0; csrsi mstatus, 8; lui s0, 0x20000; li a0, 6; sw a0, 0(s0)
    li a0, 17; sw a0, 4(s0); 1: wfi; j 1b; trap: lui s1, 0x10000; lw a1, 8(s0); sb a1, 0(s1); sw zero, 0(s0); mret
    """
@Test("the multiplier interrupts the guest, which prints the product") func multiplier() throws {
    let platform = Platform.bare().adding("mul", "multiplier", ["interrupt": "cpu0.meip"], at: 0x2000_0000, span: 12)
    let bench = try GuestBench(platform, catalog: .standard.adding(Multiplier.Device.self), program: program)
    #expect(try bench.console.wait(for: "f", within: .microseconds(10)).time < .microseconds(1))  // 6 × 17 is an “f”
}
