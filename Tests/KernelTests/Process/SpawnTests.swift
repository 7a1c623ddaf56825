import Testing

@testable import TandemKernel

@Suite struct SpawnTests {
    @Test("what spawned processes take is given back when they end: records, stacks, handles and bodies")
    func flat() {
        let bench = Bench()
        let event = bench.event("e")
        var ended = 0
        var records: Set<ProcessPointer> = []
        bench.module.thread("k") { context in
            for round in 0..<5_000 {
                let local = Counted { ended += 1 }
                let thread = bench.module.thread("t", sensitiveTo: [event]) { context in
                    try context.wait(for: .ns(round % 3 == 0 ? 2 : 0))
                    withExtendedLifetime(local) {}
                }
                let method = bench.module.method("m", sensitiveTo: [event]) { withExtendedLifetime(local) {} }
                records.insert(thread.record)
                records.insert(method.record)
                try context.wait(for: .ns(1))
                event.notify()
                if round % 2 == 0 { try thread.kill() }
                try method.kill()
            }
        }
        #expect(bench.simulation.run() == .starved)
        #expect(records.count <= 10)
        #expect(ended == 5_000)
        #expect(bench.module.processes.map(\.name) == ["k"])
        #expect(bench.scheduler.mappedStacks <= 4)
    }

    @Test("a handle that is kept says that the process has ended, also when the simulation is gone")
    func handles() {
        var bench: Bench? = Bench()
        var handles: [Process] = []
        let declared = bench?.module.method("declared") {}
        bench?.module.thread("k") { [unowned bench = bench!] _ in
            handles.append(bench.module.thread("short") { _ in })
            handles.append(bench.module.thread("long") { context in try context.wait(for: .never) })
            handles.append(bench.module.method("killed") { try? bench.scheduler.currentProcess?.kill() })
        }
        _ = bench?.simulation.run()
        #expect(handles.map(\.isTerminated) == [true, false, true])
        #expect(handles.map(\.path) == ["m.short", "m.long", "m.killed"])
        #expect(handles[0].kind == .thread && handles[2].kind == .method)
        bench = nil
        for process in handles + [declared].compactMap(\.self) {
            #expect(process.isTerminated && !process.isRunnable && process.children.isEmpty)
            process.resume()
            process.disable()
            try? process.kill()
            _ = process.terminated
        }
        #expect(handles.map(\.path) == ["m.short", "m.long", "m.killed"])
        #expect(declared?.path == "declared")
    }

    @Test("a control call goes to the processes that a process has spawned, and theirs, if they are included")
    func descendants() throws {
        let bench = Bench()
        let names = ["root", "a", "b", "a1", "a2"]
        var handles: [String: Process] = [:]
        func spawn(_ name: String, _ children: [String]) -> Process {
            bench.module.thread(name) { context in
                let local = Local(bench, name)
                for child in children { handles[child] = spawn(child, child == "a" ? ["a1", "a2"] : []) }
                try context.wait(for: .never)
                withExtendedLifetime(local) {}
            }
        }
        let root = spawn("root", ["a", "b"])
        handles["root"] = root
        _ = bench.simulation.run(until: .ns(1))
        #expect(root.children.map(\.name) == ["a", "b"])
        #expect(handles["a1"]?.parent === handles["a"])
        try root.suspend(.included)
        #expect(names.allSatisfy { handles[$0]?.isSuspended == true })
        root.resume(.included)
        root.disable(.included)
        #expect(names.allSatisfy { handles[$0]?.isDisabled == true && handles[$0]?.isSuspended == false })
        root.enable(.included)
        try handles["a"]?.kill()
        #expect(root.children.map(\.name) == ["b"])
        #expect(handles["a1"]?.isTerminated == false && handles["a1"]?.parent == nil)
        try root.kill(.included)
        #expect(bench.text == "a released b released root released")
    }

    @Test("spawned processes end at a reset of the simulation, declared ones begin anew")
    func reset() {
        let bench = Bench()
        bench.module.thread("k") { context in
            bench.at("k")
            bench.module.thread("child") { context in
                let local = Local(bench)
                try context.wait(for: .never)
                withExtendedLifetime(local) {}
            }
            try context.wait(for: .never)
        }
        for _ in 0..<3 {
            _ = bench.simulation.run(for: .ns(1))
            #expect(bench.module.processes.map(\.name) == ["k", "child"])
            bench.simulation.reset()
            #expect(bench.module.processes.map(\.name) == ["k"])
        }
        #expect(bench.text == "k@0ns/d0 local released k@1ns/d1 local released k@2ns/d2 local released")
    }

    @Test("a snapshot names a spawned process that is alive")
    func snapshot() throws {
        let bench = Bench()
        bench.module.method("k") { bench.module.method("child") {} }
        _ = bench.simulation.run(until: .ns(1))
        let error = try #require(throws: SnapshotError.self) { try bench.simulation.save() }
        #expect(error.description.hasPrefix("m.child: the process was spawned during the run"))
    }

    /// Says when it is released.
    private final class Counted {
        let released: () -> Void
        init(_ released: @escaping () -> Void) { self.released = released }
        deinit { released() }
    }
}
