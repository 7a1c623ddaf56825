import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Containers and aliases")
struct ContainerTests {
    private let bench = SimBench()

    private func target(_ name: String) -> RecordingTarget { RecordingTarget(bench.context(name)) }

    private func alias(_ name: String, of target: TargetSocket, offset: UInt64 = 0, size: UInt64) throws -> Alias {
        let alias = try bench.make(
            Alias.self, name, ["offset": .unsigned(offset), "size": .size(ByteSize(bytes: size))])
        try alias.of.bind(to: target)
        return alias
    }

    @Test("what a container holds is reached by its addresses, and the access goes straight to the target")
    func straight() throws {
        let group = try bench.make(Container.self, "group")
        let inner = target("inner")
        try group.map(Region(start: 0x100, size: 0x10, target: inner.bus, offset: 4))
        try bench.map(group.in, at: 0x1000_0000, size: 0x1000)
        bench.probe.read(0x1000_0108, count: 4)
        #expect(inner.accesses.map(\.address) == [12])
        let route = try #require(bench.probe.bus.route(to: 0x1000_0100))
        #expect(route.first == 0x1000_0100 && route.last == 0x1000_010f)
        let found = try #require(bench.router.resolve(0x1000_0104))
        #expect(found.target === inner.bus && found.offset == 8 && found.region == "inner")
        #expect(bench.probe.bus.traffic.map(\.target) == ["inner"])
    }

    @Test("a container's holes fall through to neighbours of lower priority; a router's do not")
    func holes() throws {
        let below = target("below")
        let group = try bench.make(Container.self, "group")
        let island = target("island")
        try group.map(Region(start: 0x40, size: 0x40, target: island.bus))
        try bench.map(below.bus, at: 0, size: 0x1000, priority: -1)
        try bench.map(group.in, at: 0x100, size: 0x100)
        for address: UInt64 in [0x100, 0x13f, 0x140, 0x17f, 0x180] { bench.probe.read(address, count: 1) }
        #expect(below.accesses.map(\.address) == [0x100, 0x13f, 0x180])
        #expect(island.accesses.map(\.address) == [0, 0x3f])
        let nested = Router(bench.context("nested"))
        try bench.map(nested.in, at: 0x200, size: 0x100)
        bench.probe.read(0x200, count: 1)
        #expect(bench.probe.response == .addressError)
    }

    @Test("a container is cut to its window, and its own overlaps are decided inside")
    func window() throws {
        let group = try bench.make(Container.self, "group")
        let (a, b) = (target("a"), target("b"))
        try group.map(Region(start: 0, size: 0x100, target: a.bus, priority: -100))
        try group.map(Region(start: 0x80, size: 0x100, target: b.bus, priority: 100))
        let front = target("front")
        try bench.router.map(Region(start: 0x1000, size: 0x60, target: group.in, offset: 0x60))
        try bench.map(front.bus, at: 0x1010, size: 8, priority: 1)
        for address: UInt64 in [0xfff, 0x1000, 0x1010, 0x1018, 0x1020, 0x105f, 0x1060] {
            bench.probe.read(address, count: 1)
        }
        #expect(a.accesses.map(\.address) == [0x60, 0x78])
        #expect(front.accesses.map(\.address) == [0])
        #expect(b.accesses.map(\.address) == [0, 0x3f])
        #expect(bench.probe.response == .addressError)
    }

    @Test("a change inside a container is seen outside, and ends the grants there", arguments: [false, true])
    func changes(isNested: Bool) throws {
        let outer = try bench.make(Container.self, "outer")
        let inner = try bench.make(Container.self, "inner")
        try outer.map(Region(start: 0, size: 0x1_0000, target: isNested ? inner.in : target("other").bus, priority: -1))
        let changed = isNested ? inner : outer
        try bench.map(outer.in, at: 0x8000_0000, size: 0x1_0000)
        let ram = try bench.make(Ram.self, "ram", ["size": .size(.kibibytes(4))])
        try changed.map(Region(start: 0x1000, size: 0x1000, target: ram.bus))
        bench.probe.write(0x8000_1004, UInt32(7))
        #expect(ram.bytes(at: 4, count: 1) == [7])
        #expect(bench.probe.bus.directMemory(at: 0x8000_1004, for: .read)?.start == 0x8000_1000)
        #expect(changed.unmap("ram"))
        #expect(bench.probe.invalidated.last == 0x8000_1000...0x8000_1fff)
        bench.probe.read(0x8000_1004, count: 1)
        #expect(ram.bytes(at: 4, count: 1) == [7])
        #expect(bench.probe.response == (isNested ? .addressError : .ok))
    }

