import TandemBus
import TandemDevices
import TandemTesting
import Testing

/// The rules of one interrupt domain. Sections are those of the RISC-V Advanced Interrupt Architecture 1.0.
@Suite struct APLICCoreTests {
    private typealias Register = APLICCore.Register

    private static func domain(messages: Bool = false, isRoot: Bool = true, priorityBits: Int = 8) -> APLICCore {
        APLICCore(
            .init(sourceCount: 40, hartCount: 3, sendsMessages: messages, priorityBits: priorityBits, isRoot: isRoot))
    }

    /// Makes source `number` active in a mode.
    private func configure(_ core: inout APLICCore, _ number: Int, _ mode: UInt64) {
        core.write(.source, at: number - 1, mode, mask: 0xffff_ffff)
    }

    private func isPending(_ core: inout APLICCore, _ number: Int) -> Bool {
        core.read(.setPending, at: number / 32) >> UInt64(number % 32) & 1 != 0
    }

    @Test("source modes keep what is defined; reserved ones make a source inactive (§4.5.2)")
    func modes() {
        var core = Self.domain()
        for mode: UInt64 in 0...7 {
            configure(&core, 5, mode | 0xffff_fbf8)
            #expect(core.read(.source, at: 4) == (mode == 2 || mode == 3 ? 0 : mode))
        }
        configure(&core, 5, 0x403)
        #expect(core.read(.source, at: 4) == 0x400)
        configure(&core, 41, 4)
        #expect(core.read(.source, at: 40) == 0)
    }

    @Test("a domain without children becomes inactive instead of delegating (§4.5.2)")
    func leaf() {
        var core = Self.domain(isRoot: false)
        configure(&core, 5, 4)
        #expect(core.read(.source, at: 4) == 0, "nothing is delegated to it")
    }

