import TandemJSON
import TandemKernel
import TandemMachine
import Testing

@testable import TandemMonitor

@Suite struct PCICommandTests {
    /// The board virt with a device, and another behind a bridge.
    private func bench() throws -> MonitorBench {
        var platform = try PlatformLibrary(folders: [], files: PlatformSource { _ in nil }).load("virt")
        for option in ["newdev,id=new,addr=4", "pci-bridge,id=bridge,addr=6", "edu,id=edu,bus=bridge,addr=3"] {
            try platform.add(.device, OptionList(parsing: option, from: "-device"), catalog: .standard, from: "-device")
        }
        return try MonitorBench(Machine(platform))
    }

    @Test("the functions are shown with their regions and pins, and bridges with their buses")
    func shows() throws {
        let bench = try bench()
        let text = bench.type("info pci")
        #expect(
            text == """
                00:00.0 class 0600: 1b36:0008 pci.root
                00:04.0 class 00ff: 1337:0001 new
                  pin INTA
                  bar0 00000000, 8 KiB of memory, 32 bits (off)
                  bar1 00000000, 64 B of ports (off)
                00:06.0 class 0604: 1b36:0001 bridge
                  buses 00 to 00
                00:03.0 class 00ff: 1234:11e8 edu
                  pin INTA
                  bar0 00000000, 1 MiB of memory, 32 bits (off)

                """)
    }

    @Test("programs get the same by the names that QEMU's have")
    func query() throws {
        let answer = try bench().value("query-pci").array()[0]
        let devices = try answer.member("devices").array()
        #expect(try devices.map { try $0.member("slot").integer() as UInt64 } == [0, 4, 6, 3])
        #expect(try devices[1].member("id").member("vendor").integer() == 0x1337)
        #expect(try devices[1].member("class_info").member("class").integer() == 0xff)
        let regions = try devices[1].member("regions").array()
        #expect(try regions.map { try $0.member("type").string() } == ["memory", "io"])
        #expect(try regions[0].member("size").integer() == 0x2000)
    }

    @Test("registers of a function are shown without being read")
    func registers() throws {
        let bench = try bench()
        #expect(bench.type("info registers new.ID") == "  ID                   0x3156444e\n")
    }
}
