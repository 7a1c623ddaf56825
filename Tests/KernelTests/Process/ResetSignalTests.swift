import TandemKernel
import Testing

@Suite struct ResetSignalTests {
    /// A thread that begins, and says so, at each reset; woken by `event`.
    private func victim(_ bench: Bench, _ event: Event) -> Process {
        bench.module.thread("v") { context in
            bench.at("begins")
            while true {
                try context.wait(event)
                bench.at("woken")
            }
        }
    }

    @Test("a process that is held in reset begins anew each time that it is woken")
    func held() {
        let bench = Bench()
        let event = bench.event("e")
        let victim = victim(bench, event)
        bench.module.thread("k") { context in
            for step in 0..<4 {
                try context.wait(for: .ns(1))
                if step == 1 { victim.holdInReset() }
                if step == 3 { victim.releaseFromReset() }
                event.notify()
            }
        }
        _ = bench.simulation.run()
        #expect(bench.text == "begins@0ns/d0 woken@1ns/d1 begins@2ns/d2 begins@3ns/d3 woken@4ns/d4")
    }

    @Test(
        "a reset signal takes effect at once or at the next trigger, and as long as it is active",
        arguments: [
            (
                Process.ResetTiming.synchronous, true,
                "begins@0ns/d0 woken@1ns/d1 | begins@3ns/d4 begins@4ns/d5 | woken@6ns/d8"
            ),
            (
                .asynchronous, false,
                "begins@0ns/d0 woken@1ns/d1 | begins@2ns/d3 begins@3ns/d4 begins@4ns/d5 | woken@6ns/d8"
            ),
        ])
    func signal(timing: Process.ResetTiming, active: Bool, expected: String) {
        let bench = Bench()
        let event = bench.event("e")
        let victim = victim(bench, event)
        let signal = Signal("reset", in: bench.module, !active)
        victim.resets(while: signal, is: active, timing)
        bench.module.thread("k") { context in
            for step in 1...6 {
                try context.wait(for: .ns(1))
                switch step {
                case 2, 5:
                    bench.say("|")
                    signal.write((step == 2) == active)
                default: event.notify()
                }
            }
        }
        _ = bench.simulation.run()
        #expect(bench.text == expected)
    }

    @Test("a reset signal that is active from the start holds the process; several hold it together")
    func several() {
        let bench = Bench()
        let event = bench.event("e")
        let victim = victim(bench, event)
        let signals = [Signal("r0", in: bench.module, true), Signal("r1", in: bench.module, true)]
        victim.resets(while: signals[0], .asynchronous)
        victim.resets(while: signals[1], .synchronous)
        bench.module.thread("k") { context in
            for signal in signals {
                event.notify(after: .ns(1))
                try context.wait(for: .ns(2))
                #expect(victim.isHeldInReset)
                signal.write(false)
                try context.wait(for: .ns(1))
            }
            #expect(!victim.isHeldInReset)
        }
        _ = bench.simulation.run()
        #expect(bench.text == "begins@0ns/d0 begins@1ns/d1 begins@4ns/d5")
    }
}
