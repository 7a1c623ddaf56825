import Glibc
import TandemKernel
import Testing

@testable import TandemMachine

/// The text of a file of this repository.
private func text(_ path: String) -> String? {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    guard let file = fopen("/\(root)/\(path)", "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while true {
        let byte = getc(file)
        if byte == EOF { return String(decoding: bytes, as: UTF8.self) }
        bytes.append(UInt8(truncatingIfNeeded: byte))
    }
}

@Suite struct StandardPlatformTests {
    static var library: PlatformLibrary { PlatformLibrary(folders: [], files: PlatformSource { _ in nil }) }

    @Test("the platforms in the program are those in platforms/ (else run Scripts/embed-platforms)")
    func embedded() {
        #expect(
            StandardPlatforms.files.map(\.file) == [
                "demo.json5", "micro.json5", "minimal.json5", "server.json5", "virt.json5",
            ])
        for (file, inside) in StandardPlatforms.files { #expect(text("platforms/\(file)") == inside, "\(file)") }
    }

    @Test("every platform that comes along can be built", arguments: ["demo", "micro", "minimal", "server", "virt"])
    func builds(name: String) throws {
        let machine = try Machine(Self.library.load(name))
        #expect(machine.platform.name == name)
        #expect(!machine.platform.summary.isEmpty)
    }

