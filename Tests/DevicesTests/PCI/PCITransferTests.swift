import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemDevices

/// Where transfers of PCI functions go: through an IOMMU, over links that others use, to regions of other functions.
@Suite struct PCITransferTests {
    /// A `newdev` for each address, whose memory is at 0x40000000 and then every 0x10000, as bus master.
    private func devices(_ addresses: [UInt8], in world: PCIBench) throws {
        for address in addresses {
            let place = String(address, radix: 16)
            _ = try world.bench.make(
                NewDevice.self, "new\(place)", ["addr": .string(place), "dma-mask": .unsigned(.max)])
        }
        try world.bench.simulation.elaborate()
        for (index, address) in addresses.enumerated() {
            world.write(address, 0x10, UInt32(truncatingIfNeeded: registers(index)))
            world.write(address, 4, UInt16(7))
        }
    }

    private func registers(_ index: Int) -> UInt64 { 0x4000_0000 + UInt64(index) << 16 }

    private func start(
        _ index: Int = 0, from source: UInt64, to destination: UInt64, _ count: UInt32, isOut: Bool = false,
        in world: PCIBench
    ) {
        let probe = world.bench.probe
        probe.write(registers(index) + 0x10, source)
        probe.write(registers(index) + 0x18, destination)
        probe.write(registers(index) + 0x20, count)
        probe.write(registers(index) + 8, UInt32(isOut ? 3 : 1))
    }

    private func status(_ index: Int = 0, in world: PCIBench) -> UInt32 {
        world.bench.probe.read(registers(index) + 4)
    }

    private func rows(of initiator: String, in world: PCIBench) -> [TrafficRecord] {
        BusDirectory.of(world.bench.simulation).traffic.filter { $0.initiator == initiator }
    }

