import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: traffic with and without direct memory")
struct HartTrafficTests {
    @Test("counts every fetch, load and store of a small program exactly", arguments: [true, false])
    func small(dmi: Bool) throws {
        let bench = try HartBench(
            """
                li   s0, 0x80010000
                sd   s0, 0(s0)
                ld   a0, 0(s0)
                lw   a0, 2(s0)
                c.nop
                amoadd.w a0, a0, (s0)
                lr.w a0, (s0)
                sc.w a0, a0, (s0)
                sc.w a0, a0, (s0)
                addi s1, s0, -4
                ld   a0, 0(s1)
                lui  s1, 0x10000
                sh   a0, 2(s1)
            """, dmi: dmi)
        bench.run()
        #expect(bench.rests)
        let ram = try #require(bench.hart.bus.traffic.first { $0.target == "ram" })
        // li takes 3 instructions; the WFI counts too; c.nop is the only one of two bytes.
        let retired = bench.hart.instructionsRetired
        #expect(ram.fetches == retired && ram.fetchBytes == 4 * retired - 2)
        #expect(ram.reads == 6 && ram.readBytes == 8 + 4 + 4 + 4 + 8)
        #expect(ram.writes == 3 && ram.writeBytes == 8 + 4 + 4)
        #expect(ram.errors == 0)
        let device = try #require(bench.hart.bus.traffic.first { $0.target == "device" })
        #expect(device.writes == 1 && device.writeBytes == 2 && device.fetches == 0)
    }

    /// A random program of arithmetic, accesses of every kind, traps, loops and calls over a small buffer.
    static func program(_ generator: inout SampleGenerator) -> String {
        let registers = ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1"]
        func register() -> String { registers.randomElement(using: &generator) ?? "a0" }
        func offset(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }
        var text =
            HartBench.installHandler + """
                    li   t0, 0x6000
                    csrs mstatus, t0
                    li   s0, 0x80010800        # the buffer lies across a page
                    addi s0, s0, 0x7c0
                    li   s1, 0x10000000
                    li   s2, 0x40000000
                    li   s3, \(2 + offset(5))

                """
        for (index, name) in registers.enumerated() { text += "li \(name), \(generator.next() >> UInt64(6 * index))\n" }
        text += "again:\n"
        for index in 0..<40 {
            switch offset(22) {
            case 0: text += "sd \(register()), \(offset(120))(s0)\n"
            case 1: text += "ld \(register()), \(offset(120))(s0)\n"
            case 2: text += "sw \(register()), \(offset(124))(s0)\n"
            case 3: text += "lhu \(register()), \(offset(126))(s0)\n"
            case 4: text += "sb \(register()), \(offset(127))(s0)\n"
            case 5: text += "amoadd.d \(register()), \(register()), (s0)\n"
            case 6: text += "lr.w \(register()), (s0)\nsc.w \(register()), \(register()), (s0)\n"
            case 7: text += "sc.w \(register()), \(register()), (s0)\n"
            case 8: text += "sw \(register()), \(4 * offset(16))(s1)\n"
            case 9: text += "lw \(register()), \(4 * offset(16))(s1)\n"
            case 10: text += "lw \(register()), \(offset(16))(s2)\n"
            case 11: text += "sb \(register()), \(offset(16))(s2)\n"
            case 12: text += "ecall\n"
            case 13: text += "c.addi a0, \(offset(30) + 1)\n"
            case 14: text += "bltu \(register()), \(register()), skip\(index)\nadd a0, a0, a1\nskip\(index):\n"
            case 15: text += "fsd fa0, \(offset(120))(s0)\nfld fa1, \(offset(120))(s0)\n"
            case 16: text += "rdcycle \(register())\nrdinstret \(register())\n"
            case 17: text += "call leaf\n"
            case 18: text += "csrw mscratch, \(register())\n"
            case 19: text += "amoswap.w \(register()), \(register()), (s1)\n"
            case 20: text += "cbo.zero (s0)\n"
            default: text += "mul \(register()), \(register()), \(register())\n"
            }
        }
        return text + """
                addi s3, s3, -1
                bnez s3, far
                j    rest
            far:
                j    again
            leaf:
                xor  a0, a0, a1
                c.jr ra

            """ + HartBench.handler
    }