    @Test("an alias shows a part of a memory, which is one with it")
    func alias() throws {
        let ram = try bench.addRam(at: 0x8000_0000, size: 0x1_0000)
        let low = try alias("low", of: ram.bus, offset: 0x8000, size: 0x1000)
        try bench.map(low.in, at: 0, size: 0x1000)
        bench.probe.write(0x10, UInt32(0x1234_5678))
        #expect(bench.probe.read(0x8000_8010, as: UInt32.self) == 0x1234_5678)
        #expect(bench.probe.bus.traffic.map(\.target) == ["ram"])
        let grant = try #require(bench.probe.bus.directMemory(at: 0x20, for: .write))
        #expect(grant.start == 0 && grant.end == 0xfff && grant.base == ram.base + 0x8000)
        #expect(bench.probe.loadReserved(0x10) == 0x1234_5678)
        #expect(bench.addProbe("other").write(0x8000_8010, UInt32(1)) == .ok)
        #expect(!bench.probe.storeConditional(0x10, 2))
    }

    @Test("an alias shows a container or a device, and an alias of an alias ends at the thing itself")
    func chain() throws {
        let group = try bench.make(Container.self, "group")
        let device = target("device")
        try group.map(Region(start: 0x20, size: 0x20, target: device.bus))
        let first = try alias("first", of: group.in, offset: 0x10, size: 0x40)
        let second = try alias("second", of: first.in, offset: 0x10, size: 0x20)
        try bench.map(second.in, at: 0x500, size: 0x20)
        bench.probe.read(0x504, count: 4)
        #expect(device.accesses.map(\.address) == [4])
        #expect(bench.probe.bus.route(to: 0x504)?.first == 0x500)
    }

