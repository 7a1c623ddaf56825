import TandemDevices
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

    @Test("ports are read and written where there are some, with what this does in the device")
    func ports() throws {
        let bench = try bench()
        #expect(bench.type("i/xw 0x1000") == "portr[0x1000] = 0xffffffff\n")
        let function = try #require(try ObjectLookup.find("new", in: bench.machine) as? PCIFunction)
        function.writeConfiguration(0x14, 0x1000, count: 4, at: .zero)
        function.writeConfiguration(0x04, 1, count: 2, at: .zero)
        #expect(bench.type("i/xw 0x1000") == "portr[0x1000] = 0x3156444e\n")
        #expect(bench.type("i 0x1030") == "portr[0x1030] = 0x00\n")
        #expect(bench.type("i 0x1001").contains("the device at port 0x1001 refuses the access: burstError"))
        #expect(bench.type("o/w 0x1028 7 + 5") == "")
        #expect(bench.type("i/dw 0x1028") == "portr[0x1028] = 12\n")
        #expect(bench.type("o 0x1028 0x100").contains("0x100 does not fit"))
        #expect(bench.type("i/g 0").contains("a port is one value of 1, 2 or 4 bytes"))
        #expect(bench.type("i/w 0xfffe").contains("the port 0xfffe does not exist; expected 0 to 0xfffc"))
        let plain = try PlatformLibrary(folders: [], files: PlatformSource { _ in nil }).load("minimal")
        #expect(try MonitorBench(Machine(plain)).type("i 0").contains("the machine has no port space"))
    }

    @Test("registers of a function are shown without being read")
    func registers() throws {
        let bench = try bench()
        #expect(bench.type("info registers new.ID") == "  ID                   0x3156444e\n")
    }
}
