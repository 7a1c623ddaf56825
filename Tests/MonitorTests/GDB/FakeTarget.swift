import TandemCPU

@testable import TandemMonitor

/// A guest of a few numbers, which records what a session asks of it. Memory is at 0x1000…0x2fff.
final class FakeTarget: DebugTarget {
    let description = TargetDescription(
        xlen: 64, floatBits: 64, integerNames: (0..<32).map { "x\($0)" }, floatNames: (0..<32).map { "f\($0)" },
        csrs: [("fcsr", 3), ("mstatus", 0x300), ("mcycle", 0xb00)])
    let threadCount: Int
    var registers: [[DebugRegister: UInt64]]
    var memory = (0..<0x2000).map { UInt8(truncatingIfNeeded: $0) }
    var breakpoints: [UInt64] = []
    var watchpoints: [HartWatchpoint] = []
    var resumptions: [[DebugAction]] = []
    var interruptions = 0

    init(threads: Int = 1) {
        threadCount = threads
        registers = (0..<threads).map { thread in [.programCounter: 0x1000 + UInt64(thread), .csr(0x300): 0xa0] }
    }

    func summary(of thread: Int) -> String { "hart \(thread)" }

    func read(_ register: DebugRegister, of thread: Int) -> UInt64? {
        register == .csr(0xb00) ? nil : registers[thread][register] ?? 0
    }

    func write(_ register: DebugRegister, of thread: Int, _ value: UInt64) -> Bool {
        if register == .privilege { return false }
        registers[thread][register] = value
        return true
    }

    private func range(_ address: UInt64, _ count: Int) -> Range<Int>? {
        guard address >= 0x1000, address < 0x3000, UInt64(count) <= 0x3000 - address else { return nil }
        return Int(address) - 0x1000..<Int(address) - 0x1000 + count
    }

    func readMemory(_ address: UInt64, count: Int, of thread: Int, physical: Bool) -> [UInt8]? {
        range(physical ? address &- 0x10_0000 : address, count).map { Array(memory[$0]) }
    }

    func writeMemory(_ address: UInt64, _ bytes: [UInt8], of thread: Int, physical: Bool) -> Bool {
        guard let range = range(physical ? address &- 0x10_0000 : address, bytes.count) else { return false }
        memory.replaceSubrange(range, with: bytes)
        return true
    }

    func addBreakpoint(_ address: UInt64) { breakpoints.append(address) }
    func removeBreakpoint(_ address: UInt64) { breakpoints.removeAll { $0 == address } }
    func addWatchpoint(_ watchpoint: HartWatchpoint) { watchpoints.append(watchpoint) }
    func removeWatchpoint(_ watchpoint: HartWatchpoint) { watchpoints.removeAll { $0 == watchpoint } }
    func resume(_ actions: [DebugAction]) { resumptions.append(actions) }
    let readOnlyMemory: [ClosedRange<UInt64>] = [0x1000...0x1fff]
    var resets = 0
    func reset() { resets += 1 }
    func interrupt() { interruptions += 1 }
    func perform(_ command: String) -> String? {
        switch command {
        case "info time": "now\n"
        case "quiet": ""
        case "long": String(repeating: "x", count: 20_000)
        default: nil
        }
    }
}

extension RSPSession {
    /// Sends a packet and yields the body of the answer; nil if there is none.
    mutating func ask(_ body: String) -> String? { ask(Array(body.utf8)) }

    mutating func ask(_ body: [UInt8]) -> String? {
        receive(RSPCodec.packet(body))
        return answer()
    }

    /// The last packet of what the session wants to send.
    mutating func answer() -> String? {
        var codec = RSPCodec()
        var text: String?
        for byte in takeOutput() {
            if case .packet(let body) = codec.take(byte) { text = String(decoding: body, as: UTF8.self) }
        }
        return text
    }
}
