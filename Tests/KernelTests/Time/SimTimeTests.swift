import Testing

@testable import TandemKernel

@Suite struct SimTimeTests {
    @Test(
        "a time prints in the largest unit that it reaches, exactly",
        arguments: [
            (0, "0 s"), (1, "1 ps"), (999, "999 ps"), (1_500, "1.5 ns"), (1_000_000, "1 us"), (12_500_000, "12.5 us"),
            (1_000_000_000_001, "1.000000000001 s"), (UInt64.max, "never"),
        ] as [(UInt64, String)])
    func printing(picoseconds: UInt64, text: String) {
        #expect(SimTime.picoseconds(picoseconds).description == text)
    }

    @Test(
        "a time is read with its unit",
        arguments: [
            ("10us", 10_000_000), ("1 ms", 1_000_000_000), ("250ns", 250_000), ("3s", 3_000_000_000_000), ("7ps", 7),
            ("0", 0), ("1.5ns", 1500), ("0.001 us", 1000), ("1_000ps", 1000),
            ("18446744.073709551614s", UInt64.max - 1),
        ] as [(String, UInt64)])
    func reading(text: String, picoseconds: UInt64) throws {
        #expect(try SimTime(parsing: text).picoseconds == picoseconds)
    }

    @Test(
        "what is no time is refused with the expected form",
        arguments: [
            "", "10", "us", "-1us", "1.us", ".5.5us", "1 fortnight", "0.5ps", "1e3ns", "18446744.073709551615s",
            "99999999999999999999s", "1 us ", "+1us", "0x10us",
        ])
    func refusing(text: String) {
        #expect(throws: QuantityError.self) { try SimTime(parsing: text) }
    }

    @Test("printing and reading agree for random times")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            let time = SimTime.picoseconds(random.next() >> (random.next() % 64))
            if time == .never { continue }
            let again = try SimTime(parsing: time.description)
            #expect(again == time, "seed \(seed)")
        }
    }

    @Test("arithmetic is exact, and overflow is told or saturates")
    func arithmetic() {
        #expect(SimTime.ns(5) % .ns(3) == .ns(2))
        #expect(SimTime.ns(7) / .ns(2) == 3)
        #expect(SimTime.ns(7) * 3 == .ns(21))
        #expect(SimTime.never.saturatingAdd(.ns(1)) == .never)
        #expect(SimTime.never.addingReportingOverflow(.picoseconds(1)) == (.zero, true))
        #expect(SimTime.ns(3).addingReportingOverflow(.ns(4)) == (.ns(7), false))
    }

    @Test("adding beyond the range traps")
    func trapping() async {
        await #expect(processExitsWith: .failure) { _ = SimTime.never + .picoseconds(1) }
        await #expect(processExitsWith: .failure) { _ = SimTime.zero - .picoseconds(1) }
        await #expect(processExitsWith: .failure) { _ = SimTime.seconds(18_446_745) }
    }
}
