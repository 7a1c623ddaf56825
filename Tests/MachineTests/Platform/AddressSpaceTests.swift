import TandemBus
import TandemCPU
import TandemKernel
import TandemTesting
import Testing

@testable import TandemMachine

/// Memory maps as platform files describe them.
@Suite struct AddressSpaceTests {
    private func machine(_ text: String) throws -> Machine {
        try Machine(PlatformLoader(PlatformSource(texts: ["b.json5": text])).load("b.json5"), catalog: .standard)
    }

    private func message(_ text: String) throws -> String {
        try #require(throws: PlatformError.self) { _ = try machine(text) }.description
    }

    /// Two harts with memories and peripherals of their own at the same addresses, and a bus that both see below them.
    static let privateSpaces = """
        {
          board: { harts: "cpu", memory: "ram", bootROM: "rom" },
          modules: {
            local: { type: "router", count: 2 },
            bus: { type: "router", map: [
              { on: "local0", at: 0, span: 0x1_0000_0000, priority: -1 },
              { on: "local1", at: 0, span: 0x1_0000_0000, priority: -1 },
            ] },
            cpu: { type: "riscv-hart", count: 2, "hart-id": "[i]", bus: "local[i]" },
            scratch: { type: "ram", count: 2, size: "4K", at: 0x10000, on: "local[i]" },
            timer: { type: "aclint-mtimer", count: 2, at: 0x2000000, span: 0x8000, on: "local[i]", harts: 1 },
            rom: { type: "rom", size: "4K", at: 0x1000, on: "bus" },
            ram: { type: "ram", size: "16M", at: 0x80000000, on: "bus" },
          },
        }
        """.replacing("0x1_0000_0000", with: "0x100000000")

    @Test("each hart has its own peripherals at the same addresses, and both share what lies below")
    func perInitiator() throws {
        let machine = try machine(Self.privateSpaces)
        // Each hart stores its id to its scratch memory, adds what it finds there to shared memory, and waits.
        let program = try GuestAssembler.program(
            """
            csrr t0, mhartid
            addi t0, t0, 5
            lui t1, 0x10
            sw t0, 0(t1)
            lw t2, 0(t1)
            lui t3, 0x80100
            slli t3, t3, 32
            srli t3, t3, 32
            amoadd.w zero, t2, (t3)
            1: wfi
            j 1b
            """, at: 0x8000_0000, xlen: .rv64)
        try machine.load(
            BootOptions(firmware: "fw"),
            from: ImageSource { (name) throws(PlatformError) in ImageBytes(program.bytes, name: name) })
        _ = machine.run()
        let scratch = (0..<2).compactMap { machine.module("scratch\($0)") as? Ram }
        #expect(scratch.map { $0.bytes(at: 0, count: 1) } == [[5], [6]])
        #expect((machine.module("ram") as? Ram)?.bytes(at: 0x10_0000, count: 1) == [11])
        let spaces = AddressSpace.all(of: machine.simulation)
        #expect(spaces.map(\.name) == ["local0", "local1"])
        #expect(spaces.map(\.initiators) == [["cpu0"], ["cpu1"]])
        #expect(spaces[1].flat.map(\.name) == ["rom", "scratch1", "timer1", "ram"])
    }

    @Test("modules inside a container stand in it by addresses of their own, and the guest's tree has those of the bus")
    func containers() throws {
        let machine = try machine(
            """
            { board: { harts: "cpu", memory: "ram", bootROM: "rom" },
              modules: {
                bus: { type: "router" },
                cpu: { type: "riscv-hart", bus: "bus" },
                rom: { type: "rom", size: "4K", at: 0x1000 },
                ram: { type: "ram", size: "16M", at: 0x80000000 },
                peripherals: { type: "container", at: 0x10000000, span: 0x100000, priority: 2, modules: {
                  uart0: { type: "uart16550", at: 0x0, span: 0x100 },
                  inner: { type: "container", at: 0x1000, span: 0x1000, modules: {
                    uart1: { type: "uart16550", at: 0x100, span: 0x100 },
                  } },
                } },
                backdrop: { type: "ram", size: "1M", at: 0x10000000, priority: -1 },
                low: { type: "alias", of: "ram", offset: 0x8000, size: "64K", at: 0x20000000 },
              } }
            """)
        let space = try #require(AddressSpace.all(of: machine.simulation).first)
        let flat = space.flat.map { "\(String($0.start, radix: 16)) \($0.name) \(String($0.offset, radix: 16))" }
        #expect(
            flat == [
                "1000 rom 0", "10000000 peripherals.uart0 0", "10000100 backdrop 100",
                "10001100 peripherals.inner.uart1 0", "10001200 backdrop 1200", "20000000 ram 8000", "80000000 ram 0",
            ])
        let tree = try machine.makeDeviceTree().root
        #expect(tree.node("soc/serial@10000000") != nil)
        #expect(tree.node("soc/serial@10001100")?.cells("reg") == [0, 0x1000_1100, 0, 0x100])
    }

    @Test("an IOMMU stands between an initiator and a router")
    func translation() throws {
        let machine = try machine(
            """
            { modules: {
                bus: { type: "router" },
                ram: { type: "ram", size: "16M", at: 0x80000000 },
                iommu: { type: "iommu", at: 0x10000000, span: 0x1000, streams: 2, out: "bus" },
                dma: { type: "dma-demo", at: 0x10010000, span: 0x1000, memory: "iommu.in1" },
              } }
            """)
        let spaces = AddressSpace.all(of: machine.simulation)
        #expect(spaces.map(\.name) == ["iommu", "bus"])
        #expect(spaces.map(\.initiators) == [["dma"], ["iommu"]])
        #expect(spaces.map(\.tree.kind) == [.translation, .router])
        #expect(spaces[0].tree.of == "bus")
    }

    @Test("mistakes in maps name the module, the place and what is legal")
    func mistakes() throws {
        func board(_ modules: String) -> String {
            "{ modules: { bus: { type: \"router\" }, ram: { type: \"ram\", size: \"1M\", at: 0 },\n\(modules) } }"
        }
        #expect(
            try message(board("a: { type: \"alias\", of: \"ram\", size: \"2M\", at: 0x1000000 }"))
                .contains(
                    "a: “a” shows 2 MiB of “ram” from 0x0 on, which has only 1 MiB; expected an offset and a size within it"
                )
        )
        #expect(
            try message(board("a: { type: \"alias\", of: \"bus\", size: \"2M\", at: 0x1000000 }"))
                .contains("the region “a” leads back to this router; expected routers that do not form a circle"))
        #expect(
            try message(
                board(
                    "a: { type: \"ram\", size: \"1K\", at: 0x1000000, modules: { u: { type: \"ram\", size: 4, at: 0 } } }"
                )
            )
            .contains(
                "“a.u” stands in “a” of type “ram”, which holds no modules; expected a module of type “container”"))
        #expect(
            try message(board("a: { type: \"ram\", size: \"1K\", priority: 3 }"))
                .contains("“priority” of “a” means nothing without “at”"))
        #expect(
            try message(board("a: { type: \"container\", at: 0x1000000 }"))
                .contains("nothing says how much address space “a” takes"))
        #expect(
            try message(board("a: { type: \"alias\", size: 4, at: 0x1000000 }"))
                .contains("the socket “a.of” is not bound; expected “of” with the target that it reaches"))
        #expect(
            try message(board("a: { type: \"ram\", size: 4, count: 2, at: \"[0x1000000*(i+1)]\", on: \"bas[i]\" }"))
                .contains("“a0” cannot stand on “bas[i]”; expected the path of a router"))
    }
}
