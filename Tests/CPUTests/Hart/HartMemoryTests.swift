import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: memory accesses")
struct HartMemoryTests {
    @Test("misaligned loads and stores work at every offset, across lines and pages", arguments: [true, false])
    func misaligned(dmi: Bool) throws {
        for (load, store, width) in [("ld", "sd", 8), ("lwu", "sw", 4), ("lhu", "sh", 2)] {
            let bench = try HartBench(
                """
                    li   a0, 0x80010ff0
                    li   a1, 0x80011010
                    li   a2, 0x1122334455667788
                    li   s0, 0
                1:  \(store) a2, 0(a0)
                    \(load) a3, 0(a0)
                    xor  a4, a3, a2
                    slli a4, a4, \(64 - 8 * width)
                    or   s0, s0, a4
                    addi a0, a0, 1
                    bne  a0, a1, 1b
                """, dmi: dmi)
            bench.run()
            #expect(bench.rests && bench.x("s0") == 0)
            let bytes = bench.ram.bytes(at: 0x10ff0, count: 40)
            #expect(bytes.prefix(32).allSatisfy { $0 == 0x88 })
        }
    }

    @Test(
        "an access that crosses into nothing names the page that faults, and gives no register a value",
        arguments: [true, false])
    func crossingFault(dmi: Bool) throws {
        // RAM ends at 0x80200000.
        let bench = try HartBench(
            HartBench.installHandler + """
                    li   a0, 0x801ffffc
                    li   a1, 0x1234
                    ld   a1, 0(a0)
                    sd   a1, 0(a0)
                    sd   a1, 1(a0)
                    fld  fa0, 0(a0)
                    j    rest
                """ + "\n" + HartBench.handler, dmi: dmi)
        bench.run()
        #expect(bench.rests)
        let causes = bench.traps.map(\.cause)
        // FS is off: the load of a double is illegal.
        #expect(causes == [5, 7, 7, 2])
        #expect(bench.traps.prefix(3).map(\.value) == [0x8020_0000, 0x8020_0000, 0x8020_0000])
        #expect(bench.x("a1") == 0x1234)
    }

