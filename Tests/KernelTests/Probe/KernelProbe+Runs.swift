import TandemKernel

extension KernelProbe {
    /// Run control.
    static let runs = [
        KernelProbe("end_time") { endTime($0) },
        KernelProbe("starvation") { starvation($0) },
        KernelProbe("pause") { pause($0) },
        KernelProbe("stop_finish") { stop($0, .finishDelta) },
        KernelProbe("stop_immediate") { stop($0, .immediate) },
        KernelProbe("deltas") { deltas($0) },
    ]

    private static func endTime(_ bench: Bench) {
        bench.module.thread("t") { context in
            for _ in 0..<4 {
                try context.wait(for: .ns(5))
                bench.at("t")
            }
        }
        bench.run(10)
        bench.say("| returned@\(bench.time) |")
        bench.run(0)
        bench.say("| zero start@\(bench.time) |")
        bench.run(10)
        bench.say("| returned@\(bench.time)")
    }

    private static func starvation(_ bench: Bench) {
        bench.module.thread("t") { context in
            try context.wait(for: .ns(4))
            bench.at("t")
        }
        _ = bench.simulation.run(for: .ns(10), starvation: .exit)
        bench.say("exit_on_starvation->\(bench.time)")
        _ = bench.simulation.run(for: .ns(10), starvation: .runToLimit)
        bench.say("run_to_time->\(bench.time)")
    }

    private static func pause(_ bench: Bench) {
        let event = bench.event("a")
        bench.module.thread("t") { context in
            try context.wait(for: .ns(3))
            bench.scheduler.pause()
            bench.at("paused-by")
            event.notifyDelta()
            try context.wait(for: .zero)
            bench.at("after")
        }
        bench.watch(event, "m")
        let reason = bench.simulation.run(for: .ns(10))
        let pending = bench.scheduler.hasActivityNow
        bench.say("| returned@\(bench.time) status=\((reason == .paused).digit) pending=\(pending.digit) |")
        bench.run(10)
        bench.say("| returned@\(bench.time)")
    }

    private static func stop(_ bench: Bench, _ mode: StopMode) {
        let event = bench.event("a")
        let signal = Signal("s", in: bench.module, 0)
        let request = StopRequest(.quit)
        bench.module.thread("t1") { context in
            try context.wait(for: .ns(3))
            bench.scheduler.stop(request, mode: mode)
            signal.write(7)
            event.notifyDelta()
            bench.at("t1")
        }
        bench.module.thread("t2") { context in
            try context.wait(for: .ns(3))
            bench.at("t2")
        }
        bench.watch(event, "m")
        let isStopped = bench.simulation.run(for: .ns(10)) == .stopped(request)
        bench.say("| returned@\(bench.time) s=\(signal.value) status_stopped=\(isStopped.digit)")
    }

    private static func deltas(_ bench: Bench) {
        bench.module.thread("t") { context in
            bench.at("init")
            try context.wait(for: .zero)
            bench.at("d")
            try context.wait(for: .ns(1))
            bench.at("t")
            try context.wait(for: .zero)
            bench.at("td")
        }
        bench.say("before=\(bench.scheduler.deltaCount)")
        bench.run(0)
        bench.say("| zero start: \(bench.scheduler.deltaCount) |")
        bench.run(5)
    }
}
