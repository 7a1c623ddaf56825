import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

/// Random bare-metal programs on one, two and four harts: when interrupts arrive and when transactions happen, against
/// the same program with a quantum of one instruction.
@Suite struct HartQuantumTests {
    /// What the harts of a program do.
    enum Part {
        /// Computes; takes interrupts, and notes when.
        case listens
        /// Rings another hart now and then, with interrupts off.
        case rings(Int)
        /// Both.
        case ringsAndListens(Int)
        /// Sleeps until it is rung, again and again.
        case sleeps
    }

    static let ringerStart: UInt64 = 0x2000_0000
    static let span = SimTime.microseconds(20)
    /// No ring follows another of the same hart so soon that the first might not have been taken.
    static let spacing: UInt64 = 3_000

    /// A run: what rang when, when each hart took which interrupt (in cycles of 1 ns), and the skew that was noted.
    struct Outcome {
        var rings: [Ringer.Ring]
        var arrivals: [[UInt64]]
        var skew: SkewRecord?

        func rings(of hart: Int) -> [SimTime] { rings.filter { $0.hart == hart }.map(\.time).sorted() }
    }

    // MARK: Programs

    private static func log(_ hart: Int) -> UInt64 { 0x8004_0000 + 0x4000 * UInt64(hart) }

    /// Arithmetic, private memory and short loops.
    private static func work(_ random: inout SplitMix64, _ label: String, instructions: UInt64) -> String {
        var text = ""
        for index in 0..<instructions {
            switch random.next() % 6 {
            case 0: text += "addi a0, a0, \(random.next() % 2048)\n"
            case 1: text += "mul a1, a0, a1\n"
            case 2: text += "sd a1, \(8 * (random.next() % 64))(s0)\n"
            case 3: text += "ld a2, \(8 * (random.next() % 64))(s0)\n"
            case 4: text += "amoadd.d a3, a0, (s0)\n"
            default:
                text +=
                    "li a4, \(1 + random.next() % 20)\n\(label)_\(index): addi a4, a4, -1\nbnez a4, \(label)_\(index)\n"
            }
        }
        return text
    }

    private static func program(_ parts: [Part], seed: UInt64) -> String {
        var random = SplitMix64(seed: seed)
        var text = "csrr t0, mhartid\n"
        for index in parts.indices.dropFirst() { text += "li t1, \(index)\nbeq t0, t1, part\(index)\n" }
        for (index, part) in parts.enumerated() {
            text += """
                part\(index): la t0, handler
                csrw mtvec, t0
                li s11, \(log(index))
                li s0, \(0x8002_0000 + 0x1000 * index)
                li s1, \(ringerStart)
                li t0, 2
                csrw mie, t0

                """
            switch part {
            case .listens, .ringsAndListens, .sleeps: text += "csrsi mstatus, 8\n"
            case .rings: break
            }
            text += "loop\(index):\n"
            if case .sleeps = part { text += "wfi\n" }
            text += work(&random, "w\(index)", instructions: 20 + random.next() % 40)
            if case .rings(let peer) = part { text += ring(peer, index, &random) }
            if case .ringsAndListens(let peer) = part { text += ring(peer, index, &random) }
            text += "j loop\(index)\n"
        }
        return text + """
            .balign 4
            handler: csrr t3, mcycle
            sd t3, 0(s11)
            addi s11, s11, 8
            csrci mip, 2
            mret

            """
    }

    /// Waits long enough, then rings.
    private static func ring(_ peer: Int, _ index: Int, _ random: inout SplitMix64) -> String {
        """
        li a5, \(spacing / 2 + random.next() % 700)
        pause\(index): addi a5, a5, -1
        bnez a5, pause\(index)
        sd zero, \(8 * peer)(s1)

        """
    }

    /// Rings of the device itself, apart enough.
    private static func given(_ harts: [Int], seed: UInt64) -> [(time: SimTime, hart: Int)] {
        var random = SplitMix64(seed: seed ^ 0x5eed)
        var rings: [(time: SimTime, hart: Int)] = []
        for hart in harts {
            var time = 2_000_000 + random.next() % 1_000_000
            while time < span.picoseconds - 2_000_000 {
                rings.append((SimTime(picoseconds: time), hart))
                time += spacing * 1000 + random.next() % 2_000_000
            }
        }
        return rings.sorted { ($0.time, $0.hart) < ($1.time, $1.hart) }
    }

    private static func run(
        _ parts: [Part], given: [(time: SimTime, hart: Int)] = [], seed: UInt64, quantum: SimTime? = nil,
        maxSkew: SimTime = .never
    ) throws -> Outcome {
        let bench = try HartBench(program(parts, seed: seed), harts: parts.count, quantum: quantum)
        let ringer = try Ringer(bench.sim.context("ringer"), bench.harts, given: given)
        try bench.sim.map(ringer.bus, at: ringerStart, size: 0x1000)
        bench.sim.simulation.quantum.maxSkew = maxSkew
        #expect(bench.run(for: span) == .timeReached)
        let arrivals = parts.indices.map { hart in
            (0..<(bench.x("s11", hart: hart) - log(hart)) / 8).map { bench.word(log(hart) + 8 * $0) }
        }
        return Outcome(rings: ringer.rings, arrivals: arrivals, skew: bench.sim.simulation.quantum.skewRecord)
    }

