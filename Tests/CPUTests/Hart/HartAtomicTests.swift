import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: atomics and reservations")
struct HartAtomicTests {
    @Test("a store-conditional needs the reservation of the load before it, once", arguments: [true, false])
    func basics(dmi: Bool) throws {
        let bench = try HartBench(
            """
                li   s0, 0x80010000
                li   t0, 7
                sc.w a0, t0, (s0)      # nothing reserved
                lr.w a1, (s0)
                sc.w a2, t0, (s0)      # done
                sc.w a3, t0, (s0)      # used up
                lr.d t1, (s0)
                addi s1, s0, 64
                sc.d a4, t0, (s1)      # another line
                sc.d a5, t0, (s0)      # gone with the failure
                lr.w t1, (s0)
                lr.w t1, (s1)
                sc.w a6, t0, (s0)      # the later one counts
            """, dmi: dmi)
        bench.set(HartBench.data, 0xffff_ffff_8000_0000)
        bench.run()
        #expect(bench.rests)
        #expect(bench.x("a0") == 1)
        #expect(bench.x("a1") == 0xffff_ffff_8000_0000)
        #expect(bench.x("a2") == 0 && bench.x("a3") == 1)
        #expect(bench.x("a4") == 1 && bench.x("a5") == 1 && bench.x("a6") == 1)
        #expect(bench.word(HartBench.data) == 0xffff_ffff_0000_0007)
        #expect(bench.word(HartBench.data + 64) == 0)
    }

    @Test("AMOs combine as the manual says, and return what was there", arguments: [true, false])
    func operations(dmi: Bool) throws {
        for (name, word, double) in [
            ("swap", 0x8000_0001, 0x8000_0000_0000_0001), ("add", 1, 0x8000_0000_8000_0000 &+ 0x8000_0000_0000_0001),
            ("xor", 1, 0x8000_0000 ^ 1), ("and", 0x8000_0000, 0x8000_0000_0000_0000),
            ("or", 0x8000_0001, 0x8000_0000_8000_0001), ("min", 0x8000_0000, 0x8000_0000_0000_0001),
            ("max", 0x8000_0001, 0x8000_0000_8000_0000), ("minu", 0x8000_0000, 0x8000_0000_0000_0001),
            ("maxu", 0x8000_0001, 0x8000_0000_8000_0000),
        ] as [(String, UInt64, UInt64)] {
            let bench = try HartBench(
                """
                    li   s0, 0x80010000
                    li   t0, 0x8000000000000001
                    li   t1, 0xffffffff80000001
                    amo\(name).w a0, t1, (s0)
                    addi s0, s0, 8
                    amo\(name).d a1, t0, (s0)
                """, dmi: dmi)
            bench.set(HartBench.data, 0x1234_5678_8000_0000)
            bench.set(HartBench.data + 8, 0x8000_0000_8000_0000)
            bench.run()
            #expect(bench.x("a0") == 0xffff_ffff_8000_0000 && bench.x("a1") == 0x8000_0000_8000_0000)
            #expect(bench.word(HartBench.data) == 0x1234_5678_0000_0000 | word, "amo\(name).w")
            #expect(bench.word(HartBench.data + 8) == double, "amo\(name).d")
        }
    }

    @Test("misaligned atomics trap: loads as loads, the rest as stores", arguments: [true, false])
    func misaligned(dmi: Bool) throws {
        let bench = try HartBench(
            HartBench.installHandler + """
                    li   s0, 0x80010002
                    lr.w a0, (s0)
                    sc.w a0, t0, (s0)
                    amoadd.w a0, t0, (s0)
                    amoadd.d a0, t0, (s0)
                    j    rest
                """ + "\n" + HartBench.handler, dmi: dmi)
        bench.run()
        #expect(bench.traps.map(\.cause) == [4, 6, 6, 6])
        #expect(bench.traps.allSatisfy { $0.value == 0x8001_0002 })
    }

    @Test("a device's write between load and store breaks the reservation", arguments: [true, false])
    func directMemoryAccess(dmi: Bool) throws {
        for distance: UInt64 in [0, 4, 63, 64] {
            let bench = try HartBench(
                """
                    li   s0, 0x80010000
                    lr.w a0, (s0)
                    li   t0, 200
                1:  addi t0, t0, -1
                    bnez t0, 1b
                    sc.w a1, t0, (s0)
                """, dmi: dmi)
            bench.run(for: .nanoseconds(100))
            bench.sim.probe.write(HartBench.data + distance, UInt8(1))
            bench.run()
            #expect(bench.rests)
            #expect(bench.x("a1") == (distance < 64 ? 1 : 0), "\(distance)")
        }
    }

