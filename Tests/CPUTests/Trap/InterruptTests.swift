import Testing

@testable import TandemCPU

@Suite("Interrupts: which one is taken")
struct InterruptTests {
    /// The conditions of Priv. spec §3.1.9 and §12.1.3, and its order of priority, read literally.
    private static func expected(_ state: PrivilegedState, lines: UInt64) -> InterruptCause? {
        let order: [InterruptCause] = [
            .machineExternal, .machineSoftware, .machineTimer, .supervisorExternal, .supervisorSoftware,
            .supervisorTimer,
        ]
        let pending = lines | state.softwarePending
        let mie = state.status >> 3 & 1 == 1
        let sie = state.status >> 1 & 1 == 1
        func isSet(_ word: UInt64, _ cause: InterruptCause) -> Bool { word >> cause.rawValue & 1 == 1 }
        for cause in order {
            guard isSet(pending, cause), isSet(state.interruptEnable, cause) else { continue }
            guard !isSet(state.interruptDelegation, cause) else { continue }
            if state.privilege != .machine || mie { return cause }
        }
        for cause in order {
            guard isSet(pending, cause), isSet(state.interruptEnable, cause) else { continue }
            guard isSet(state.interruptDelegation, cause) else { continue }
            if state.privilege == .user || state.privilege == .supervisor && sie { return cause }
        }
        return nil
    }

    @Test("follows the conditions and the order of the specification")
    func random() {
        let seed: UInt64 = 0x1e7_0001
        print("pending interrupts: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        var seen: Set<UInt64> = []
        for _ in 0..<20_000 {
            var state = PrivilegedState()
            state.status = generator.next() & (Status.mie | Status.sie)
            state.interruptEnable = generator.next() & InterruptBits.all
            state.interruptDelegation = generator.next() & InterruptBits.supervisor
            state.softwarePending = generator.next() & generator.next() & InterruptBits.supervisor
            state.privilege = [.user, .supervisor, .machine].randomElement(using: &generator) ?? .user
            let lines = generator.next() & generator.next() & InterruptBits.all
            let found = state.interrupt(lines: lines)?.cause
            #expect(found == Self.expected(state, lines: lines))
            if let found { seen.insert(found.rawValue) }
            #expect(state.wakes(lines: lines) == ((lines | state.softwarePending) & state.interruptEnable != 0))
        }
        #expect(seen.count == 6)
    }

    @Test("an interrupt that is not delegated reaches M from S even if both have it disabled globally")
    func fromBelow() {
        var state = PrivilegedState()
        state.privilege = .supervisor
        state.interruptEnable = InterruptBits.sti
        #expect(state.interrupt(lines: InterruptBits.sti)?.cause == .supervisorTimer)
        state.interruptDelegation = InterruptBits.sti
        #expect(state.interrupt(lines: InterruptBits.sti) == nil)
        state.privilege = .machine
        state.status |= Status.sie | Status.mie
        #expect(state.interrupt(lines: InterruptBits.sti) == nil)
    }
}
