import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: system instructions")
struct HartSystemTests {
    /// Goes to U or S with all memory open; `1:` follows.
    private static func drop(to privilege: Int, status: UInt64 = 0) -> String {
        """
            li   t0, -1
            csrw pmpaddr0, t0
            li   t0, 0x1f
            csrw pmpcfg0, t0
            li   t0, \(status | UInt64(privilege) << 11)
            csrw mstatus, t0
            la   t0, dropped
            csrw mepc, t0
            mret
        dropped:

        """
    }

    @Test("CSR instructions read, set, clear and write as the manual's table says")
    func csrInstructions() throws {
        let bench = try HartBench(
            """
                li    t0, 0xf0
                csrrw a0, mscratch, t0     # 0 → f0
                li    t1, 0x0f
                csrrs a1, mscratch, t1     # f0 → ff
                li    t2, 0x3c
                csrrc a2, mscratch, t2     # ff → c3
                csrrwi a3, mscratch, 21    # c3 → 15
                csrrsi a4, mscratch, 10    # 15 → 1f
                csrrci a5, mscratch, 3     # 1f → 1c
                csrr  a6, mscratch
                csrrw t0, mscratch, t0     # the source is read before it is written
                csrr  a7, mscratch
                csrw  mscratch, zero
                csrr  s2, mscratch
            """)
        bench.run()
        #expect(bench.rests)
        #expect(
            ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "s2"].map { bench.x($0) } == [
                0, 0xf0, 0xff, 0xc3, 0x15, 0x1f, 0x1c, 0xf0, 0x1c, 0,
            ])
    }

    @Test("illegal CSR accesses trap with the instruction, and change nothing")
    func illegalAccesses() throws {
        let bench = try HartBench(
            HartBench.installHandler + """
                    li   a0, 5
                    csrrw a0, cycle, a0        # read-only
                    csrrs a0, 0x8ff, zero      # does not exist
                    csrrsi zero, mhartid, 1    # writes
                    csrrs a1, mhartid, zero    # does not write
                    csrr a2, fcsr              # FS is off
                    csrrwi zero, time, 0
                    j    rest
                """ + "\n" + HartBench.handler)
        bench.run()
        #expect(bench.traps.map(\.cause) == [2, 2, 2, 2, 2])
        #expect(bench.traps.map(\.value) == [0xc005_1573, 0x8ff0_2573, 0xf140_e073, 0x0030_2673, 0xc010_5073])
        #expect(bench.x("a0") == 5 && bench.x("a2") == 0)
    }

    @Test("the trap value of an illegal instruction is the instruction as fetched, two bytes or four")
    func illegalInstructions() throws {
        let bench = try HartBench(
            HartBench.installHandler + """
                    .half 0x0000
                    .word 0xffffffff
                    .half 0x9c41, 0x0001
                    flw  fa0, 0(a0)
                    c.fld fa0, 8(a0)
                    c.nop
                    ebreak
                    c.ebreak
                    c.nop
                    ecall
                    j    rest
                """ + "\n" + HartBench.handler)
        bench.run()
        #expect(bench.traps.map(\.cause) == [2, 2, 2, 2, 2, 3, 3, 11])
        #expect(bench.traps.map(\.value).prefix(5) == [0, 0xffff_ffff, 0x9c41, 0x0005_2507, 0x2508])
        #expect(bench.traps[5].value == bench.traps[5].pc && bench.traps[7].value == 0)
    }

    @Test(
        "privileged instructions are illegal where the specification says so",
        arguments: [
            // In S.
            ("wfi", 1, Status.tw, true), ("sret", 1, Status.tsr, true), ("mret", 1, 0, true),
            ("sfence.vma", 1, 0, false), ("sfence.vma", 1, Status.tvm, true), ("sinval.vma zero, zero", 1, 0, false),
            ("sinval.vma zero, zero", 1, Status.tvm, true), ("sfence.w.inval", 1, Status.tvm, false),
            ("sfence.inval.ir", 1, Status.tvm, false), ("csrr t0, satp", 1, 0, false),
            ("csrr t0, satp", 1, Status.tvm, true), ("csrw satp, zero", 1, Status.tvm, true), ("fence.i", 1, 0, false),
            // In U.
            ("wfi", 0, 0, true), ("sret", 0, 0, true), ("mret", 0, 0, true), ("sfence.vma", 0, 0, true),
            ("sinval.vma zero, zero", 0, 0, true), ("sfence.w.inval", 0, 0, true), ("sfence.inval.ir", 0, 0, true),
            ("csrr t0, sstatus", 0, 0, true), ("csrr t0, cycle", 0, 0, true), ("fence.i", 0, 0, false),
            ("wrs.nto", 0, 0, false), ("pause", 0, 0, false),
        ] as [(String, Int, UInt64, Bool)])
    func privileged(instruction: String, privilege: Int, status: UInt64, isIllegal: Bool) throws {
        let bench = try HartBench(
            HartBench.installHandler + Self.drop(to: privilege, status: status) + """
                \(instruction)
                    li a0, 1
                1:  j 1b
                """ + "\n" + HartBench.handler)
        bench.run(for: .nanoseconds(300))
        #expect(bench.traps.map(\.cause) == (isIllegal ? [2] : []), "\(instruction)")
        #expect(bench.x("a0") == 1)
    }

    @Test("environment calls say where they come from", arguments: [(0, 8), (1, 9), (3, 11)] as [(Int, UInt64)])
    func calls(privilege: Int, cause: UInt64) throws {
        let bench = try HartBench(
            HartBench.installHandler + Self.drop(to: privilege) + "ecall\n1: j 1b\n" + HartBench.handler)
        bench.run(for: .nanoseconds(200))
        #expect(bench.traps.map(\.cause) == [cause])
    }

    @Test("a delegated exception of U is handled in S, which returns with SRET")
    func delegation() throws {
        let bench = try HartBench(
            """
                li   t0, 0x100             # call from U
                csrw medeleg, t0
                la   t0, handler
                csrw stvec, t0

            """ + Self.drop(to: 0) + """
                    li   a0, 1
                    ecall
                    li   a1, 1
                1:  j 1b
                .balign 4
                handler:
                    csrr a2, scause
                    csrr a3, sepc
                    csrr a4, sstatus
                    addi t0, a3, 4
                    csrw sepc, t0
                    sret
                """)
        bench.run(for: .nanoseconds(200))
        #expect(bench.x("a1") == 1 && bench.x("a2") == 8)
        #expect(bench.x("a3") == bench.address(of: "dropped") + 4)
        #expect(bench.x("a4") & Status.spp == 0)
        #expect(bench.hart.privilege == .user)
    }

    // MARK: Floating-point state

    @Test("FS becomes dirty when floating-point state changes, and not before", arguments: [true, false])
    func dirty(dmi: Bool) throws {
        for (instruction, isDirty) in [
            ("fadd.s fa0, fa1, fa2", true), ("fld fa0, 0(s0)", true), ("fsd fa0, 0(s0)", false),
            ("fmv.x.d a5, fa0", false), ("fmv.d.x fa0, a5", true), ("csrwi fflags, 0", true), ("csrr a5, fcsr", false),
            ("fclass.d a5, fa0", false), ("fsgnj.d fa0, fa0, fa0", true), ("fdiv.d fa0, fa0, fa0", true),
        ] {
            let bench = try HartBench(
                """
                    li   s0, 0x80010000
                    li   t0, 0x4000        # clean
                    csrw mstatus, t0
                    csrr a0, mstatus
                    \(instruction)
                    csrr a1, mstatus
                    csrr a2, sstatus
                    j    1f
                1:  csrr a3, mstatus
                """, dmi: dmi)
            bench.run()
            #expect(bench.rests)
            #expect(bench.x("a0") == 0xa_0000_4000)
            let expected: UInt64 = isDirty ? 0x8000_000a_0000_6000 : 0xa_0000_4000
            #expect(bench.x("a1") == expected && bench.x("a3") == expected, "\(instruction)")
            #expect(bench.x("a2") == expected & 0x8000_0003_000d_e762, "\(instruction)")
        }
    }

    @Test("FS is noted dirty in a trap handler's view, and again after software has made it clean")
    func dirtyAgain() throws {
        // `later` changes state; `reader` reads mstatus before it goes there, with state changed before or not.
        let bench = try HartBench(
            """
                li   s1, 0x6000
                li   s2, 0x4000
                li   s3, 6
            again:
                csrc mstatus, s1
                csrs mstatus, s2           # clean
                andi t0, s3, 1
                beqz t0, reader
                j    first
            first:
                fadd.d fa0, fa1, fa2
                j    reader
            reader:
                csrr a0, mstatus
                j    later
            later:
                fadd.d fa0, fa1, fa2
                j    last
            last:
                csrr a1, mstatus
                and  a1, a1, s1
                bne  a1, s1, bad
                addi s3, s3, -1
                bnez s3, again
                li   a2, 1
                j    rest
            bad:
                li   a3, 1
            """)
        bench.run()
        #expect(bench.rests && bench.x("a2") == 1 && bench.x("a3") == 0)
    }

    @Test("the dynamic rounding mode is that of frm, and a reserved one is illegal")
    func roundingModes() throws {
        let bench = try HartBench(
            HartBench.installHandler + """
                    li   t0, 0x2000
                    csrs mstatus, t0
                    li   t0, 1
                    fcvt.d.w fa1, t0
                    li   t0, 3
                    fcvt.d.w fa2, t0
                    csrwi frm, 2               # down
                    fdiv.d fa3, fa1, fa2
                    csrwi frm, 3               # up
                    fdiv.d fa4, fa1, fa2
                    csrwi frm, 5
                    fdiv.d fa5, fa1, fa2
                    fdiv.d fa6, fa1, fa2, rne
                    fmv.x.d a3, fa3
                    fmv.x.d a4, fa4
                    fmv.x.d a6, fa6
                    j    rest
                """ + "\n" + HartBench.handler)
        bench.run()
        #expect(bench.rests)
        #expect(bench.traps.map(\.cause) == [2])
        #expect(bench.x("a3") == 0x3fd5_5555_5555_5555 && bench.x("a4") == 0x3fd5_5555_5555_5556)
        #expect(bench.x("a6") == 0x3fd5_5555_5555_5555)
    }

    // MARK: Hangs

    @Test("sixteen traps in a row without a retired instruction end the run", arguments: [true, false])
    func hang(dmi: Bool) throws {
        // The handler is where nothing is.
        let bench = try HartBench("li t0, 0x40000000\ncsrw mtvec, t0\n.word 0", dmi: dmi)
        let reason = bench.run()
        guard case .stopped(let request) = reason else {
            Issue.record("the run ended with \(reason)")
            return
        }
        #expect(request.reason == .guestHang && request.code == 3)
        // Instructions at 0, 1 and 2 ns; each trap takes a cycle.
        #expect(bench.sim.now <= .nanoseconds(20))
    }

    @Test("fifteen traps in a row are no hang")
    func noHang() throws {
        // Each handler is an illegal instruction; the test moves the vector on while the hart runs into it.
        let bench = try HartBench("la t0, bad\ncsrw mtvec, t0\n.balign 4\nbad: .word 0\nli a0, 1")
        bench.run(for: .nanoseconds(17))
        #expect(bench.hart.trapsInARow == 14)
        bench.hart.privileged.machineVector = bench.address(of: "bad") + 4
        let reason = bench.run()
        #expect(reason == .timeReached && bench.rests && bench.x("a0") == 1)
    }
}