    @Test("an alias that reaches beyond a memory, leads to itself, nowhere, or to two things is refused by its path")
    func mistakes() throws {
        let ram = try bench.addRam(at: 0x8000_0000, size: 0x1000)
        let error = #expect(throws: ElaborationError.self) {
            try alias("far", of: ram.bus, offset: 0x800, size: 0x1000)
        }
        #expect(error?.diagnosis.problem.contains("“far” shows 4 KiB of “ram” from 0x800 on") == true)
        let loop = try alias("loop", of: bench.router.in, size: 0x1000)
        let circle = #expect(throws: ElaborationError.self) { try bench.map(loop.in, at: 0, size: 0x1000) }
        #expect(circle?.diagnosis.problem.contains("leads back to this router") == true)
        let twice = #expect(throws: ElaborationError.self) { try loop.of.bind(to: ram.bus) }
        #expect(twice?.diagnosis.problem == "the socket “loop.of” is bound twice")
        let size: PropertyValues = ["size": .size(.kibibytes(1))]
        _ = try bench.make(Alias.self, "lost", size)
        let lost = #expect(throws: ElaborationError.self) { try bench.simulation.elaborate() }
        #expect(lost?.diagnosis.place == "lost.of")
    }

    @Test("in a router with contention a container is one target")
    func contention() throws {
        let router = try bench.make(Router.self, "timed", ["read-latency": .time(.nanoseconds(10))])
        let group = try bench.make(Container.self, "group")
        let device = target("device")
        try group.map(Region(start: 0, size: 0x10, target: device.bus))
        try router.map(Region(start: 0x100, size: 0x10, target: group.in))
        let probe = ProbeInitiator(bench.context("p"))
        probe.bus.bind(to: router.in)
        probe.read(0x104, count: 4)
        #expect(device.accesses.map(\.address) == [4])
        #expect(probe.delay == .nanoseconds(10))
        #expect(router.linkRecords.count == 1)
    }

    @Test("address spaces are listed with their initiators, as declared and as seen")
    func spaces() throws {
        let ram = try bench.addRam(at: 0x8000_0000, size: 0x1000)
        let group = try bench.make(Container.self, "io")
        try group.map(Region(start: 0x10, size: 0x10, target: target("uart").bus))
        try bench.map(group.in, at: 0x1000, size: 0x100)
        try bench.map(
            try alias("low", of: ram.bus, offset: 0x800, size: 0x800).in, at: 0x1018, size: 0x800, priority: -1)
        _ = bench.addProbe("second")
        let own = ProbeInitiator(bench.context("third"))
        own.bus.bind(to: ram.bus)
        let spaces = AddressSpace.all(of: bench.simulation)
        #expect(spaces.map(\.name) == ["router", "ram"])
        #expect(spaces.map(\.initiators) == [["probe", "second"], ["third"]])
        #expect(spaces[0].tree.children.map(\.name) == ["io", "low", "ram"])
        #expect(spaces[0].tree.children.map(\.kind) == [.container, .alias, .ram])
        #expect(spaces[0].tree.children[0].children.map(\.start) == [0x1010])
        #expect(spaces[0].tree.children[1].of == "ram")
        #expect(spaces[0].flat.map(\.name) == ["uart", "ram", "ram"])
        #expect(spaces[0].flat.map(\.start) == [0x1010, 0x1020, 0x8000_0000])
        #expect(spaces[0].flat.map(\.end) == [0x101f, 0x1817, 0x8000_0fff])
        #expect(spaces[0].flat.map(\.offset) == [0, 0x808, 0])
        #expect(spaces[1].flat.map(\.end) == [0xfff])
    }

    @Test(
        "random containers in containers decode as a search from the top says", arguments: 1...6 as ClosedRange<UInt64>)
    func random(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        let targets = (0..<4).map { target("t\($0)") }
        let groups = try (0..<4).map { try bench.make(Container.self, "group\($0)") }
        // Group n may hold the groups after it.
        let maps: [Router] = [bench.router] + groups
        for (level, map) in maps.enumerated() {
            for index in 0..<10 {
                let inner = groups.dropFirst(level).randomElement(using: &random)
                let holdsGroup = index % 3 == 0 && inner != nil
                let region = Region(
                    start: UInt64.random(in: 0..<0x180, using: &random),
                    size: UInt64.random(in: 1...0x80, using: &random),
                    target: holdsGroup ? inner!.in : targets.randomElement(using: &random)!.bus,
                    offset: UInt64.random(in: 0..<0x100, using: &random), priority: index % 2 == 0 ? index : -index,
                    name: "r\(index)")
                try map.map(region)
            }
        }
        func search(_ address: UInt64, in map: Router) -> (TargetSocket, UInt64)? {
            for region in map.regions.sorted(by: { $0.priority > $1.priority }) where region.contains(address) {
                let offset = address - region.start + region.offset
                guard let group = groups.first(where: { $0.in === region.target }) else {
                    return (region.target, offset)
                }
                if let found = search(offset, in: group) { return found }
            }
            return nil
        }
        let flat = try #require(AddressSpace.all(of: bench.simulation).first).flat
        for address in 0..<0x280 as Range<UInt64> {
            for target in targets { target.clear() }
            bench.probe.read(address, count: 1)
            let served = targets.first { !$0.accesses.isEmpty }
            let expected = search(address, in: bench.router)
            #expect(served?.bus === expected?.0 && served?.accesses.first?.address == expected?.1)
            #expect((bench.probe.response == .ok) == (expected != nil))
            #expect(bench.router.resolve(address)?.target === expected?.0)
            let entry = flat.first { $0.start <= address && address <= $0.end }
            #expect(entry.map { address - $0.start + $0.offset } == expected?.1)
        }
    }
}