    @Test(
        "accesses to nothing and refusals of devices are access faults at the exact instruction",
        arguments: [true, false])
    func accessFaults(dmi: Bool) throws {
        let bench = try HartBench(
            HartBench.installHandler + """
                    li   a0, 0x10000000
                    li   a1, 0x77
                    lw   a1, 0(a0)
                    sw   a1, 4(a0)
                    li   a2, 0x40000000
                    lb   a1, 3(a2)
                    sb   a1, 5(a2)
                    amoadd.w a1, a1, (a0)
                    lr.w a1, (a2)
                    sc.w a1, a1, (a2)
                    j    rest
                """ + "\n" + HartBench.handler, dmi: dmi)
        bench.device.response = .genericError
        bench.run()
        #expect(bench.rests)
        #expect(bench.traps.map(\.cause) == [5, 7, 5, 7, 7, 5, 7])
        #expect(
            bench.traps.map(\.value) == [
                0x1000_0000, 0x1000_0004, 0x4000_0003, 0x4000_0005, 0x1000_0000, 0x4000_0000, 0x4000_0000,
            ])
        #expect(bench.x("a1") == 0x77)
        let first = bench.address(of: "handler")
        #expect(bench.traps.allSatisfy { $0.pc > HartBench.ramStart && $0.pc < first })
    }

    @Test("protection stops accesses in U and locked ones in M, fast way or not", arguments: [true, false])
    func protection(dmi: Bool) throws {
        let bench = try HartBench(
            HartBench.installHandler + """
                    # Entry 0: 0x80010000 + 4 KiB, read only, locked. Entry 1: everything.
                    li   t0, (0x80010000 >> 2) | 0x1ff
                    csrw pmpaddr0, t0
                    li   t0, -1
                    csrw pmpaddr1, t0
                    li   a0, 0x80010000
                    li   a1, 0x55
                    sd   a1, 8(a0)
                    li   t0, 0x1f99
                    csrw pmpcfg0, t0
                    sd   a1, 16(a0)
                    ld   a2, 8(a0)
                    li   a4, 0x80010ff8
                    sd   a1, 0(a4)
                    jalr t2, a0, 0
                    ld   a3, 16(a0)
                    j    rest
                """ + "\n" + HartBench.handler, dmi: dmi)
        bench.run(for: .microseconds(5))
        #expect(bench.traps.prefix(3).map(\.cause) == [7, 7, 1])
        #expect(bench.traps.prefix(2).map(\.value) == [0x8001_0010, 0x8001_0ff8])
        #expect(bench.x("a2") == 0x55)
        #expect(bench.word(0x8001_0010) == 0)
    }

    @Test("the base of device accesses is the target's own, and their privilege travels along")
    func attributes() throws {
        let bench = try HartBench(
            """
                li   a0, 0x10000000
                sw   zero, 12(a0)
                li   t0, -1
                csrw pmpaddr0, t0
                li   t0, 0x1f
                csrw pmpcfg0, t0
                li   t0, 0x800
                csrc mstatus, t0
                la   t0, 1f
                csrw mepc, t0
                mret
            1:  sw   zero, 16(a0)
                j 1b
            """)
        bench.run(for: .nanoseconds(60))
        #expect(bench.device.accesses.first?.attributes.privilege == 3)
        #expect(bench.device.accesses.count > 1)
        #expect(bench.device.accesses.dropFirst().allSatisfy { $0.attributes.privilege == 0 && $0.address == 16 })
    }

    @Test("cbo.zero clears its block in memory and in devices, whole and aligned", arguments: [true, false])
    func zero(dmi: Bool) throws {
        let bench = try HartBench(
            """
                li   a0, 0x80010fc5
                cbo.zero (a0)
                li   a0, 0x10000047
                cbo.zero (a0)
                li   a0, 0x80010f80
                cbo.clean (a0)
                cbo.flush (a0)
                cbo.inval (a0)
            """, dmi: dmi)
        bench.ram.load([UInt8](repeating: 0xff, count: 256), at: 0x10f80)
        bench.run()
        #expect(bench.rests)
        let bytes = bench.ram.bytes(at: 0x10f80, count: 192)
        #expect(bytes[0..<64].allSatisfy { $0 == 0xff } && bytes[128..<192].allSatisfy { $0 == 0xff })
        #expect(bytes[64..<128].allSatisfy { $0 == 0 })
        #expect(bench.device.accesses.map(\.address) == [0x40])
        #expect(bench.device.accesses.first?.bytes == [UInt8](repeating: 0, count: 64))
    }

    @Test("cache-block operations below M need their fields in menvcfg and senvcfg")
    func cacheBlockRights() throws {
        // (operation, field) in U with both, one or none set.
        for (operation, field) in [("zero", 0x80), ("clean", 0x40), ("flush", 0x40), ("inval", 0x10)] {
            for (machine, supervisor) in [(true, true), (true, false), (false, true), (false, false)] {
                for privilege in [0, 1] {
                    let bench = try HartBench(
                        HartBench.installHandler + """
                                li   t0, -1
                                csrw pmpaddr0, t0
                                li   t0, 0x1f
                                csrw pmpcfg0, t0
                                li   t0, \(machine ? field : 0)
                                csrw menvcfg, t0
                                li   t0, \(supervisor ? field : 0)
                                csrw senvcfg, t0
                                li   t0, \(privilege << 11)
                                csrw mstatus, t0
                                la   t0, 1f
                                csrw mepc, t0
                                li   a0, 0x80010000
                                mret
                            1:  cbo.\(operation) (a0)
                            2:  j    2b
                            """ + "\n" + HartBench.handler)
                    bench.run(for: .nanoseconds(200))
                    let isAllowed = machine && (supervisor || privilege == 1)
                    #expect(bench.traps.map(\.cause) == (isAllowed ? [] : [2]), "\(operation) \(privilege)")
                }
            }
        }
    }
}
