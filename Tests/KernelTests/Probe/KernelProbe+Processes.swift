import TandemKernel

extension KernelProbe {
    /// Control of processes.
    static let processes = [
        KernelProbe("kill") { kill($0) },
        KernelProbe("reset") { reset($0) },
        KernelProbe("suspend") { suspend($0) },
        KernelProbe("disable") { disable($0) },
        KernelProbe("spawn") { spawn($0) },
    ]

    /// What a destructor is to C++.
    private final class Guard {
        let bench: Bench
        init(_ bench: Bench) { self.bench = bench }
        deinit { bench.at("unwound") }
    }

    private static func kill(_ bench: Bench) {
        let victim = bench.thread("v") { context in
            let local = Guard(bench)
            while true { try context.wait(for: .ns(1)) }
            withExtendedLifetime(local) {}
        }
        bench.module.thread("k") { context in
            try context.wait(for: .picoseconds(5_500))
            bench.at("kill")
            try victim.kill()
            bench.at("killed")
        }
        bench.watch(victim.terminated, "terminated_event")
        bench.run(10)
    }

    private static func reset(_ bench: Bench) {
        let victim = bench.thread("v") { context in
            let local = Guard(bench)
            bench.at("body")
            while true { try context.wait(for: .ns(100)) }
            withExtendedLifetime(local) {}
        }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(5))
            bench.at("reset")
            try victim.reset()
            bench.at("returned")
        }
        bench.run(10)
    }

    private static func suspend(_ bench: Bench) {
        let (a, b) = (bench.event("a"), bench.event("b"))
        let victim = bench.thread("v") { context in
            try context.wait(a)
            bench.at("v")
            try context.wait(b)
            bench.at("v2")
        }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            try victim.suspend()
            a.notify()
            try context.wait(for: .ns(4))
            bench.at("resume")
            victim.resume()
            bench.at("returned")
        }
        bench.run(10)
    }

    private static func disable(_ bench: Bench) {
        let event = bench.event("a")
        let victim = bench.thread("v") { context in
            try context.wait(event)
            bench.at("v")
        }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            victim.disable()
            event.notify()
            try context.wait(for: .ns(4))
            victim.enable()
            bench.at("enabled")
            try context.wait(for: .ns(1))
            event.notify()
        }
        bench.run(10)
    }

    private static func spawn(_ bench: Bench) {
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            bench.at("k")
            bench.module.thread("child") { _ in bench.at("child") }
            bench.at("k2")
            bench.module.method("cm") { bench.at("cm") }
        }
        bench.run(10)
    }
}
