import TandemDevices
import Testing

/// Against the RISC-V PLIC specification 1.0.0.
@Suite struct PLICCoreTests {
    /// Sources 1 to 63, two contexts that have all sources enabled, all priorities 1.
    private func controller() -> PLICCore {
        var core = PLICCore(sourceCount: 63, contextCount: 2)
        for source in 1...63 { core.set(.priority, source, 1) }
        for context in 0..<2 {
            for word in 0..<2 { core.set(.enable, context * 32 + word, .max) }
        }
        return core
    }

    @Test("a high line is pending, notified, and claimed once until its completion")
    func claimAndComplete() {
        var core = controller()
        core.setLevel(10, true)
        #expect(core.isNotified(0))
        #expect(core.isNotified(1))
        #expect(core.get(.pending, 0) == 1 << 10)
        #expect(core.get(.claim, 0) == 10)
        #expect(!core.isNotified(0))
        #expect(!core.isNotified(1))
        #expect(core.get(.claim, 1) == 0)
        // Still high: the gateway forwards the next request on completion.
        core.set(.claim, 0, 10)
        #expect(core.isNotified(0))
        #expect(core.get(.claim, 1) == 10)
        core.setLevel(10, false)
        core.set(.claim, 1, 10)
        #expect(core.get(.pending, 0) == 0)
    }

    @Test("a request that was forwarded stays although its line falls")
    func forwardedRequestStays() {
        var core = controller()
        core.setLevel(3, true)
        core.setLevel(3, false)
        #expect(core.get(.claim, 0) == 3)
        core.set(.claim, 0, 3)
        #expect(core.get(.claim, 0) == 0)
    }

    @Test("a line that rises again during its service is one more request after the completion")
    func pulseDuringService() {
        var core = controller()
        core.setLevel(3, true)
        #expect(core.get(.claim, 0) == 3)
        core.setLevel(3, false)
        core.setLevel(3, true)
        #expect(core.get(.pending, 0) == 0)
        core.set(.claim, 0, 3)
        #expect(core.get(.claim, 0) == 3)
    }

    @Test("the highest priority wins, then the lowest number; 0 never interrupts")
    func order() {
        var core = controller()
        for source in [5, 40, 41, 63] { core.setLevel(source, true) }
        core.set(.priority, 41, 7)
        core.set(.priority, 63, 7)
        core.set(.priority, 5, 0)
        #expect((0..<4).map { _ in core.get(.claim, 0) } == [41, 63, 40, 0])
    }

    @Test("the threshold masks the notification but not the claim")
    func threshold() {
        var core = controller()
        core.set(.threshold, 0, 1)
        core.setLevel(9, true)
        #expect(!core.isNotified(0))
        #expect(core.isNotified(1))
        #expect(core.get(.claim, 0) == 9)
    }

    @Test("a completion counts only for a source that is enabled for the context and was claimed")
    func strayCompletions() {
        var core = controller()
        core.set(.enable, 32, ~(1 << 9))
        core.setLevel(9, true)
        core.set(.claim, 0, 9)
        #expect(core.get(.pending, 0) == 1 << 9)
        #expect(core.get(.claim, 0) == 9)
        for (context, source) in [(1, 9), (0, 0), (0, 64), (0, 0xffff_ffff)] {
            core.set(.claim, context, UInt64(source))
            #expect(core.get(.pending, 0) == 0)
        }
        core.set(.claim, 0, 9)
        #expect(core.get(.claim, 0) == 9)
    }

    @Test("priorities and thresholds keep three bits; source 0 and what does not exist keep none")
    func writableBits() {
        var core = PLICCore(sourceCount: 40, contextCount: 1)
        core.set(.priority, 1, 0xffff_fffe)
        core.set(.threshold, 0, 0xf)
        core.set(.enable, 0, .max)
        core.set(.enable, 1, .max)
        core.set(.priority, 0, 5)
        core.set(.priority, 41, 5)
        core.set(.threshold, 1, 5)
        #expect(core.get(.priority, 1) == 6)
        #expect(core.get(.threshold, 0) == 7)
        #expect(core.get(.enable, 0) == 0xffff_fffe)
        #expect(core.get(.enable, 1) == 0x1ff)
        #expect(core.get(.priority, 0) == 0)
        #expect(core.get(.priority, 41) == 0)
        #expect(core.get(.threshold, 1) == 0)
        #expect(core.get(.enable, 32) == 0)
        #expect(core.get(.enable, 2) == 0)
        #expect(core.get(.claim, 1) == 0)
    }

    @Test("a reset keeps the levels of the lines and nothing else")
    func reset() {
        var core = controller()
        core.setLevel(9, true)
        _ = core.get(.claim, 0)
        core.reset()
        #expect(core.get(.pending, 0) == 1 << 9)
        #expect(!core.isNotified(0))
        #expect(core.get(.priority, 9) == 0)
    }
}

extension PLICCore {
    fileprivate mutating func get(_ register: Register, _ index: Int) -> UInt64 { read(register, at: index) }
    fileprivate mutating func set(_ register: Register, _ index: Int, _ value: UInt64) {
        write(register, at: index, value & 0xffff_ffff, mask: 0xffff_ffff)
    }
}