    @Test("behind an IOMMU a transfer goes where its window leads, byte by byte as the report says, and nowhere else")
    func translation() throws {
        let iommu: UInt64 = 0x1000_0000
        let world = try PCIBench { bench in
            let unit = try bench.make(IOMMU.self, "iommu")
            try bench.map(unit.bus, at: iommu, size: 0x1000)
            try unit.out.bind(to: bench.router.in)
            return try #require(unit.port(named: "in0") as? TargetSocket)
        }
        try devices([4], in: world)
        let probe = world.bench.probe
        // 8 KiB from 0x1000 on are at 0x80004000; then nothing.
        probe.write(iommu + 0x100, UInt64(0x1000))
        probe.write(iommu + 0x108, UInt64(0x2fff))
        probe.write(iommu + 0x110, UInt64(0x8000_4000))
        probe.write(iommu + 0x118, UInt32(7))
        probe.write(iommu + 4, UInt32(1))
        let bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ 5) }
        probe.write(0x8000_4000, bytes: bytes)
        start(from: 0x1000, to: 0, 4096, in: world)
        world.bench.run(for: .microseconds(7))
        #expect(status(in: world) == 2)
        probe.write(registers(0) + 4, UInt32(2))
        start(from: 0, to: 0x2000, 4000, isOut: true, in: world)
        world.bench.run(for: .microseconds(7))
        #expect(status(in: world) == 2)
        #expect(probe.read(0x8000_5000, count: 4001) == bytes[..<4000] + [0])
        #expect(rows(of: "new4", in: world).map(\.readBytes) == [4096])
        #expect(rows(of: "new4", in: world).map(\.writeBytes) == [4000])
        // Beyond the window there is nothing, not even the memory that has that address.
        for address in [0x8000_4000, 0x2fc1, 0x3000] as [UInt64] {
            start(from: address, to: 0, 64, in: world)
            world.bench.run(for: .microseconds(1))
            #expect(status(in: world) == 4)
        }
    }

    @Test("transfers compete for a shared link, and each moves its bytes")
    func competition() throws {
        func ends(_ count: Int) throws -> [SimTime] {
            let world = try PCIBench { bench in
                let link = try bench.make(
                    Router.self, "link",
                    ["arbitration": .string("first-come"), "time-per-byte": .time(.nanoseconds(10))])
                try link.map(
                    Region(
                        start: 0x8000_0000, size: 0x1_0000,
                        target: bench.addRam("far", at: 0x9000_0000, size: 0x1_0000).bus))
                return link.in
            }
            try devices((4..<UInt8(4 + count)).map { $0 }, in: world)
            for index in 0..<count { start(index, from: 0x8000_0000, to: 0, 4096, in: world) }
            var ends = Array(repeating: SimTime.zero, count: count)
            while ends.contains(.zero) && world.bench.now < .microseconds(500) {
                world.bench.run(for: .nanoseconds(20))
                for index in 0..<count where ends[index] == .zero && status(index, in: world) == 2 {
                    ends[index] = world.bench.now
                }
            }
            for index in 0..<count {
                #expect(rows(of: "new\(4 + index)", in: world).filter { $0.target == "far" }.map(\.readBytes) == [4096])
            }
            return ends
        }
        let alone = try ends(1)[0]
        let together = try ends(2)
        // 64 accesses, each 100 ns after the one before, and 640 ns on the link.
        #expect(alone >= .microseconds(46) && alone <= .microseconds(48))
        #expect(together.allSatisfy { $0 > .microseconds(78) && $0 < .microseconds(84) }, "\(together)")
    }

    @Test(
        "a transfer reaches the region of another function, also behind a bridge, and its own registers only in pieces")
    func peers() throws {
        let world = try PCIBench()
        _ = try world.bench.make(PCIBridge.self, "bridge", ["addr": .string("6")])
        let sample = try world.bench.make(
            PCISample.self, "sample", ["bus": .link(ModulePath("bridge")), "addr": .string("3")])
        try devices([4, 5], in: world)
        let probe = world.bench.probe
        world.write(6, 0x18, UInt32(0x0002_0200))
        world.write(6, 0x20, UInt32(0x4120_4120))
        world.write(6, 4, UInt16(7))
        world.write(3, 0x10, UInt32(0x4120_0000), bus: 2)
        world.write(3, 4, UInt16(2), bus: 2)
        let bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
        for (index, byte) in bytes.enumerated() { probe.write(registers(0) + 0x1000 + UInt64(index), byte) }
        // From 04.0 to the buffer of 05.0, from there behind the bridge, and back.
        start(0, from: 0, to: registers(1) + 0x1000, 4096, isOut: true, in: world)
        world.bench.run(for: .microseconds(7))
        #expect(status(0, in: world) == 2 && probe.read(registers(1) + 0x1ff8, count: 8) == Array(bytes.suffix(8)))
        start(1, from: 0, to: 0x4120_0000, 4096, isOut: true, in: world)
        world.bench.run(for: .microseconds(7))
        #expect(status(1, in: world) == 2 && probe.read(0x4120_0000, count: 4096) == bytes)
        #expect(rows(of: "new4", in: world).map(\.target) == ["new5.bar0"])
        #expect(rows(of: "new5", in: world).map(\.target) == ["\(sample.path).bar0"])
        #expect(rows(of: "new5", in: world).map(\.writeBytes) == [4096])
        // Not where the bridge does not lead.
        world.write(6, 4, UInt16(0))
        start(1, from: 0x4120_0000, to: 0, 64, in: world)
        world.bench.run(for: .microseconds(1))
        #expect(probe.read(registers(1) + 0x1000, as: UInt64.self) == .max)
        // Its own buffer it may overwrite; its own control register starts nothing while it is at work.
        start(0, from: 64, to: registers(0) + 0x1000, 64, isOut: true, in: world)
        world.bench.run(for: .microseconds(1))
        #expect(probe.read(registers(0) + 0x1000, count: 64) == Array(bytes[64..<128]))
        start(0, from: 0, to: registers(0) + 8, 4, isOut: true, in: world)
        world.bench.run(for: .microseconds(1))
        #expect(status(0, in: world) & 1 == 0)
    }
}
