import TandemBus
import Testing

@testable import TandemCPU

@Suite("Traps")
struct TrapTests {
    private static let privileges: [Privilege] = [.user, .supervisor, .machine]

    @Test("exceptions go to S only if delegated and not from M (Priv. spec §3.1.8)", arguments: ExceptionCause.allCases)
    func delegation(cause: ExceptionCause) {
        for privilege in Self.privileges {
            for isDelegated in [false, true] {
                var bench = PrivilegedBench()
                bench.write("medeleg", isDelegated ? .max : 0)
                bench.write("mtvec", 0x1000)
                bench.write("stvec", 0x2000)
                bench.state.privilege = privilege
                let target = bench.state.take(cause, value: 0x77, pc: 0x1234)
                let toSupervisor = isDelegated && privilege != .machine && cause != .callFromMachine
                #expect(target == (toSupervisor ? 0x2000 : 0x1000))
                #expect(bench.state.privilege == (toSupervisor ? .supervisor : .machine))
                bench.state.privilege = .machine
                #expect(bench.read(toSupervisor ? "scause" : "mcause") == cause.rawValue)
                #expect(bench.read(toSupervisor ? "stval" : "mtval") == 0x77)
                #expect(bench.read(toSupervisor ? "sepc" : "mepc") == 0x1234)
                #expect(bench.read(toSupervisor ? "mcause" : "scause") == 0)
            }
        }
    }

    @Test("entering M pushes MIE and the privilege (Priv. spec §3.1.6.1)", arguments: privileges)
    func machineStack(privilege: Privilege) {
        for isEnabled in [false, true] {
            var bench = PrivilegedBench()
            bench.write("mstatus", Status.sie | Status.spie | Status.mprv | (isEnabled ? Status.mie : Status.mpie))
            bench.state.privilege = privilege
            _ = bench.state.take(.breakpoint, value: 0, pc: 0)
            let status = bench.state.status
            #expect(status & Status.mie == 0)
            #expect((status & Status.mpie != 0) == isEnabled)
            #expect((status & Status.mpp) >> Status.mppShift == UInt64(privilege.rawValue))
            #expect(status & (Status.sie | Status.spie | Status.mprv) == Status.sie | Status.spie | Status.mprv)
        }
    }

    @Test("entering S pushes SIE and the privilege", arguments: [Privilege.user, .supervisor])
    func supervisorStack(privilege: Privilege) {
        for isEnabled in [false, true] {
            var bench = PrivilegedBench()
            bench.write("medeleg", .max)
            bench.write("mstatus", Status.mie | Status.mpp | (isEnabled ? Status.sie : Status.spie))
            bench.state.privilege = privilege
            _ = bench.state.take(.breakpoint, value: 0, pc: 0)
            let status = bench.state.status
            #expect(status & Status.sie == 0)
            #expect((status & Status.spie != 0) == isEnabled)
            #expect((status & Status.spp != 0) == (privilege == .supervisor))
            #expect(status & (Status.mie | Status.mpp) == Status.mie | Status.mpp)
        }
    }

    @Test("MRET pops, is illegal below M, and clears MPRV on the way down (Priv. spec §3.1.6.1, §3.3.2)")
    func machineReturn() {
        for target in Self.privileges {
            for wasEnabled in [false, true] {
                var bench = PrivilegedBench()
                bench.write(
                    "mstatus",
                    UInt64(target.rawValue) << Status.mppShift | Status.mprv | (wasEnabled ? Status.mpie : Status.mie))
                bench.write("mepc", 0x4000)
                #expect(bench.state.returnFromMachine() == 0x4000)
                #expect(bench.state.privilege == target)
                let status = bench.state.status
                #expect((status & Status.mie != 0) == wasEnabled)
                #expect(status & Status.mpie != 0)
                #expect(status & Status.mpp == 0)
                #expect((status & Status.mprv != 0) == (target == .machine))
            }
        }
        for privilege in [Privilege.user, .supervisor] {
            var state = PrivilegedState()
            state.privilege = privilege
            let before = state
            #expect(state.returnFromMachine() == nil)
            #expect(state == before)
        }
    }

    @Test("SRET pops, is illegal in U, and in S while TSR is set (Priv. spec §3.1.6.5, §3.3.2)")
    func supervisorReturn() {
        for privilege in Self.privileges {
            for trapsReturn in [false, true] {
                for fromSupervisor in [false, true] {
                    var bench = PrivilegedBench()
                    bench.write(
                        "mstatus",
                        Status.spie | Status.mprv | (trapsReturn ? Status.tsr : 0) | (fromSupervisor ? Status.spp : 0))
                    bench.write("sepc", 0x4000)
                    bench.state.privilege = privilege
                    let before = bench.state
                    let target = bench.state.returnFromSupervisor()
                    if privilege == .user || privilege == .supervisor && trapsReturn {
                        #expect(target == nil && bench.state == before)
                        continue
                    }
                    #expect(target == 0x4000)
                    #expect(bench.state.privilege == (fromSupervisor ? .supervisor : .user))
                    let status = bench.state.status
                    #expect(status & Status.sie != 0 && status & Status.spie != 0)
                    #expect(status & (Status.spp | Status.mprv) == 0)
                }
            }
        }
    }

    @Test("interrupts jump to base + 4 × cause in vectored mode, exceptions to the base (Priv. spec §3.1.7)")
    func vectors() {
        for cause in InterruptCause.allCases {
            for isVectored in [false, true] {
                var bench = PrivilegedBench()
                bench.write("mtvec", 0x1000 | (isVectored ? 1 : 0))
                bench.write("stvec", 0x2000 | (isVectored ? 1 : 0))
                let offset = isVectored ? 4 * cause.rawValue : 0
                #expect(bench.state.take(PendingInterrupt(cause: cause, level: .machine), pc: 0x100) == 0x1000 + offset)
                #expect(bench.read("mcause") == 1 << 63 | cause.rawValue)
                #expect(bench.read("mtval") == 0)
                if InterruptBits.supervisor & cause.bit != 0 {
                    bench.write("mideleg", .max)
                    bench.state.privilege = .user
                    let delegated = PendingInterrupt(cause: cause, level: .supervisor)
                    #expect(bench.state.take(delegated, pc: 0x100) == 0x2000 + offset)
                    #expect(bench.state.privilege == .supervisor)
                }
                bench.state.privilege = .machine
                #expect(bench.state.take(.breakpoint, value: 0, pc: 0) == 0x1000)
            }
        }
    }

    @Test("loads and stores have MPP's privilege in M while MPRV is set (Priv. spec §3.1.6.3)")
    func modifiedPrivilege() {
        for previous in Self.privileges {
            var bench = PrivilegedBench()
            bench.write("mstatus", UInt64(previous.rawValue) << Status.mppShift)
            #expect(bench.state.dataPrivilege == .machine)
            bench.write("mstatus", UInt64(previous.rawValue) << Status.mppShift | Status.mprv)
            #expect(bench.state.dataPrivilege == previous)
            #expect(bench.with(.supervisor) { $0.state.dataPrivilege } == .supervisor)
        }
    }
}
