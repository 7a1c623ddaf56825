import TandemKernel

extension KernelProbe {
    /// Signals, times and the quantum.
    static let values = [
        KernelProbe("signal") { signal($0) },
        KernelProbe("times") { times($0) },
        KernelProbe("quantum") { quantum($0) },
    ]

    private static func signal(_ bench: Bench) {
        let signal = Signal("s", in: bench.module, 0)
        bench.module.thread("t") { context in
            try context.wait(for: .ns(1))
            signal.write(1)
            signal.write(2)
            bench.at("w")
            bench.say("read=\(signal.value)")
            try context.wait(for: .zero)
            bench.at("r")
            bench.say("read=\(signal.value) event=\(signal.changed.isTriggered.digit)")
            try context.wait(for: .zero)
            bench.say("event=\(signal.changed.isTriggered.digit)")
            signal.write(2)
            try context.wait(for: .zero)
            bench.say("same: event=\(signal.changed.isTriggered.digit)")
        }
        bench.watch(signal.changed, "m")
        bench.run(10)
    }

    private static func times(_ bench: Bench) {
        func rounded(_ picoseconds: Double) -> String {
            SimTime(rounding: picoseconds).map { "\($0.picoseconds)" } ?? "none"
        }
        func exact(_ sum: (partialValue: SimTime, overflow: Bool)) -> String {
            sum.overflow ? "overflow" : "\(sum.partialValue.picoseconds)"
        }
        for value in ["0.4", "0.5", "1.5", "-1"] { bench.say("\(value)ps=\(rounded(Double(value) ?? .nan))") }
        bench.say("1ps*0.5=\(rounded(1 * 0.5))")
        bench.say("3ps/2=\(rounded(3 / 2.0))")
        bench.say("1ns-2ns=\(exact(SimTime.ns(1).subtractingReportingOverflow(.ns(2))))")
        bench.say("max+1ps=\(exact(SimTime.never.addingReportingOverflow(.picoseconds(1))))")
        bench.say("5ns%3ns=\((SimTime.ns(5) % .ns(3)).picoseconds)")
        bench.say("print:\(SimTime.picoseconds(1_500)),\(SimTime.ns(1_000)),\(SimTime.zero)")
        bench.say("resolution=\(SimTime.picoseconds(1))")
    }

    private static func quantum(_ bench: Bench) {
        bench.simulation.quantum.value = .ns(10)
        bench.module.thread("t") { context in
            let quantum = bench.simulation.quantum
            func left() -> String { "\(quantum.localQuantum().picoseconds / 1000)ns" }
            bench.say("at0:\(left())")
            try context.wait(for: .ns(3))
            bench.say("at3:\(left())")
            try context.wait(for: .ns(7))
            bench.say("at10:\(left())")
            var keeper = QuantumKeeper(bench.simulation)
            bench.say("fresh_need_sync=\(keeper.needsSync.digit)")
            keeper.reset()
            bench.say("reset_need_sync=\(keeper.needsSync.digit)")
            keeper.inc(.ns(9))
            bench.say("+9:\(keeper.needsSync.digit)")
            keeper.inc(.ns(1))
            bench.say("+10:\(keeper.needsSync.digit)")
            keeper.inc(.ns(4))
            bench.say("current=\(keeper.currentTime)")
            try keeper.sync(in: context)
            bench.at("synced")
            bench.say("local=\(keeper.localTime)")
            keeper.inc(.ns(5))
            bench.say("+5:\(keeper.needsSync.digit)")
            keeper.inc(.ns(1))
            bench.say("+6:\(keeper.needsSync.digit)")
            quantum.value = .zero
            keeper.reset()
            bench.say("zero_quantum_need_sync=\(keeper.needsSync.digit)")
        }
        bench.run(100)
    }
}
