import TandemKernel
import TandemMachine
import Testing

@testable import TandemMonitor

@Suite struct RegisterCommandTests {
    private func bench() throws -> MonitorBench {
        var platform = Platform("board")
        platform.add("bus", "router")
        platform.add("uart0", "uart16550", at: 0x1000_0000, span: 0x100)
        platform.add("plic", "plic", at: 0xC00_0000, span: 0x60_0000)
        platform.add("dma", "dma-demo", ["memory": "bus"], at: 0x1002_0000, span: 0x1000)
        platform.add("ram", "ram", ["size": "1M"], at: 0x8000_0000)
        return try MonitorBench(Machine(platform, catalog: .standard))
    }

    @Test("a device's registers are shown by name with their fields, all, one, an element, or a field")
    func shows() throws {
        let bench = try bench()
        let all = bench.type("info registers uart0")
        #expect(all.hasPrefix("uart0: uart16550\n"), "\(all)")
        #expect(all.contains("  LCR                  0x00"), "\(all)")
        let dma = bench.type("info registers dma")
        #expect(dma.contains("  STATUS               0x00000000  BUSY=0 DONE=0 ERROR=0\n"), "\(dma)")
        #expect(bench.type("info registers dma.burst") == "  BURST                0x00000040\n")
        #expect(bench.type("info registers dma.STATUS.DONE") == "STATUS.DONE = 0x0\n")
        #expect(bench.type("write-register plic.priority[3] 5") == "")
        #expect(bench.type("info registers plic") == "plic: plic\n  priority[3]          0x00000005  PRIORITY=5\n")
        #expect(bench.type("info registers plic.PRIORITY[3]") == "  priority[3]          0x00000005  PRIORITY=5\n")
    }

    @Test(
        "registers behind several sockets are shown under each socket's name, and written behind the one that is named")
    func sockets() throws {
        var platform = Platform("board")
        platform.add("bus", "router")
        platform.add("aplic", "aplic", ["msi": "bus"])
        let bench = try MonitorBench(Machine(platform, catalog: .standard))
        #expect(bench.type("write-register aplic.machine.domaincfg.IE 1") == "")
        #expect(bench.type("write-register aplic.machine.sourcecfg[3] 0x400") == "")
        #expect(bench.type("write-register aplic.supervisor.sourcecfg[3] 6") == "")
        let all = bench.type("info registers aplic")
        let parts = all.split(separator: "aplic.supervisor: aplic\n")
        #expect(parts.count == 2 && all.hasPrefix("aplic.machine: aplic\n"), "\(all)")
        #expect(
            parts[0].contains("  domaincfg            0x80000100 ") && parts[0].contains("  sourcecfg[3] "), "\(all)")
        #expect(parts[0].contains(" 0x00000400 ") && parts[1].contains(" 0x00000006 "), "\(all)")
        #expect(parts[1].contains("  domaincfg            0x80000000 "), "\(all)")
        #expect(bench.type("info registers aplic.supervisor") == "aplic.supervisor: aplic\n" + parts[1])
        #expect(bench.type("info registers aplic.supervisor.domaincfg").hasPrefix("  domaincfg            0x80000000"))
        #expect(bench.type("info registers aplic.machine.domaincfg.IE") == "domaincfg.IE = 0x1\n")
        let expected = "expected OBJECT.SOCKET.REGISTER; legal are “machine” and “supervisor”"
        for line in ["info registers aplic.domaincfg", "write-register aplic.domaincfg 0"] {
            #expect(bench.type(line).contains("aplic: “domaincfg” is no socket with registers; \(expected)"))
        }
        let object = bench.type("write-register aplic 0")
        #expect(object.contains("aplic: this is an object, and no register; \(expected)"), "\(object)")
        #expect(
            bench.type("info registers aplic.machine.domain").contains("aplic.machine: there is no register “domain”"))
        #expect(bench.type("info registers aplic.machine.domaincfg.IE.x").contains("there is no module"))
    }

    @Test("a register or a field is written as software does")
    func writes() throws {
        let bench = try bench()
        #expect(bench.type("write-register dma.LENGTH 0x20") == "")
        #expect(bench.type("info registers dma.LENGTH") == "  LENGTH               0x00000020\n")
        #expect(bench.type("write-register dma.CONTROL.FILL 1") == "")
        #expect(bench.type("write-register dma.CONTROL.INTERRUPT_ENABLE 1") == "")
        #expect(bench.type("info registers dma.CONTROL").contains("0x00000006"))
    }

    @Test(
        "what names no register says what there is",
        arguments: [
            ("info registers uart1", "uart1: there is no module “uart1”; did you mean “uart0”?"),
            ("info registers ram", "an object of type “ram” has no registers; expected a device with a register block"),
            ("info registers dma.STATSU", "dma: there is no register “STATSU”; did you mean “STATUS”?"),
            ("info registers dma.STATUS.DON", "STATUS: the register has no field “DON”; did you mean “DONE”?"),
            ("info registers dma.LENGTH.X", "LENGTH: the register has no field “X”; expected the register as a whole"),
            (
                "info registers plic.PRIORITY",
                "“PRIORITY” names no element of priority; expected priority[0] to priority[1023]"
            ),
            ("info registers plic.PRIORITY[9999]", "“PRIORITY[9999]” names no element"),
            ("info registers dma.LENGTH[1]", "“LENGTH[1]” names no element of LENGTH; expected LENGTH"),
            (
                "write-register dma 1",
                "dma: this is an object, and no register; expected OBJECT.REGISTER; legal are “ID”"
            ),
            ("write-register dma.STATUS.DONE 2", "0x2 does not fit; expected a value of 1 bits"),
            ("write-register uart0.LCR 0x100", "0x100 does not fit; expected a value of 8 bits"),
            ("write-register uart0.LCR", "the argument “value” is missing"),
        ])
    func mistakes(line: String, message: String) throws {
        let answer = try bench().type(line)
        #expect(answer.contains(message), "\(answer)")
    }
}
