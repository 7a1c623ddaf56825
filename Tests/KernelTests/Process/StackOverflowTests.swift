import TandemKernel
import Testing

@Suite struct StackOverflowTests {
    @Test("an overflow of a stack ends the program with the path of the process, its stack size and what to set")
    func overflow() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(2), observing: [\.standardErrorContent]
        ) {
            let bench = Bench()
            bench.module.thread("bystander") { context in try context.wait(for: .never) }
            bench.module.thread("digger", stackSize: 96 * 1024) { context in
                try context.wait(for: .ns(1))
                var depth = 0
                StackOverflowTests.dig(&depth)
            }
            _ = bench.simulation.run()
        }
        let message = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(message.contains("The stack of the thread “m.digger” overflowed its 96 KiB."))
        #expect(message.contains("“stackSize”"))
    }

    /// Never returns by itself.
    @inline(never) static func dig(_ depth: inout Int) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 64) { words in
            words.initialize(repeating: depth)
            depth &+= words[depth & 63] &+ 1
            dig(&depth)
            depth &-= words[0]
        }
    }

    @Test("a stack of the size that was asked for holds what fits into it")
    func large() {
        let bench = Bench()
        bench.module.thread("deep", stackSize: 8 << 20) { context in
            func sum(_ count: Int) -> Int { count == 0 ? 0 : count + sum(count - 1) }
            try context.wait(for: .ns(1))
            bench.say("\(sum(10_000))")
        }
        _ = bench.simulation.run()
        #expect(bench.text == "50005000")
    }
}
