import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: interrupts")
struct HartInterruptTests {
    /// Enables an interrupt in M and counts through 400 nops; the handler notes where it was entered and when.
    private static func program(enable: UInt64) -> String {
        """
            la   t0, handler
            csrw mtvec, t0
            li   t0, \(enable)
            csrw mie, t0
            csrsi mstatus, 8
        start:
        \(String(repeating: "    nop\n", count: 400))
            j rest
        .balign 4
        handler:
            rdcycle a1
            csrr a0, mepc
            csrr a2, mcause
            rdinstret a3
            csrw mie, zero
            mret
        """
    }

    @Test(
        "one hart takes an interrupt before the first instruction that starts at its time or later, at any quantum",
        arguments: [true, false])
    func exactInstruction(dmi: Bool) throws {
        for (line, bit) in [(HartLine.mtip, UInt64(7)), (.msip, 3), (.meip, 11)] {
            for time: UInt64 in [50_000, 51_000, 51_500, 90_001, 123_456, 200_000] {
                for quantum: UInt64 in [0, 1, 10, 1_000, 1_000_000] {
                    let bench = try HartBench(
                        Self.program(enable: 1 << bit), dmi: dmi,
                        quantum: quantum == 0 ? nil : .nanoseconds(quantum))
                    try bench.drive(line, [(.picoseconds(time), true)])
                    bench.run(for: .microseconds(2))
                    #expect(bench.rests)
                    let cycle = (time + 999) / 1000
                    #expect(bench.x("a1") == cycle, "\(line) at \(time) ps, quantum \(quantum) ns")
                    #expect(bench.x("a0") == HartBench.ramStart + cycle * 4)
                    #expect(bench.x("a3") == cycle + 3)
                    #expect(bench.x("a2") == 1 << 63 | bit)
                    #expect(bench.hart.interruptsTaken[Int(bit)] == 1)
                    #expect(bench.hart.lineInputs[line.rawValue].taken == 1)
                }
            }
        }
    }

    @Test("a level that falls again before it is enabled is not taken")
    func withdrawn() throws {
        let bench = try HartBench(
            """
                la   t0, handler
                csrw mtvec, t0
                li   t0, 0x80
                csrw mie, t0
                li   t1, 100
            1:  addi t1, t1, -1
                bnez t1, 1b
                csrr a5, mip
                csrsi mstatus, 8
                nop
                li   a4, 1
                j rest
            .balign 4
            handler: li a0, 1
                j rest
            """)
        try bench.drive(.mtip, [(.nanoseconds(20), true), (.nanoseconds(100), false)])
        bench.run()
        #expect(bench.rests && bench.x("a0") == 0 && bench.x("a4") == 1 && bench.x("a5") == 0)
    }

    @Test("mip shows lines at the exact instruction", arguments: [true, false])
    func pendingBits(dmi: Bool) throws {
        let bench = try HartBench(
            "csrr a0, mip\n" + String(repeating: "nop\n", count: 9) + "csrr a1, mip\ncsrr a2, mip\ncsrr a3, mip",
            dmi: dmi)
        try bench.drive(.meip, [(.nanoseconds(11), true)])
        try bench.drive(.seip, [(.picoseconds(11_001), true)])
        bench.run()
        #expect(bench.x("a0") == 0 && bench.x("a1") == 0)
        #expect(bench.x("a2") == 0x800 && bench.x("a3") == 0xa00)
    }

    @Test("csrrs on mip does not turn the line of SEIP into the software bit (Priv. spec §3.1.9)")
    func externalSoftwareBit() throws {
        let bench = try HartBench(
            """
                li   t0, 100
            1:  addi t0, t0, -1
                bnez t0, 1b
                csrrsi a0, mip, 2
                li   t0, 100
            1:  addi t0, t0, -1
                bnez t0, 1b
                csrr a1, mip
            """)
        try bench.drive(.seip, [(.nanoseconds(20), true), (.nanoseconds(300), false)])
        bench.run()
        #expect(bench.x("a0") == 0x200 && bench.x("a1") == 0x002)
    }

