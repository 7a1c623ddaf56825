import TandemKernel
import Testing

@testable import TandemDevices

@Suite struct PCIConfigurationTests {
    /// A function with everything that a header can ask for.
    static let everything = PCIHeader(
        vendor: 0x1337, device: 0x0001, classCode: 0xff00, revision: 3, subsystemVendor: 0x1af4,
        subsystem: 0x1100,
        pin: .c,
        regions: [
            PCIRegion(0, .memory32, size: 0x1000), PCIRegion(1, .io, size: 0x20),
            PCIRegion(2, .memory64, size: 0x1_0000_0000, isPrefetchable: true),
            PCIRegion(4, .memory32, size: 0x4000),
        ],
        romSize: 0x1_0000,
        capabilities: [
            .powerManagement, .messages(vectors: 8), .extendedMessages(vectors: 40, region: 4),
            .express(.endpoint),
            .vendorSpecific([1, 2, 3, 4, 5]),
        ], isMaster: true)

    private func fresh(_ header: PCIHeader = everything) -> PCIConfiguration {
        PCIConfiguration(PCIConfigurationTable(header))
    }

    @Test("the header says who the function is, in every width")
    func identity() {
        let space = fresh()
        #expect(space.read(0, count: 4) == 0x0001_1337)
        #expect(space.read(2, count: 2) == 0x0001)
        #expect(space.read(8, count: 4) == 0x00ff_0003)
        #expect(space.read(0x0b, count: 1) == 0x00)
        #expect(space.read(0x0a, count: 2) == 0x00ff)
        #expect(space.read(0x2c, count: 4) == 0x1100_1af4)
        #expect(space.read(0x3d, count: 1) == 3)
        #expect(space.read(0x06, count: 2) == 0x10)
        #expect(space.read(0, count: 8) == 0x0010_0000_0001_1337)
    }

    @Test("writing ones shows how large a region is, and what kind")
    func sizing() {
        var space = fresh()
        for offset in stride(from: 0x10, to: 0x28, by: 4) { space.write(offset, 0xffff_ffff, count: 4) }
        #expect(space.read(0x10, count: 4) == 0xffff_f000)
        #expect(space.read(0x14, count: 4) == 0xffff_ffe1)
        #expect(space.read(0x18, count: 4) == 0x0000_000c)
        #expect(space.read(0x1c, count: 4) == 0xffff_ffff)
        #expect(space.read(0x20, count: 4) == 0xffff_c000)
        #expect(space.read(0x24, count: 4) == 0)
        space.write(0x30, 0xffff_fffe, count: 4)
        #expect(space.read(0x30, count: 4) == 0xffff_0000)
    }

    @Test("a region answers where software puts it, and only while its space is enabled")
    func placement() {
        var space = fresh()
        let regions = space.table.header.regions
        space.write(0x10, 0x4012_3456, count: 4)
        space.write(0x14, 0x1021, count: 4)
        space.write(0x18, 0xffff_ffff_0000_0000, count: 8)
        #expect(regions.allSatisfy { space.place(of: $0) == nil })
        space.write(4, 2, count: 2)
        #expect(space.place(of: regions[0]) == 0x4012_3000)
        #expect(space.place(of: regions[1]) == nil)
        #expect(space.place(of: regions[2]) == 0xffff_ffff_0000_0000)
        space.write(4, 1, count: 1)
        #expect(space.place(of: regions[0]) == nil)
        #expect(space.place(of: regions[1]) == 0x1020)
        space.write(4, 3, count: 1)
        #expect(space.placeOfROM == nil)
        space.write(0x30, 0x8000_0001, count: 4)
        #expect(space.placeOfROM == 0x8000_0000)
    }

