import Testing

@testable import TandemKernel

@Suite struct ResolvedSignalTests {
    @Test("the table of resolution", arguments: Logic.allCases)
    func table(left: Logic) {
        // IEEE 1666-2023 §6.13: rows and columns 0, 1, Z, X.
        let table = ["0X0X", "X11X", "01ZX", "XXXX"]
        let row = table[Int(left.rawValue)]
        let text = Logic.allCases.map { Logic.resolve(left, $0).description }.joined()
        #expect(text == row)
    }

    @Test("vectors resolve wire by wire, as single wires do", arguments: [1, 3, 63, 64, 65, 130])
    func vectors(count: Int) {
        var random = SplitMix64(seed: UInt64(count))
        func make() -> LogicVector {
            var vector = LogicVector(repeating: .zero, count: count)
            for index in 0..<count { vector[index] = Logic(rawValue: UInt8(random.next() & 3)) ?? .zero }
            return vector
        }
        for _ in 0..<50 {
            let (left, right) = (make(), make())
            let resolved = LogicVector.resolve(left, right)
            for index in 0..<count { #expect(resolved[index] == Logic.resolve(left[index], right[index])) }
            #expect(LogicVector(left.description) == left)
            #expect(LogicVector.resolve(left, left.undriven) == left)
        }
    }

    @Test("vectors read and print their digits and their numbers")
    func text() throws {
        let vector = try #require(LogicVector("01zx_1"))
        #expect(vector.description == "01ZX1")
        #expect(vector[0] == .one && vector[1] == .unknown && vector[4] == .zero)
        #expect(vector.unsigned == nil && !vector.isKnown)
        #expect(LogicVector(0b1010, count: 5).description == "01010")
        #expect(LogicVector("1010")?.unsigned == 10)
        #expect(LogicVector("012") == nil && LogicVector("") == nil)
    }

    @Test("a spawned process that has ended keeps its driver: who has its record now drives beside it")
    func spawnedDriver() {
        let bench = Bench()
        let wire = ResolvedSignal<Logic>("wire", in: bench.module, .highImpedance)
        var records: Set<ProcessPointer> = []
        bench.module.thread("k") { context in
            for value in [Logic.zero, .one] {
                let driver = bench.module.thread("d") { _ in wire.write(value) }
                records.insert(driver.record)
                try context.wait(for: .zero)
            }
        }
        #expect(bench.simulation.run() == .starved)
        #expect(records.count == 1, "the test needs a record that is used again")
        #expect(wire.driverCount == 2 && wire.value == .unknown)
    }

    @Test("logic operators know as much as there is to know")
    func operators() {
        #expect(Logic.zero & .unknown == .zero && Logic.one & .highImpedance == .unknown)
        #expect(Logic.one | .unknown == .one && Logic.zero | .highImpedance == .unknown)
        #expect(Logic.one ^ .zero == .one && Logic.one ^ .unknown == .unknown)
        #expect(~Logic.one == .zero && ~Logic.highImpedance == .unknown)
    }

    @Test("each process has a driver, which stays until it writes again; Z lets the others decide")
    func drivers() {
        let bench = Bench()
        let wire = ResolvedSignal("w", in: bench.module, Logic.unknown)
        bench.module.method("watch", sensitiveTo: [wire.changed], initialize: false) { bench.at("\(wire.value)") }
        for (name, values) in [
            ("a", [Logic.highImpedance, .one, .one, .highImpedance]), ("b", [.zero, .zero, .one, .zero]),
        ] {
            bench.module.thread(name) { context in
                for value in values {
                    wire.write(value)
                    try context.wait(for: .ns(1))
                }
            }
        }
        _ = bench.simulation.run(until: .ns(10))
        #expect(bench.text == "0@0ns/d1 X@1ns/d3 1@2ns/d5 0@3ns/d7")
        #expect(wire.driverCount == 2)
        bench.simulation.reset()
        #expect(wire.driverCount == 0 && wire.value == .unknown)
    }

    @Test("a resolved bus of several wires")
    func bus() {
        let bench = Bench()
        let wires = ResolvedSignal("w", in: bench.module, LogicVector(repeating: .highImpedance, count: 4))
        bench.module.method("low") { wires.write(LogicVector("ZZ01") ?? wires.value) }
        bench.module.method("high") { wires.write(LogicVector("10Z0") ?? wires.value) }
        _ = bench.simulation.run(until: .ns(1))
        #expect(wires.value.description == "100X")
    }
}