    @Test("no type declares a property or port whose name means something else in a platform file")
    func reservedNames() {
        let reserved = ["type", "modules", "count", "at", "span", "on", "map"]
        for type in Catalog.standard.types {
            let declaration = type.declaration
            let names = declaration.properties.map(\.name)
            for port in declaration.ports {
                #expect(!reserved.contains(port.name), "\(declaration.typeName).\(port.name)")
                // A property and a connection share one name space; a target is never named there.
                let isWritten = port.kind == .initiator || port.kind == .lineOut
                #expect(!isWritten || !names.contains(port.name), "\(declaration.typeName).\(port.name)")
            }
            for name in names { #expect(!reserved.contains(name), "\(declaration.typeName).\(name)") }
        }
    }

    /// A node of the tree that `qemu-system-riscv64 -M virt,aclint=on,dumpdtb=… -smp 2` 7.2 writes: path, `compatible`,
    /// `reg`, `interrupts`.
    static let qemu: [(path: String, compatible: [String], reg: [UInt32], interrupts: [UInt32]?)] = [
        ("memory@80000000", [], [0, 0x8000_0000, 0, 0x800_0000], nil),
        ("soc/rtc@101000", ["google,goldfish-rtc"], [0, 0x10_1000, 0, 0x1000], [11]),
        ("soc/serial@10000000", ["ns16550a"], [0, 0x1000_0000, 0, 0x100], [10]),
        ("soc/test@100000", ["sifive,test1", "sifive,test0", "syscon"], [0, 0x10_0000, 0, 0x1000], nil),
        ("soc/plic@c000000", ["sifive,plic-1.0.0", "riscv,plic0"], [0, 0xC00_0000, 0, 0x60_0000], nil),
        ("soc/pci@30000000", ["pci-host-ecam-generic"], [0, 0x3000_0000, 0, 0x1000_0000], nil),
        ("soc/sswi@2f00000", ["riscv,aclint-sswi"], [0, 0x2F0_0000, 0, 0x4000], nil),
        ("soc/mswi@2000000", ["riscv,aclint-mswi"], [0, 0x200_0000, 0, 0x4000], nil),
        // QEMU's node of the flashes has both in its `reg`, so that Linux makes one of them; here each has a node.
        ("soc/flash@20000000", ["cfi-flash"], [0, 0x2000_0000, 0, 0x200_0000], nil),
        ("soc/flash@22000000", ["cfi-flash"], [0, 0x2200_0000, 0, 0x200_0000], nil),
    ]

    private func tree(harts: Int) throws -> FlattenedDeviceTree.Node {
        var platform = try Self.library.load("virt")
        platform.set("cpu.count", to: "\(harts)", from: "-smp")
        return try Machine(platform).makeDeviceTree().root
    }

    @Test("chips on a bus stand in the node of its controller, by their address there")
    func chips() throws {
        let root = try Machine(Self.library.load("server")).makeDeviceTree().root
        let soc = try #require(root.node("soc"))
        func children(_ name: String) -> [String] {
            soc.children.first { $0.name == name }?.children.map(\.name) ?? []
        }
        #expect(children("i2c@10030000") == ["temperature-sensor@48", "eeprom@50", "eeprom@51"])
        #expect(children("spi@10040000") == ["flash@0"])
        #expect(!soc.children.contains { $0.name.hasPrefix("eeprom") })
        let spi = try #require(soc.node("spi@10040000"))
        #expect(spi.cells("reg") == [0, 0x1004_0000, 0, 0x1000, 0, 0x2000_0000, 0, 0x1000_0000])
        #expect(soc.node("gpio@10060000")?.cells("interrupts") == (32..<48).map { UInt32($0) })
    }

    @Test("the device tree of virt says what QEMU's says, node by node")
    func likeQEMU() throws {
        let root = try tree(harts: 2)
        for row in Self.qemu {
            let node = try #require(root.node(row.path), "\(row.path)")
            #expect(node.strings("compatible") ?? [] == row.compatible)
            #expect(node.cells("reg") == row.reg)
            #expect(node.cells("interrupts") == row.interrupts)
        }
        #expect(root.strings("compatible") == ["riscv-virtio"])
        #expect(root.node("chosen")?.strings("stdout-path") == ["/soc/serial@10000000"])
        #expect(root.node("cpus")?.cells("timebase-frequency") == [10_000_000])
        #expect(root.node("soc/serial@10000000")?.cells("clock-frequency") == [3_686_400])
        #expect(root.node("soc/plic@c000000")?.cells("riscv,ndev") == [96])
        #expect(root.node("poweroff")?.cells("value") == [0x5555])
        #expect(root.node("reboot")?.cells("value") == [0x7777])
        #expect(root.node("poweroff")?.cells("regmap") == root.node("soc/test@100000")?.cells("phandle"))
    }

    @Test("the PCI host bridge of virt has QEMU's windows and wiring; main memory that hides a window takes it away")
    func bridge() throws {
        let root = try tree(harts: 1)
        let node = try #require(root.node("soc/pci@30000000"))
        let plic = try #require(root.node("soc/plic@c000000")?.cells("phandle")?.first)
        let low: [UInt32] = [
            0x100_0000, 0, 0, 0, 0x300_0000, 0, 0x1_0000, 0x200_0000, 0, 0x4000_0000, 0, 0x4000_0000, 0, 0x4000_0000,
        ]
        #expect(node.cells("ranges") == low + [0x300_0000, 4, 0, 4, 0, 4, 0])
        #expect(node.cells("interrupt-map-mask") == [0x1800, 0, 0, 7])
        var map: [UInt32] = []
        for device: UInt32 in 0..<4 {
            for pin: UInt32 in 0..<4 { map += [device << 11, 0, 0, pin + 1, plic, 0x20 + (device + pin) % 4] }
        }
        #expect(node.cells("interrupt-map") == map)
        var platform = try Self.library.load("virt")
        platform.set("ram.size", to: "16G", from: "-m")
        let large = try Machine(platform).makeDeviceTree().root
        #expect(large.node("soc/pci@30000000")?.cells("ranges") == low)
    }

    /// As `qemu`, of `-M virt,aia=aplic` and `aia=aplic-imsic`; QEMU has no `msi-parent` in the first.
    @Test("the device tree of virt says what QEMU's says with an APLIC and with IMSICs", arguments: [false, true])
    func advancedLikeQEMU(messages: Bool) throws {
        var platform = try Self.library.load("virt")
        platform.set("cpu.count", to: "4", from: "-smp")
        try platform.setMachine("aia", to: messages ? "aplic-imsic" : "aplic", from: "-machine")
        let root = try Machine(platform).makeDeviceTree().root
        func phandle(_ path: String) throws -> UInt32 { try #require(root.node(path)?.cells("phandle")?.first) }
        let controllers = try (0..<4).map { try phandle("cpus/cpu@\($0)/interrupt-controller") }
        func causes(_ cause: UInt32) -> [UInt32] { controllers.flatMap { [$0, cause] } }
        #expect(root.node("soc/plic@c000000") == nil)
        let child = try phandle("soc/aplic@d000000")
        for (name, address, cause) in [("c000000", UInt32(0xc00_0000), UInt32(11)), ("d000000", 0xd00_0000, 9)] {
            let node = try #require(root.node("soc/aplic@\(name)"))
            #expect(node.strings("compatible") == ["riscv,aplic"])
            #expect(node.cells("reg") == [0, address, 0, 0x8000])
            #expect(node.cells("riscv,num-sources") == [96] && node.cells("#interrupt-cells") == [2])
            #expect(node.cells("interrupts-extended") == (messages ? nil : causes(cause)))
            let imsic = messages ? [try phandle(cause == 11 ? "soc/imsics@24000000" : "soc/imsics@28000000")] : nil
            #expect(node.cells("msi-parent") == imsic)
        }
        let parent = root.node("soc/aplic@c000000")
        #expect(parent?.cells("riscv,children") == [child])
        #expect(
            parent?.cells("riscv,delegate") == [child, 1, 96] && parent?.cells("riscv,delegation") == [child, 1, 96])
        #expect(root.node("soc/serial@10000000")?.cells("interrupts") == [10, 4])
        #expect(root.node("soc/serial@10000000")?.cells("interrupt-parent") == [child])
        let bridge = try #require(root.node("soc/pci@30000000"))
        #expect(bridge.cells("interrupt-map")?.prefix(7) == [0, 0, 0, 1, child, 0x20, 4])
        let isa = try #require(root.node("cpus/cpu@3")?.strings("riscv,isa-extensions"))
        #expect(isa.contains("smaia") == messages && isa.contains("ssaia") == messages)
        for (address, cause) in [(UInt32(0x2400_0000), UInt32(11)), (0x2800_0000, 9)] {
            let node = root.node("soc/imsics@\(String(address, radix: 16))")
            #expect((node != nil) == messages)
            guard let node else { continue }
            #expect(node.strings("compatible") == ["riscv,imsics"])
            #expect(node.cells("reg") == [0, address, 0, 0x4000] && node.cells("riscv,num-ids") == [255])
            #expect(node.cells("interrupts-extended") == causes(cause))
        }
        #expect(bridge.cells("msi-parent") == (messages ? [try phandle("soc/imsics@28000000")] : nil))
    }

    @Test("a board of any size has interrupts as messages", arguments: [1, 3, 512])
    func sizes(harts: Int) throws {
        var platform = try Self.library.load("virt")
        platform.set("cpu.count", to: "\(harts)", from: "-smp")
        try platform.setMachine("aia", to: "aplic-imsic", from: "-machine")
        let root = try Machine(platform).makeDeviceTree().root
        #expect(root.node("soc/imsics@28000000")?.cells("reg") == [0, 0x2800_0000, 0, UInt32(harts) * 4096])
    }

    @Test("the wiring of each hart stands in the controllers' nodes", arguments: [1, 2, 5])
    func wiring(harts: Int) throws {
        let root = try tree(harts: harts)
        let controllers = try (0..<harts).map { hart in
            try #require(root.node("cpus/cpu@\(hart)/interrupt-controller")?.cells("phandle")?.first)
        }
        func expected(_ causes: UInt32...) -> [UInt32] {
            controllers.flatMap { hart in causes.flatMap { [hart, $0] } }
        }
        #expect(root.node("soc/mswi@2000000")?.cells("interrupts-extended") == expected(3))
        #expect(root.node("soc/sswi@2f00000")?.cells("interrupts-extended") == expected(1))
        #expect(root.node("soc/plic@c000000")?.cells("interrupts-extended") == expected(11, 9))
        let timer = root.node("soc")?.children.first { $0.name.hasPrefix("mtimer") }
        #expect(timer?.cells("interrupts-extended") == expected(7))
        #expect(
            root.node("soc/rtc@101000")?.cells("interrupt-parent") == root.node("soc/plic@c000000")?.cells("phandle"))
    }
}