    @Test("the list of capabilities leads through all of them, once")
    func list() {
        let space = fresh()
        var found: [UInt64] = []
        var next = Int(space.read(0x34, count: 1))
        while next != 0, found.count < 48 {
            found.append(space.read(next, count: 1))
            next = Int(space.read(next + 1, count: 1))
        }
        #expect(found == [0x01, 0x05, 0x11, 0x10, 0x09])
        #expect(space.read(0x34, count: 1) == 0x40)
    }

    @Test("in D3hot nothing is answered; D1 and D2 are not taken")
    func power() {
        var space = fresh()
        let region = space.table.header.regions[0]
        space.write(4, 7, count: 2)
        #expect(space.isBusMaster && space.place(of: region) != nil)
        for (written, state) in [(1, 0), (3, 3), (2, 3), (0, 0)] {
            space.write(0x44, UInt64(written), count: 1)
            #expect(Int(space.powerState) == state)
            #expect(space.isBusMaster == (state == 0))
            #expect((space.place(of: region) != nil) == (state == 0))
        }
    }

    @Test("an MSI message carries the vector in the bits that software has granted")
    func messages() {
        var space = fresh()
        let place = 0x48
        #expect(space.read(place + 2, count: 2) == 0x186)
        space.write(place + 4, 0x1_2800_0003, count: 8)
        space.write(place + 0xc, 0x5557, count: 2)
        // Four of eight vectors, enabled.
        space.write(place + 2, 0x21, count: 2)
        #expect(space.sendsMessages)
        #expect(space.message(6) == PCIMessage(address: 0x1_2800_0000, data: 0x5556))
        // More than there are.
        space.write(place + 2, 0x71, count: 2)
        #expect(space.message(7)?.data == 0x5557)
        #expect(space.message(0)?.data == 0x5550)
    }

    @Test("status bits are cleared by ones, and by nothing else")
    func status() {
        var space = fresh()
        space.noteMasterAbort()
        space.write(6, 0, count: 2)
        #expect(space.read(6, count: 2) == 0x2010)
        space.write(6, 0xffff, count: 2)
        #expect(space.read(6, count: 2) == 0x10)
    }

    @Test(
        "a million random writes leave what is read-only as it is, and the halves of every word agree",
        arguments: [
            everything,
            PCIHeader(
                vendor: 0x1b36, device: 1, classCode: 0x06_0400, capabilities: [.powerManagement],
                isBridge: true),
            PCIHeader(vendor: 0x1b36, device: 8, classCode: 0x06_0000),
        ])
    func fuzz(header: PCIHeader) {
        let seed: UInt64 = 0x5eed_0007
        var random = SplitMix64(seed: seed)
        var space = fresh(header)
        let size = header.configurationSize
        let initial = space.contents
        var model = initial
        for round in 0..<200_000 {
            let offset = Int(random.next() % UInt64(size + 16))
            let count = [1, 2, 4, 8][Int(random.next() % 4)]
            let value = random.next()
            space.write(offset, value, count: count)
            _ = space.read(offset, count: count)
            _ = (
                space.busesBehind, space.memoryWindow, space.prefetchableWindow, space.portWindow,
                space.message(5)
            )
            guard round % 1000 == 0 else { continue }
            model = space.contents
            for place in model.indices {
                let open = space.table.writable[place]
                #expect(model[place] & ~open == initial[place] & ~open, "seed \(seed), offset \(place)")
            }
            var other = fresh(header)
            #expect(other.restore(model) && other == space, "seed \(seed)")
        }
        #expect(size + 16 > model.count && space.read(size, count: 4) == 0xffff_ffff)
    }

    @Test(
        "addresses are read as people write them",
        arguments: [
            ("4", 0x20), ("04.0", 0x20), ("4.1", 0x21), ("1f.7", 0xff), ("20", nil), ("4.8", nil),
            ("", nil),
            ("4.", nil),
            ("x", nil), ("1.2.3", nil),
        ] as [(String, UInt8?)])
    func addresses(text: String, code: UInt8?) {
        #expect(PCIAddress(text: text)?.code == code)
    }
}
