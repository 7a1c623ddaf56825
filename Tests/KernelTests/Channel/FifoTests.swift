import Testing

@testable import TandemKernel

@Suite struct FifoTests {
    @Test("what is written can be read one delta cycle later, and so are places free again")
    func visibility() {
        let bench = Bench()
        let fifo = Fifo<Int>("f", in: bench.module, capacity: 2)
        bench.module.thread("t") { context in
            bench.say("\(fifo.tryWrite(1)) \(fifo.tryWrite(2)) \(fifo.tryWrite(3))")
            bench.say("\(fifo.availableCount) \(fifo.freeCount) \(fifo.tryRead() == nil)")
            try context.wait(for: .zero)
            bench.say("\(fifo.availableCount) \(fifo.tryRead() ?? 0) \(fifo.availableCount) \(fifo.freeCount)")
            bench.say("\(fifo.tryWrite(3))")
            try context.wait(for: .zero)
            bench.say("\(fifo.tryWrite(3)) \(fifo.tryPeek() ?? 0) \(fifo.count)")
        }
        _ = bench.simulation.run(until: .ns(1))
        #expect(bench.said == ["true true false", "0 0 true", "2 1 1 0", "false", "true 2 2"])
    }

    @Test("threads wait for places and for elements, and go on in the order in which they began")
    func blocking() {
        let bench = Bench()
        let fifo = Fifo<String>("f", in: bench.module, capacity: 1)
        for name in ["a", "b", "c"] {
            bench.module.thread(name) { _ in
                try fifo.write(name)
                bench.at("wrote-\(name)")
            }
        }
        bench.module.thread("r") { context in
            try context.wait(for: .ns(1))
            for _ in 0..<3 {
                bench.at("got-\(try fifo.read())")
                try context.wait(for: .ns(1))
            }
        }
        _ = bench.simulation.run(until: .ns(10))
        #expect(
            bench.text == "wrote-a@0ns/d0 got-a@1ns/d1 wrote-b@1ns/d2 got-b@2ns/d3 wrote-c@2ns/d4 got-c@3ns/d5")
    }

    @Test("events of writing and reading come in the next delta cycle, once a cycle")
    func events() {
        let bench = Bench()
        let fifo = Fifo<Int>("f", in: bench.module, capacity: 4)
        bench.watch(fifo.dataWritten, "written")
        bench.watch(fifo.dataRead, "read")
        bench.module.thread("t") { context in
            try fifo.write(1)
            try fifo.write(2)
            try context.wait(for: .ns(1))
            _ = try (fifo.read(), fifo.read())
        }
        _ = bench.simulation.run(until: .ns(2))
        #expect(bench.text == "written@0ns/d1 read@1ns/d3")
    }

    @Test("a blocking read in a method ends the run with the path of both")
    func methods() {
        let bench = Bench()
        let fifo = Fifo<Int>("f", in: bench.module)
        bench.module.method("m") { _ = try? fifo.read() }
        guard case .failed(let error) = bench.simulation.run(until: .ns(1)) else {
            Issue.record("the run went on")
            return
        }
        #expect(
            error.description
                == "m.f: a blocking read would have to wait in “m.m”; expected a thread, or a form of it that does not "
                + "wait (at 0 s)")
    }

    @Test("elements that are references are released, read or not")
    func references() {
        final class Thing {}
        weak var (read, left): (Thing?, Thing?)
        do {
            let bench = Bench()
            let fifo = Fifo<Thing>("f", in: bench.module, capacity: nil)
            bench.module.thread("t") { context in
                let things = [Thing(), Thing()]
                (read, left) = (things[0], things[1])
                for thing in things { try fifo.write(thing) }
                try context.wait(for: .zero)
                _ = try fifo.read()
            }
            _ = bench.simulation.run(until: .ns(1))
            #expect(read == nil && left != nil)
        }
        #expect(left == nil)
    }

    // MARK: As in TLM-1

    @Test("put, get and peek, with and without waiting, through the interfaces")
    func transactionLevel() throws {
        let bench = Bench()
        let fifo = Fifo<Int>("f", in: bench.module, capacity: 1)
        let (put, get, peek): (any Putting<Int>, any Getting<Int>, any Peeking<Int>) = (fifo, fifo, fifo)
        bench.module.thread("p") { context in
            try put.put(1)
            bench.say("\(put.canPut) \(put.tryPut(2))")
            try context.wait(put.okToPut)
            bench.at("ok-\(put.tryPut(2))")
        }
        bench.module.thread("g") { context in
            bench.at("peek\(try peek.peek())")
            try context.wait(for: .ns(1))
            bench.at("get\(try get.get())")
            bench.say("\(get.canGet) \(get.tryGet() == nil) \(peek.canPeek) \(peek.tryPeek() == nil)")
            try context.wait(get.okToGet)
            bench.at("get\(get.tryGet() ?? 0)")
        }
        _ = bench.simulation.run(until: .ns(2))
        #expect(
            bench.text == "false false peek1@0ns/d1 get1@1ns/d2 false true false true ok-true@1ns/d3 get2@1ns/d4")
    }

    @Test("resizing frees places at once, tells those who wait, and never loses an element")
    func resizing() {
        let bench = Bench()
        let fifo = Fifo<Int>("f", in: bench.module, capacity: 1)
        bench.module.thread("w") { _ in
            for value in 0..<4 { try fifo.write(value) }
            bench.at("written")
        }
        bench.module.thread("t") { context in
            try context.wait(for: .ns(1))
            bench.say("\(fifo.resize(to: 4)) \(fifo.freeCount)")
            try context.wait(for: .ns(1))
            bench.say("\(fifo.resize(to: 2)) \(fifo.capacity ?? 0)")
            bench.say("\(fifo.resize(to: nil)) \(fifo.capacity == nil)")
            for value in 4..<40 { try fifo.write(value) }
            try context.wait(for: .ns(1))
            bench.say("\((0..<40).allSatisfy { fifo.tryRead() == $0 })")
            bench.say("\(fifo.resize(to: 3)) \(fifo.capacity ?? 0)")
        }
        _ = bench.simulation.run(until: .ns(9))
        #expect(bench.said == ["true 3", "written@1ns/d2", "false 4", "true true", "true", "false 40"])
    }

    @Test("an analysis port tells every sink, in the order in which they were bound; a sink without room is an error")
    func analysis() throws {
        let bench = Bench()
        let port = AnalysisPort<Int>("out", in: bench.module)
        let (first, second) = (
            Fifo<Int>("first", in: bench.module, capacity: nil), Fifo<Int>("second", in: bench.module, capacity: 2)
        )
        port.bind(first)
        port.bind(second)
        bench.module.method("m") { for value in 1...3 { port.write(value) } }
        guard case .failed(let error) = bench.simulation.run(until: .ns(1)) else {
            Issue.record("the run went on")
            return
        }
        #expect(error.description.hasPrefix("m.second: the FIFO is full and hears an analysis port"))
        #expect(first.count == 3 && second.count == 2)
    }

    // MARK: Against a model

    /// Random operations, compared with an array and the rules in plain words.
    @Test("random operations give what a plain model gives", arguments: [1, 2, 5, 0] as [Int])
    func model(capacity: Int) {
        for seed in 0..<40 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            let bench = Bench()
            let fifo = Fifo<Int>("f", in: bench.module, capacity: capacity == 0 ? nil : capacity)
            var readable: [Int] = []
            var fresh: [Int] = []
            var freed = 0
            var places = capacity == 0 ? Int.max : capacity
            var next = 0
            bench.module.thread("t") { context in
                for _ in 0..<200 {
                    switch random.next() % 8 {
                    case 0, 1, 2:
                        let fits = places - readable.count - fresh.count - freed > 0
                        #expect(fifo.tryWrite(next) == fits, "seed \(seed)")
                        if fits { fresh.append(next) }
                        next += 1
                    case 3, 4:
                        let value = readable.first
                        #expect(fifo.tryRead() == value, "seed \(seed)")
                        if value != nil {
                            readable.removeFirst()
                            freed += 1
                        }
                    case 5:
                        let index = Int(random.next() % 3)
                        #expect(
                            fifo.tryPeek(at: index) == (index < readable.count ? readable[index] : nil), "seed \(seed)")
                    case 6 where capacity != 0:
                        let wish = Int(random.next() % 6) + 1
                        let used = readable.count + fresh.count + freed
                        #expect(fifo.resize(to: wish) == (wish >= used), "seed \(seed)")
                        places = max(wish, used)
                    default:
                        try context.wait(for: random.next() % 2 == 0 ? .zero : .ns(1))
                        readable += fresh
                        fresh = []
                        freed = 0
                    }
                    #expect(fifo.availableCount == readable.count && fifo.count == readable.count + fresh.count)
                }
            }
            _ = bench.simulation.run()
        }
    }
}