    @Test("what is inactive has no state (§4.5.2)")
    func inactive() {
        var core = Self.domain()
        core.write(.setPendingNumber, at: 0, 5, mask: 0xffff_ffff)
        core.write(.setEnableNumber, at: 0, 5, mask: 0xffff_ffff)
        core.write(.target, at: 4, 1 << 18 | 9, mask: 0xffff_ffff)
        #expect(
            core.read(.setPending, at: 0) == 0 && core.read(.setEnable, at: 0) == 0 && core.read(.target, at: 4) == 0)
        configure(&core, 5, 1)
        core.write(.setPending, at: 0, .max, mask: 0xffff_ffff)
        core.write(.setEnable, at: 0, .max, mask: 0xffff_ffff)
        core.write(.target, at: 4, 1 << 18 | 9, mask: 0xffff_ffff)
        #expect(core.read(.setPending, at: 0) == 32 && core.read(.setEnable, at: 0) == 32)
        #expect(core.read(.target, at: 4) == 1 << 18 | 9)
        configure(&core, 5, 0x400)
        #expect(
            core.read(.setPending, at: 0) == 0 && core.read(.setEnable, at: 0) == 0 && core.read(.target, at: 4) == 0)
    }

    @Test(
        "pending bits follow the table of modes (§4.7)",
        arguments: [
            // mode, sends messages, after a rise, after the fall, by software while low, by software while high
            (1, false, false, false, true, true), (1, true, false, false, true, true),
            (4, false, true, true, true, true), (4, true, true, true, true, true),
            (5, false, false, true, true, true), (5, true, false, true, true, true),
            (6, false, true, false, false, true), (6, true, true, false, false, true),
            (7, false, false, true, true, false), (7, true, false, true, true, false),
        ] as [(UInt64, Bool, Bool, Bool, Bool, Bool)])
    func pending(
        mode: UInt64, messages: Bool, afterRise: Bool, afterFall: Bool, settableLow: Bool, settableHigh: Bool
    ) {
        var core = Self.domain(messages: messages)
        configure(&core, 5, mode)
        core.setLevel(5, true)
        #expect(isPending(&core, 5) == afterRise, "after the rise")
        core.setLevel(5, false)
        #expect(isPending(&core, 5) == afterFall, "after the fall")
        for (level, isSettable) in [(false, settableLow), (true, settableHigh)] {
            core.setLevel(5, level)
            core.write(.clearPendingNumber, at: 0, 5, mask: 0xffff_ffff)
            for register: Register in [.setPendingNumber, .setPendingLittle] {
                core.write(register, at: 0, 5, mask: 0xffff_ffff)
                #expect(isPending(&core, 5) == isSettable, "set by software at \(level)")
            }
            core.write(.setPendingBig, at: 0, 0x0500_0000, mask: 0xffff_ffff)
            core.write(.clearPending, at: 0, 32, mask: 0xffff_ffff)
            // In direct mode a level is what the wire says.
            let isStuck = !messages && mode >= 6 && isSettable
            #expect(isPending(&core, 5) == isStuck, "cleared by software at \(level)")
            let isInverted = mode % 2 == 1
            let input: UInt64 = mode == 1 || level == isInverted ? 0 : 32
            #expect(core.read(.clearPending, at: 0) == input)
        }
    }

    @Test("of what is pending and enabled the lowest number is served, of equal ones the lowest source (§4.5.16)")
    func priorities() {
        var core = Self.domain()
        core.write(.domain, at: 0, 0x100, mask: 0xffff_ffff)
        core.write(.delivery, at: 1, 1, mask: 0xffff_ffff)
        for (source, priority) in [(7, 5), (8, 3), (33, 3), (40, 200)] as [(Int, UInt64)] {
            configure(&core, source, 4)
            core.write(.setEnableNumber, at: 0, UInt64(source), mask: 0xffff_ffff)
            core.write(.target, at: source - 1, 1 << 18 | priority, mask: 0xffff_ffff)
            core.setLevel(source, true)
        }
        #expect(core.isSignalled(1) && !core.isSignalled(0) && !core.isSignalled(2))
        #expect(core.read(.top, at: 0) == 0 && core.read(.top, at: 1) == 8 << 16 | 3)
        core.write(.threshold, at: 1, 3, mask: 0xffff_ffff)
        #expect(core.read(.top, at: 1) == 0 && !core.isSignalled(1))
        core.write(.threshold, at: 1, 0, mask: 0xffff_ffff)
        let claims = (0..<5).map { _ in core.read(.claim, at: 1) }
        let expected: [UInt64] = [0x8_0003, 0x21_0003, 0x7_0005, 0x28_00c8, 0]
        #expect(claims == expected)
        #expect(!core.isSignalled(1))
    }

    @Test("priority numbers have as many bits as it is said, and are never zero (§4.5.16)", arguments: 1...8)
    func priorityBits(count: Int) {
        var core = Self.domain(priorityBits: count)
        configure(&core, 5, 4)
        #expect(core.read(.target, at: 4) == 1)
        core.write(.target, at: 4, 0xffff_ffff, mask: 0xffff_ffff)
        #expect(core.read(.target, at: 4) == 0xfffc_0000 | (1 << UInt64(count) - 1))
        core.write(.target, at: 4, 0, mask: 0xffff_ffff)
        #expect(core.read(.target, at: 4) == 1)
        core.write(.threshold, at: 0, .max, mask: 0xffff_ffff)
        #expect(core.read(.threshold, at: 0) == 1 << UInt64(count) - 1)
    }

    @Test("force signals a hart until a claim gives nothing (§4.8.1.2)")
    func force() {
        var core = Self.domain()
        core.write(.force, at: 2, 1, mask: 0xffff_ffff)
        #expect(!core.isSignalled(2))
        core.write(.domain, at: 0, 0x100, mask: 0xffff_ffff)
        core.write(.delivery, at: 2, 1, mask: 0xffff_ffff)
        #expect(core.isSignalled(2))
        #expect(core.read(.claim, at: 2) == 0 && core.read(.force, at: 2) == 0 && !core.isSignalled(2))
    }

    @Test("message addresses are written until they are locked, in the root that sends messages (§4.5.3, §4.5.4)")
    func addresses() {
        for (messages, isRoot) in [(false, true), (true, false), (true, true)] {
            var core = Self.domain(messages: messages, isRoot: isRoot)
            let registers: [Register] = [
                .machineAddress, .supervisorAddress, .supervisorAddressHigh, .machineAddressHigh,
            ]
            for register in registers { core.write(register, at: 0, .max, mask: 0xffff_ffff) }
            for register in registers { core.write(register, at: 0, 0, mask: 0xffff_ffff) }
            let values = registers.map { core.read($0, at: 0) }
            #expect(
                values == (messages && isRoot ? [0xffff_ffff, 0xffff_ffff, 0x0070_0fff, 0x9f77_ffff] : [0, 0, 0, 0]))
        }
    }

    @Test("without messages there is no genmsi, with them no signal (§4.5.15, §4.8.1)")
    func modesOfDelivery() {
        var direct = Self.domain()
        direct.write(.generate, at: 0, .max, mask: 0xffff_ffff)
        #expect(direct.read(.generate, at: 0) == 0 && direct.read(.domain, at: 0) == 0x8000_0000)
        direct.write(.domain, at: 0, .max, mask: 0xffff_ffff)
        #expect(direct.read(.domain, at: 0) == 0x8000_0100)
        var messages = Self.domain(messages: true)
        messages.write(.generate, at: 0, .max, mask: 0xffff_ffff)
        #expect(messages.read(.generate, at: 0) == 0xfffc_17ff)
        messages.write(.generate, at: 0, 0, mask: 0xffff_ffff)
        #expect(messages.read(.generate, at: 0) == 0xfffc_17ff, "it is busy")
        messages.write(.domain, at: 0, .max, mask: 0xffff_ffff)
        #expect(messages.read(.domain, at: 0) == 0x8000_0104)
        messages.write(.delivery, at: 0, 1, mask: 0xffff_ffff)
        messages.write(.force, at: 0, 1, mask: 0xffff_ffff)
        #expect(messages.read(.delivery, at: 0) == 0 && !messages.isSignalled(0))
    }
}