    @Test("WFI wakes at the time of the interrupt, taken if enabled", arguments: [true, false])
    func waits(enabled: Bool) throws {
        for line in [HartLine.mtip, .msip, .meip] {
            let bench = try HartBench(
                """
                    la   t0, handler
                    csrw mtvec, t0
                    li   t0, 0x888
                    csrw mie, t0
                    \(enabled ? "csrsi mstatus, 8" : "nop")
                    wfi
                after:
                    rdcycle a1
                    j rest
                .balign 4
                handler:
                    rdcycle a0
                    csrr a2, mepc
                    csrw mie, zero
                    mret
                """)
            try bench.drive(line, [(.nanoseconds(777), true)])
            bench.run(for: .microseconds(2))
            #expect(bench.x("a0") == (enabled ? 777 : 0))
            #expect(bench.x("a1") == (enabled ? 781 : 777))
            if enabled { #expect(bench.x("a2") == bench.address(of: "after")) }
        }
    }

    @Test("WFI does not wait for what is pending, nor wakes for what is not enabled in mie")
    func waitConditions() throws {
        let pending = try HartBench("li t0, 2\ncsrw mie, t0\ncsrw mip, t0\nwfi\nrdcycle a0")
        pending.run(for: .microseconds(1))
        #expect(pending.x("a0") == 4)
        let disabled = try HartBench("li t0, 0x80\ncsrw mie, t0\nwfi\nli a0, 1")
        try disabled.drive(.meip, [(.nanoseconds(50), true)])
        disabled.run()
        #expect(disabled.x("a0") == 0 && disabled.hart.isWaiting)
    }

    @Test("the timer of Sstc fires at its tick, and STIP follows time and stimecmp")
    func supervisorTimer() throws {
        let bench = try HartBench(
            """
                la   t0, handler
                csrw mtvec, t0
                li   t0, 1
                slli t0, t0, 63
                csrw menvcfg, t0
                csrr a4, mip           # stimecmp is all ones after reset: not due
                li   t0, 7
                csrw stimecmp, t0
                li   t0, 0x20
                csrw mie, t0
                csrsi mstatus, 8
            1:  j 1b
            .balign 4
            handler:
                rdcycle a0
                csrr a1, mip
                li   t0, -1
                csrw stimecmp, t0
                csrr a2, mip
                csrw mie, zero
                la   t0, rest
                csrw mepc, t0
                mret
            """)
        bench.run()
        #expect(bench.rests)
        #expect(bench.x("a4") == 0)
        #expect(bench.x("a0") == 700)
        #expect(bench.x("a1") == 0x20 && bench.x("a2") == 0)
        #expect(bench.hart.timerExpirations == 1)
    }

    @Test("WFI sleeps until the timer of Sstc")
    func timerWakes() throws {
        let bench = try HartBench(
            """
                li   t0, 1
                slli t0, t0, 63
                csrw menvcfg, t0
                li   t0, 25
                csrw stimecmp, t0
                li   t0, 0x20
                csrw mie, t0
                wfi
                rdcycle a0
                rdtime a1
                csrw mie, zero
            """)
        bench.run()
        #expect(bench.rests && bench.x("a0") == 2500 && bench.x("a1") == 25)
    }

    @Test("a rising SSIP line makes the software bit pending, which software clears")
    func supervisorSoftware() throws {
        let bench = try HartBench(
            """
                li   t0, 100
            1:  addi t0, t0, -1
                bnez t0, 1b
                csrr a0, mip
                csrci mip, 2
                csrr a1, mip
            """)
        try bench.drive(.ssip, [(.nanoseconds(20), true), (.nanoseconds(20), false)])
        bench.run()
        #expect(bench.x("a0") == 2 && bench.x("a1") == 0)
    }

    @Test("a handler that enables interrupts is interrupted, and the order is that of the specification")
    func nested() throws {
        let bench = try HartBench(
            """
                la   t0, handler
                addi t0, t0, 1          # vectored
                csrw mtvec, t0
                li   t0, 0x888
                csrw mie, t0
                li   t1, 100
            1:  addi t1, t1, -1
                bnez t1, 1b
                csrsi mstatus, 8
                nop
                j rest
            .balign 4
            handler:
                j rest                  # exceptions
                j rest
                j rest
                j software
                j rest
                j rest
                j rest
                j timer
                j rest
                j rest
                j rest
                j external
            external:
                slli a0, a0, 4
                addi a0, a0, 1
                li   t2, 0x800
                csrc mie, t2
                mret
            software:
                slli a0, a0, 4
                addi a0, a0, 2
                li   t2, 8
                csrc mie, t2
                mret
            timer:
                slli a0, a0, 4
                addi a0, a0, 3
                li   t2, 0x80
                csrc mie, t2
                mret
            """)
        try bench.drive(.mtip, [(.nanoseconds(20), true)])
        try bench.drive(.msip, [(.nanoseconds(21), true)])
        try bench.drive(.meip, [(.nanoseconds(22), true)])
        bench.run()
        #expect(bench.rests && bench.x("a0") == 0x123)
    }

    @Test("a device that drives a line at once interrupts the instruction after the access", arguments: [true, false])
    func fromOwnAccess(dmi: Bool) throws {
        let bench = try HartBench(
            """
                la   t0, handler
                csrw mtvec, t0
                li   t0, 0x800
                csrw mie, t0
                csrsi mstatus, 8
                lui  s0, 0x20000
                nop
            access:
                sw   zero, 0(s0)
            after:
                li   a1, 1
                li   a2, 1
                j    rest
            .balign 4
            handler:
                csrr a0, mepc
                rdcycle a3
                mv   a4, a1
                csrw mie, zero
                mret
            """, dmi: dmi)
        let bell = Bell(bench.sim.context("bell"))
        try bench.sim.map(bell.bus, at: 0x2000_0000, size: 0x1000)
        try bell.line.connect(to: bench.hart.lineInputs[HartLine.meip.rawValue])
        bench.run()
        #expect(bench.rests)
        #expect(bench.x("a0") == bench.address(of: "after") && bench.x("a4") == 0)
    }

    @Test("a line that an access drives in the future is taken at that time")
    func fromOwnAccessLater() throws {
        for delay: UInt64 in [1, 3, 10, 40] {
            let bench = try HartBench(
                """
                    la   t0, handler
                    csrw mtvec, t0
                    li   t0, 0x800
                    csrw mie, t0
                    csrsi mstatus, 8
                    lui  s0, 0x20000
                    rdcycle s1
                    sw   zero, 0(s0)
                \(String(repeating: "nop\n", count: 60))
                    j    rest
                .balign 4
                handler:
                    rdcycle a0
                    csrw mie, zero
                    mret
                """)
            let bell = Bell(bench.sim.context("bell"))
            try bench.sim.map(bell.bus, at: 0x2000_0000, size: 0x1000)
            try bell.line.connect(to: bench.hart.lineInputs[HartLine.meip.rawValue])
            bell.delay = .nanoseconds(delay)
            bench.run()
            #expect(bench.rests)
            #expect(bench.x("a0") == bench.x("s1") + 1 + delay, "\(delay)")
        }
    }
}

/// A device that raises its line when it is written, now + delay + its own delay.
final class Bell: Module, BusTarget {
    let bus: TargetSocket
    let line: LineOutput
    var delay = SimTime.zero

    override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context)
        line = LineOutput("line", context)
        super.init(context)
        bus.serve(self)
    }

    func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        line.set(true, at: now + delay + self.delay)
        transaction.response = .ok
    }
}