    /// Hart 0 reserves, waits, and stores; hart 1 does something meanwhile.
    private func race(_ other: String, dmi: Bool, quantum: UInt64 = 100) throws -> HartBench {
        let bench = try HartBench(
            """
                csrr t0, mhartid
                li   s0, 0x80010000
                bnez t0, second
                lr.d a0, (s0)
                li   t0, 500
            1:  addi t0, t0, -1
                bnez t0, 1b
                li   t0, 1
                sc.d a1, t0, (s0)
                j    rest
            second:
                ld   a2, 0(s0)          # the page is known for loads
                sd   zero, 1024(s0)     # … and for stores
                li   t0, 150
            1:  addi t0, t0, -1
                bnez t0, 1b
                li   t0, 2
                \(other)
                j    rest
            """, harts: 2, dmi: dmi, quantum: .nanoseconds(quantum))
        bench.run()
        #expect(bench.rests)
        return bench
    }

    @Test("another hart's store breaks a reservation, whatever the way it takes", arguments: [true, false])
    func otherHart(dmi: Bool) throws {
        for (other, breaks) in [
            ("sd t0, 8(s0)", true), ("sb t0, 63(s0)", true), ("sd t0, 64(s0)", false), ("sd t0, 60(s0)", true),
            ("amoswap.w a3, t0, (s0)", true), ("lr.d a3, (s0)\nsc.d a3, t0, (s0)", true), ("ld a3, 0(s0)", false),
            ("lr.d a3, (s0)", false), ("cbo.zero (s0)", true), ("sc.d a3, t0, (s0)", false), ("sd t0, -8(s0)", false),
        ] {
            let bench = try race(other, dmi: dmi)
            #expect(bench.x("a1") == (breaks ? 1 : 0), "\(other)")
            #expect((bench.word(HartBench.data) == 1) == !breaks, "\(other)")
        }
    }

    @Test("a store of a hart that has a reservation of its own in the page breaks another's", arguments: [true, false])
    func twoReservations(dmi: Bool) throws {
        for (other, breaks) in [("sd t0, 8(s0)", true), ("sd t0, 256(s0)", false)] {
            let bench = try race("addi t1, s0, 128\nlr.d a3, (t1)\n\(other)", dmi: dmi)
            #expect(bench.x("a1") == (breaks ? 1 : 0), "\(other)")
            // Hart 1 reserves first, hart 0 second, and then hart 1 stores.
            let reversed = try HartBench(
                """
                    csrr t0, mhartid
                    li   s0, 0x80010000
                    bnez t0, second
                    li   t0, 100
                1:  addi t0, t0, -1
                    bnez t0, 1b
                    lr.d a0, (s0)
                    li   t0, 500
                1:  addi t0, t0, -1
                    bnez t0, 1b
                    li   t0, 1
                    sc.d a1, t0, (s0)
                    j    rest
                second:
                    ld   a2, 0(s0)
                    sd   zero, 1024(s0)
                    addi t1, s0, 128
                    lr.d a3, (t1)
                    li   t0, 300
                1:  addi t0, t0, -1
                    bnez t0, 1b
                    \(other)
                """, harts: 2, dmi: dmi, quantum: .nanoseconds(50))
            reversed.run()
            #expect(reversed.rests && reversed.x("a1") == (breaks ? 1 : 0), "\(other)")
        }
    }

    @Test("increments of several harts are never lost, at any quantum", arguments: [true, false])
    func counters(dmi: Bool) throws {
        for quantum: UInt64 in [1, 7, 100, 10_000] {
            let bench = try HartBench(
                """
                    li   s0, 0x80010000
                    li   s1, 50
                1:  lr.d t0, (s0)
                    addi t0, t0, 1
                    sc.d t1, t0, (s0)
                    bnez t1, 1b
                    addi t2, s0, 128
                    li   t3, 1
                    amoadd.w zero, t3, (t2)
                    addi s1, s1, -1
                    bnez s1, 1b
                """, harts: 3, dmi: dmi, quantum: .nanoseconds(quantum))
            bench.run(for: .microseconds(200))
            #expect(bench.rests, "quantum \(quantum)")
            #expect(bench.word(HartBench.data) == 150 && bench.word(HartBench.data + 128) == 150, "quantum \(quantum)")
        }
    }

    @Test("a lock made of LR and SC excludes")
    func lock() throws {
        let bench = try HartBench(
            """
                li   s0, 0x80010000
                li   s1, 20
                li   s2, 1
            1:  lr.w.aq t0, (s0)
                bnez t0, 1b
                sc.w.aq t0, s2, (s0)
                bnez t0, 1b
                ld   t1, 256(s0)        # under the lock: read, wait, write
                addi t1, t1, 1
                nop
                nop
                sd   t1, 256(s0)
                amoswap.w.rl zero, zero, (s0)
                addi s1, s1, -1
                bnez s1, 1b
            """, harts: 4, quantum: .nanoseconds(13))
        bench.run(for: .microseconds(200))
        #expect(bench.rests && bench.word(HartBench.data + 256) == 80)
    }

    @Test("waiting on a reservation goes on", arguments: ["wrs.nto", "wrs.sto"])
    func wait(instruction: String) throws {
        let bench = try HartBench("li s0, 0x80010000\nlr.w a0, (s0)\n\(instruction)\nli a1, 5")
        bench.run()
        #expect(bench.rests && bench.x("a1") == 5)
    }
}
