import TandemOS

/// One measurement: what a mode is given and what it finds.
struct BenchmarkRun {
    let mode: String
    let n: UInt64
    let ops: UInt64
    private let residentBefore = ProcessUsage.residentBytes()
    private let virtualBefore = ProcessUsage.virtualBytes()
    private let begin = ProcessUsage.wallSeconds()
    private var measuredOps: UInt64 = 0
    private var seconds = 0.0
    private var cpuSeconds = 0.0
    private var setupSeconds = 0.0
    private var residentAfter: UInt64 = 0
    private var virtualAfter: UInt64 = 0
    /// Further fields, each with a blank before it.
    var extra = ""

    init(mode: String, n: UInt64, ops: UInt64) {
        self.mode = mode
        self.n = n
        self.ops = ops
    }

    /// Times `body`, which returns how many operations it did. What came before counts as set-up.
    mutating func measure<Failure>(_ body: () throws(Failure) -> UInt64) throws(Failure) {
        let wall = ProcessUsage.wallSeconds()
        let cpu = ProcessUsage.cpuSeconds()
        measuredOps = try body()
        cpuSeconds = ProcessUsage.cpuSeconds() - cpu
        seconds = ProcessUsage.wallSeconds() - wall
        setupSeconds = wall - begin
        residentAfter = ProcessUsage.residentBytes()
        virtualAfter = ProcessUsage.virtualBytes()
    }

    /// The line that is printed; rate is operations per second of wall-clock time.
    var line: String {
        let rate = seconds > 0 ? Double(measuredOps) / seconds : 0
        return "mode=\(mode) n=\(n) ops=\(measuredOps) sec=\(fixed(seconds, 6)) cpu=\(fixed(cpuSeconds, 6)) "
            + "rate=\(fixed(rate, 0)) rss0_kb=\(residentBefore / 1024) rss1_kb=\(residentAfter / 1024) "
            + "vsz0_kb=\(virtualBefore / 1024) vsz1_kb=\(virtualAfter / 1024) setup=\(fixed(setupSeconds, 4))\(extra)"
    }
}

/// `value`, which is not negative, with `digits` digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = UInt64(max(0, (value * scale).rounded()))
    if digits == 0 { return "\(scaled)" }
    let fraction = String(scaled % UInt64(scale))
    return "\(scaled / UInt64(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
}

/// xorshift64*, so that every mode and the SystemC peer draw the same sequence.
struct XorShift {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
