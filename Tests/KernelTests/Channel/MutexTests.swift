import Testing

@testable import TandemKernel

@Suite struct MutexTests {
    @Test("threads get a mutex in the order in which they asked, and nobody comes in between")
    func order() {
        let bench = Bench()
        let mutex = ProcessMutex("x", in: bench.module)
        for (index, name) in ["a", "b", "c"].enumerated() {
            bench.module.thread(name) { context in
                try context.wait(for: .ns(UInt64(index)))
                try mutex.lock()
                bench.at("\(name)+")
                try context.wait(for: .ns(10))
                mutex.unlock()
                bench.say("\(mutex.tryLock())")
            }
        }
        _ = bench.simulation.run(until: .ns(100))
        #expect(bench.text == "a+@0ns/d1 false b+@10ns/d4 false c+@20ns/d5 true")
        #expect(mutex.isLocked && mutex.owner?.name == "c")
    }

    @Test("locking again by the owner goes on; a lock that is free is taken without waiting, also by methods")
    func again() {
        let bench = Bench()
        let mutex = ProcessMutex("x", in: bench.module)
        bench.module.method("m") {
            bench.say("\(mutex.tryLock()) \(mutex.tryLock())")
            mutex.unlock()
            bench.say("\(mutex.isLocked)")
        }
        _ = bench.simulation.run(until: .ns(1))
        #expect(bench.said == ["true true", "false"])
    }

    @Test("unlocking what another process holds, or nobody, is an error that names both")
    func errors() {
        func message(_ holds: Bool) -> String {
            let bench = Bench()
            let mutex = ProcessMutex("x", in: bench.module)
            if holds { bench.module.method("a") { _ = mutex.tryLock() } }
            bench.module.method("b") { mutex.unlock() }
            guard case .failed(let error) = bench.simulation.run(until: .ns(1)) else { return "no error" }
            return error.description
        }
        #expect(
            message(true)
                == "m.x: “m.b” unlocks it, but “m.a” holds it; expected an unlock by the process that locked it (at 0 s)"
        )
        #expect(message(false).contains("but nobody holds it"))
    }

    @Test("a semaphore hands permits out in the order in which threads asked")
    func semaphore() {
        let bench = Bench()
        let semaphore = ProcessSemaphore("s", in: bench.module, 2)
        for name in ["a", "b", "c", "d"] {
            bench.module.thread(name) { context in
                try semaphore.wait()
                bench.at(name)
                try context.wait(for: .ns(name == "a" ? 7 : 5))
                semaphore.post()
            }
        }
        _ = bench.simulation.run(until: .ns(100))
        #expect(bench.text == "a@0ns/d0 b@0ns/d0 c@5ns/d1 d@7ns/d2")
        #expect(semaphore.value == 2)
        bench.module.method("late") {
            bench.say("\(semaphore.tryWait()) \(semaphore.tryWait()) \(semaphore.tryWait())")
        }
        _ = bench.simulation.run(until: .ns(101))
        #expect(bench.said.last == "true true false")
    }

    @Test("a thread that is killed while it waits, or when it has just been handed the lock, does not keep it")
    func killed() {
        for handedOver in [false, true] {
            let bench = Bench()
            let (mutex, semaphore) = (
                ProcessMutex("x", in: bench.module), ProcessSemaphore("s", in: bench.module, 0)
            )
            bench.module.thread("a") { context in
                try mutex.lock()
                try context.wait(for: .ns(5))
                mutex.unlock()
                semaphore.post()
            }
            let victim = bench.module.thread("victim") { context in
                try context.wait(for: .ns(1))
                try mutex.lock()
                bench.at("victim")
            }
            let other = bench.module.thread("other") { context in
                try context.wait(for: .ns(1))
                try semaphore.wait()
                bench.at("other")
            }
            bench.module.thread("c") { context in
                try context.wait(for: .ns(2))
                try mutex.lock()
                bench.at("c")
                try semaphore.wait()
                bench.at("permit")
            }
            bench.module.thread("killer", priority: 1) { context in
                try context.wait(for: handedOver ? .ns(5) : .ns(3))
                try victim.kill()
                try other.kill()
            }
            _ = bench.simulation.run(until: .ns(20))
            #expect(bench.text == (handedOver ? "c@5ns/d3 permit@5ns/d3" : "c@5ns/d4 permit@5ns/d4"))
        }
    }

    @Test("withLock unlocks when its body throws")
    func scoped() {
        struct Oops: Error {}
        let bench = Bench()
        let mutex = ProcessMutex("x", in: bench.module)
        bench.module.thread("t") { _ in
            do { try mutex.withLock { throw Oops() } } catch is Oops { bench.say("\(mutex.isLocked)") }
        }
        _ = bench.simulation.run(until: .ns(1))
        #expect(bench.said == ["false"])
    }

    @Test("a reset frees a mutex and gives a semaphore its first permits")
    func reset() {
        let bench = Bench()
        let (mutex, semaphore) = (ProcessMutex("x", in: bench.module), ProcessSemaphore("s", in: bench.module, 1))
        bench.module.thread("t") { context in
            try mutex.lock()
            try semaphore.wait()
            try context.wait(for: .never)
        }
        _ = bench.simulation.run(until: .ns(1))
        #expect(mutex.isLocked && semaphore.value == 0)
        bench.simulation.reset()
        #expect(!mutex.isLocked && semaphore.value == 1)
    }
}