    @Test("every count, time and value is the same with and without direct memory, at any quantum")
    func random() throws {
        let seed: UInt64 = 0x7aff_0001
        print("programs with and without direct memory: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        for index in 0..<12 {
            let source = Self.program(&generator)
            let latency = SimTime.nanoseconds([0, 3, 50][index % 3])
            func outcome(dmi: Bool, quantum: SimTime?) throws -> HartOutcome {
                let bench = try HartBench(source, dmi: dmi, quantum: quantum)
                bench.device.latency = latency
                bench.device.fill = 0x3c
                bench.run(for: .microseconds(200))
                #expect(bench.rests, "program \(index)")
                return HartOutcome(bench)
            }
            let reference = try outcome(dmi: true, quantum: nil)
            #expect(reference.retired > 100)
            for (dmi, quantum) in [
                (false, nil), (true, .nanoseconds(1)), (true, .nanoseconds(33)), (false, .nanoseconds(7)),
            ]
                as [(Bool, SimTime?)]
            {
                let other = try outcome(dmi: dmi, quantum: quantum).differences(from: reference)
                #expect(
                    other == [], "program \(index), direct memory \(dmi), quantum \(quantum.map { "\($0)" } ?? "auto")")
            }
        }
    }

    @Test("translation changes nothing about that")
    func paged() throws {
        let space = AddressSpace()
        func outcome(dmi: Bool) throws -> HartOutcome {
            let bench = try HartBench(
                HartBench.installHandler + AddressSpace.enter + """
                        li   s0, 0x40000ff0
                        li   s1, 20
                    1:  sd   s1, 4(s0)
                        ld   a0, 12(s0)
                        li   t2, 0x40003000
                        ld   a1, 0(t2)          # faults
                        jalr ra, s0, -0x7f0
                        sfence.vma s0, zero
                        addi s1, s1, -1
                        bnez s1, 1b
                        j    rest
                    """ + "\n" + HartBench.handler, dmi: dmi)
            space.install(in: bench)
            space.map(0x4000_0000, to: 0x8001_1000, PTE.v | PTE.r | PTE.w | PTE.x, in: bench)
            space.map(0x4000_1000, to: 0x8001_4000, PTE.v | PTE.r | PTE.w, in: bench)
            try bench.place("addi a2, a2, 1\nc.nop\nret", at: 0x8001_1800)
            bench.run()
            #expect(bench.rests && bench.traps.count == 20 && bench.x("a2") == 20)
            return HartOutcome(bench)
        }
        let first = try outcome(dmi: true)
        #expect(try outcome(dmi: false).differences(from: first) == [])
        #expect(try outcome(dmi: true).differences(from: first) == [])
    }

    @Test("memory that takes time is charged and counted the same, also for a block that is left early")
    func latency() throws {
        func outcome(dmi: Bool) throws -> HartOutcome {
            let bench = try HartBench(
                HartBench.installHandler + """
                        li   s0, 0x80010000
                        li   s2, 5
                    1:  sd   s2, 0(s0)
                        ld   a0, 0(s0)
                        lw   a1, 0(zero)
                        addi s2, s2, -1
                        bnez s2, 1b
                        j    rest
                    """ + "\n" + HartBench.handler, dmi: dmi, ramLatency: .nanoseconds(7))
            bench.run()
            #expect(bench.rests && bench.traps.count == 5)
            return HartOutcome(bench)
        }
        #expect(try outcome(dmi: true).differences(from: try outcome(dmi: false)) == [])
    }

    @Test("grants may end in the middle of a block, by the very access that is being made")
    func invalidation() throws {
        func outcome(dmi: Bool) throws -> HartOutcome {
            let bench = try HartBench(
                """
                    li   s0, 0x80010000
                    lui  s1, 0x20000
                    li   s2, 5
                1:  ld   a0, 0(s0)
                    addi a0, a0, 1
                    sd   a0, 0(s0)
                    sw   zero, 0(s1)
                    ld   a1, 0(s0)
                    sd   a1, 8(s0)
                    addi s2, s2, -1
                    bnez s2, 1b
                """, dmi: dmi)
            let breaker = GrantBreaker(bench.sim.context("breaker"), bench.ram)
            try bench.sim.map(breaker.bus, at: 0x2000_0000, size: 0x1000)
            bench.run()
            #expect(bench.rests && bench.x("a1") == 5)
            return HartOutcome(bench)
        }
        #expect(try outcome(dmi: true).differences(from: try outcome(dmi: false)) == [])
    }

    @Test("transactions are the accesses that crossed the bus one by one")
    func transactions() throws {
        let source = "li s0, 0x80010000\nld a0, 0(s0)\nlui s1, 0x10000\nsw a0, 0(s1)\nlw a0, 0(s1)"
        let direct = try HartBench(source)
        direct.run()
        #expect(direct.hart.bus.transactionCount == 2)
        let plain = try HartBench(source, dmi: false)
        plain.run()
        #expect(plain.hart.bus.transactionCount == plain.hart.instructionsRetired + 3)
    }
}

/// A device whose every access ends all direct-memory grants to a RAM.
private final class GrantBreaker: Module, BusTarget {
    let bus: TargetSocket
    private let ram: Ram

    init(_ context: ModuleContext, _ ram: Ram) {
        bus = TargetSocket("bus", context)
        self.ram = ram
        super.init(context)
        bus.serve(self)
    }

    func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        ram.bus.invalidateDirectMemory()
        transaction.response = .ok
    }
}