    static let oneInstruction = SimTime.nanoseconds(1)

    // MARK: Tests

    @Test(
        "one hart: every interrupt and transaction is where it is with a quantum of one instruction", arguments: 1...2)
    func alone(seed: Int) throws {
        let seed = UInt64(seed)
        let given = Self.given([0], seed: seed)
        for part in [Part.listens, .ringsAndListens(0), .sleeps] {
            let given = if case .ringsAndListens = part { [(time: SimTime, hart: Int)]() } else { given }
            let exact = try Self.run([part], given: given, seed: seed, quantum: Self.oneInstruction)
            #expect(exact.arrivals[0].count >= 2, "seed \(seed)")
            for quantum: SimTime? in [nil, .nanoseconds(17), .microseconds(3)] {
                let other = try Self.run([part], given: given, seed: seed, quantum: quantum)
                #expect(other.arrivals == exact.arrivals && other.rings == exact.rings, "seed \(seed), \(part)")
                #expect(other.skew == nil)
            }
        }
    }

    @Test(
        "several harts: what devices do by themselves is exact at any quantum, whoever runs or sleeps", arguments: 1...2
    )
    func devices(seed: Int) throws {
        let seed = UInt64(seed)
        for parts: [Part] in [[.listens, .sleeps], [.listens, .listens, .sleeps, .listens]] {
            let given = Self.given(Array(parts.indices), seed: seed)
            let exact = try Self.run(parts, given: given, seed: seed, quantum: Self.oneInstruction)
            #expect(exact.arrivals.allSatisfy { $0.count >= 2 })
            for quantum: SimTime? in [nil, .nanoseconds(170), .microseconds(50)] {
                let other = try Self.run(parts, given: given, seed: seed, quantum: quantum)
                #expect(other.arrivals == exact.arrivals, "seed \(seed), \(parts)")
                #expect(other.skew == nil)
            }
        }
    }

    @Test("a hart that runs alone rings sleeping ones exactly, at any quantum", arguments: 1...2)
    func wakingSleepers(seed: Int) throws {
        let parts: [Part] = [.rings(2), .sleeps, .sleeps]
        let exact = try Self.run(parts, seed: UInt64(seed), quantum: Self.oneInstruction)
        for quantum: SimTime? in [nil, .microseconds(50)] {
            let other = try Self.run(parts, seed: UInt64(seed), quantum: quantum)
            #expect(other.rings.count >= 2 && other.rings == exact.rings, "seed \(seed)")
            #expect(other.arrivals[2].count >= 2 && other.arrivals == exact.arrivals, "seed \(seed)")
        }
    }

    @Test(
        "several harts that ring each other: every interrupt is within the bound of where it is exactly",
        arguments: 1...2)
    func bounded(seed: Int) throws {
        let seed = UInt64(seed)
        for parts: [Part] in [[.listens, .rings(0)], [.listens, .rings(0), .rings(3), .listens]] {
            let exact = try Self.run(parts, seed: seed, quantum: Self.oneInstruction)
            for bound: SimTime in [.nanoseconds(30), .nanoseconds(400), .nanoseconds(1_700)] {
                let other = try Self.run(parts, seed: seed, maxSkew: bound)
                // Nobody disturbs those that ring.
                for hart in parts.indices { #expect(other.rings(of: hart) == exact.rings(of: hart)) }
                for hart in parts.indices {
                    // What is late at the end of the run is missing.
                    let end = Self.span - bound
                    let due = exact.arrivals[hart].count { .nanoseconds($0) < end }
                    #expect(other.arrivals[hart].count >= due)
                    for (late, due) in zip(other.arrivals[hart], exact.arrivals[hart]) {
                        let error = late > due ? late - due : due - late
                        #expect(SimTime.nanoseconds(error) <= bound, "seed \(seed), \(parts), bound \(bound)")
                    }
                }
                #expect(other.skew?.skew ?? .zero <= bound)
                if let skew = other.skew {
                    #expect(["cpu0", "cpu1", "cpu2", "cpu3"].contains(skew.ahead))
                    #expect(["cpu1", "cpu2"].contains(skew.late), "only those that ring can be late: \(skew)")
                }
            }
        }
    }

    @Test("harts in a ring, each disturbed by the one before: late by at most the bound and the instruction under way")
    func ring() throws {
        for count in [2, 4] {
            let parts = (0..<count).map { Part.ringsAndListens(($0 + 1) % count) }
            for (seed, bound): (UInt64, SimTime) in [
                (1, .nanoseconds(50)), (2, .nanoseconds(600)), (3, .nanoseconds(2_000)),
            ] {
                let outcome = try Self.run(parts, seed: seed, maxSkew: bound)
                #expect(outcome.skew?.skew ?? .zero <= bound)
                // An access to the ringer is the longest instruction.
                let longest = bound + Ringer.latency + .nanoseconds(1)
                for hart in parts.indices {
                    let rings = outcome.rings(of: hart)
                    #expect(outcome.arrivals[hart].count >= 2)
                    for (arrival, ring) in zip(outcome.arrivals[hart], rings) {
                        // The guest sees the cycle in which its handler began.
                        let time = SimTime.nanoseconds(arrival)
                        #expect(
                            time + .nanoseconds(1) > ring && time <= ring + longest,
                            "seed \(seed), hart \(hart), bound \(bound)")
                    }
                }
            }
        }
    }
}
