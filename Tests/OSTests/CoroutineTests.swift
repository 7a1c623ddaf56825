import Glibc
import TandemOS
import Testing

/// Counts its living instances in a cell, to show that frames release what they hold.
private final class Token {
    private let cell: UnsafeMutablePointer<Int>

    init(_ cell: UnsafeMutablePointer<Int>) {
        self.cell = cell
        cell.pointee += 1
    }

    deinit { cell.pointee -= 1 }
}

private final class Box {
    var numbers = [1, 2, 3]
}

@inline(never) private func modify(_ numbers: inout [Int], across coroutine: Coroutine) {
    numbers[0] += 1
    coroutine.suspend()
    numbers[1] += 1
}

/// Ends after far more frames than a stack has room for. Each refers to the one above, so that no optimiser makes a loop of them.
@inline(never) private func recurse(_ above: UnsafeMutablePointer<Int>) -> Int {
    guard above.pointee < 1 << 40 else { return 0 }
    var own = above.pointee + 1
    let below = recurse(&own)
    return below + own + above.pointee
}

private struct Interruption: Error {
    var depth: Int
}

/// Throws at the bottom of `depth` frames, each of which holds a token and suspends once.
@inline(never) private func descend(
    _ depth: Int, _ coroutine: Coroutine, _ cell: UnsafeMutablePointer<Int>
) throws -> Int {
    let token = Token(cell)
    defer { withExtendedLifetime(token) {} }
    coroutine.suspend()
    if depth == 0 { throw Interruption(depth: cell.pointee) }
    return try descend(depth - 1, coroutine, cell) + 1
}

@Suite("Coroutine")
struct CoroutineTests {
    @Test("resume and suspend alternate, and the body ends with the last resume")
    func alternation() {
        var order: [String] = []
        let coroutine = Coroutine(pool: CoroutineStackPool()) { coroutine in
            order.append("begin")
            coroutine.suspend()
            order.append("middle")
            coroutine.suspend()
            order.append("end")
        }
        #expect(!coroutine.isStarted)
        while !coroutine.isFinished {
            order.append("resume")
            coroutine.resume()
        }
        #expect(coroutine.isStarted)
        #expect(order == ["resume", "begin", "resume", "middle", "resume", "end"])
    }

    @Test("many coroutines keep their locals, generics, existentials and floating-point values apart")
    func independence() {
        let pool = CoroutineStackPool(stackSize: 64 * 1024)
        var sums = [Double](repeating: 0, count: 300)
        let coroutines = (0..<300).map { index in
            Coroutine(pool: pool) { coroutine in
                var sum = Double(index) / 3
                var words: [String: Int] = [:]
                let shape: any CustomStringConvertible = index
                for step in 0..<20 {
                    words["key \(step % 5)", default: 0] += 1
                    sum += Double(step)
                    coroutine.suspend()
                }
                #expect(words.values.allSatisfy { $0 == 4 })
                #expect(shape.description == "\(index)")
                sums[index] = sum
            }
        }
        for _ in 0...20 { for coroutine in coroutines { coroutine.resume() } }
        #expect(coroutines.allSatisfy { $0.isFinished })
        for (index, sum) in sums.enumerated() {
            var expected = Double(index) / 3
            for step in 0..<20 { expected += Double(step) }
            #expect(sum == expected)
        }
        #expect(pool.mappedStacks == 300)
    }

    @Test("a coroutine resumes another as calls nest")
    func nesting() {
        let pool = CoroutineStackPool()
        var order: [Int] = []
        let inner = Coroutine(pool: pool) { coroutine in
            for number in [2, 4, 6] {
                order.append(number)
                coroutine.suspend()
            }
        }
        let outer = Coroutine(pool: pool) { coroutine in
            for number in [1, 3, 5] {
                order.append(number)
                inner.resume()
                coroutine.suspend()
            }
        }
        for _ in 0..<4 { outer.resume() }
        #expect(order == [1, 2, 3, 4, 5, 6])
        #expect(outer.isFinished)
        inner.resume()
        #expect(inner.isFinished)
    }

    @Test("a transfer hands the resumer on: whoever leaves last comes back to it")
    func transfer() {
        let pool = CoroutineStackPool()
        var order: [String] = []
        var coroutines: [Coroutine] = []
        for index in 0..<3 {
            coroutines.append(
                Coroutine(pool: pool) { coroutine in
                    for round in 0..<3 {
                        order.append("\(index).\(round)")
                        if index < 2 { coroutine.transfer(to: coroutines[index + 1]) } else { coroutine.suspend() }
                    }
                })
        }
        for _ in 0..<3 {
            coroutines[0].resume()
            order.append("back")
        }
        #expect(
            order == [
                "0.0", "1.0", "2.0", "back", "0.1", "1.1", "2.1", "back", "0.2", "1.2", "2.2", "back",
            ])
        for coroutine in coroutines.reversed() { coroutine.resume() }
        #expect(coroutines.allSatisfy { $0.isFinished })
        coroutines = []
    }

    @Test("an error unwinds the frames of a coroutine and releases what they hold")
    func unwinding() {
        let cell = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        cell.initialize(to: 0)
        defer { cell.deallocate() }
        var caught = 0
        let coroutine = Coroutine(pool: CoroutineStackPool()) { coroutine in
            do {
                _ = try descend(30, coroutine, cell)
            } catch let interruption as Interruption {
                caught = interruption.depth
            } catch {}
        }
        while !coroutine.isFinished { coroutine.resume() }
        #expect(caught == 31)
        #expect(cell.pointee == 0)
    }

    @Test("the end of a coroutine releases its body and its stack goes back to the pool")
    func noLeaks() {
        let cell = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        cell.initialize(to: 0)
        defer { cell.deallocate() }
        let pool = CoroutineStackPool()
        for _ in 0..<100 {
            let token = Token(cell)
            let coroutine = Coroutine(pool: pool) { coroutine in
                coroutine.suspend()
                withExtendedLifetime(token) {}
            }
            weak let observed = coroutine
            coroutine.resume()
            #expect(observed != nil)
            coroutine.resume()
            #expect(coroutine.isFinished)
        }
        #expect(cell.pointee == 0)
        #expect(pool.mappedStacks == 1)
    }

    @Test("a coroutine that never began or was dropped in the middle gives its stack back")
    func abandonment() {
        let pool = CoroutineStackPool()
        let box = Box()
        for isBegun in [false, true, true, false] {
            let coroutine = Coroutine(pool: pool) { modify(&box.numbers, across: $0) }
            if isBegun { coroutine.resume() }
        }
        box.numbers.append(4)
        #expect(box.numbers == [3, 2, 3, 4])
        #expect(pool.mappedStacks == 1)
    }

    @Test("accesses of one object that are open in two coroutines are no conflict")
    func exclusivity() {
        let pool = CoroutineStackPool()
        let box = Box()
        let first = Coroutine(pool: pool) { modify(&box.numbers, across: $0) }
        let second = Coroutine(pool: pool) { modify(&box.numbers, across: $0) }
        let outer = Coroutine(pool: pool) { coroutine in
            first.resume()
            coroutine.suspend()
            second.resume()
        }
        outer.resume()
        second.resume()
        box.numbers.append(4)
        first.resume()
        outer.resume()
        #expect(first.isFinished && second.isFinished && outer.isFinished)
        #expect(box.numbers.count == 4)
    }

    @Test("an access that the resumer has open survives the coroutine")
    func accessOfResumer() {
        let coroutine = Coroutine(pool: CoroutineStackPool()) { coroutine in
            let box = Box()
            for _ in 0..<3 { modify(&box.numbers, across: coroutine) }
        }
        let box = Box()
        func modifyAround(_ numbers: inout [Int]) {
            numbers[0] += 1
            coroutine.resume()
            numbers[1] += 1
        }
        while !coroutine.isFinished { modifyAround(&box.numbers) }
        #expect(box.numbers == [5, 6, 3])
    }

    @Test("stacks are touched lazily")
    func laziness() {
        let pool = CoroutineStackPool(stackSize: 1 << 20)
        let before = ProcessUsage.residentBytes()
        let coroutines = (0..<500).map { _ in Coroutine(pool: pool) { $0.suspend() } }
        for coroutine in coroutines { coroutine.resume() }
        // 500 MiB of stacks; a page or two each, and what the test runner does meanwhile.
        #expect(ProcessUsage.residentBytes() < before + 100 << 20)
        for coroutine in coroutines { coroutine.resume() }
    }

    @Test("the guard lies below the stack")
    func guardPage() {
        var outside = 0
        let coroutine = Coroutine(pool: CoroutineStackPool(stackSize: 64 * 1024)) { coroutine in
            var word = 0
            withUnsafeMutablePointer(to: &word) { pointer in
                let address = UnsafeRawPointer(pointer)
                #expect(!coroutine.guardPageContains(address))
                #expect(coroutine.guardPageContains(address - 68 * 1024))
                #expect(!coroutine.guardPageContains(address - 160 * 1024))
            }
        }
        #expect(!coroutine.guardPageContains(&outside))
        coroutine.resume()
    }

    @Test("an overflow of the stack ends the process with status 2 and a message that names the thread")
    func overflow() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(2), observing: [\.standardErrorContent]
        ) {
            let pool = CoroutineStackPool(stackSize: 64 * 1024)
            let bystander = Coroutine(pool: pool) { $0.suspend() }
            bystander.name = "bystander"
            bystander.resume()
            let coroutine = Coroutine(pool: pool) { coroutine in
                coroutine.suspend()
                var zero = 0
                zero = recurse(&zero)
            }
            coroutine.name = "soc.cpu0"
            coroutine.resume()
            coroutine.resume()
        }
        let message = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(message.contains("The stack of the thread “soc.cpu0” overflowed its 64 KiB."))
    }

    @Test("a fault elsewhere still ends the process by its signal")
    func otherFault() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            _ = CoroutineStackPool()
            UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
        }
    }

    @Test("misuse is caught")
    func misuse() async {
        await #expect(processExitsWith: .failure) {
            let coroutine = Coroutine(pool: CoroutineStackPool()) { _ in }
            coroutine.resume()
            coroutine.resume()
        }
        await #expect(processExitsWith: .failure) {
            Coroutine(pool: CoroutineStackPool()) { _ in }.suspend()
        }
        await #expect(processExitsWith: .failure) {
            Coroutine(pool: CoroutineStackPool()) { $0.resume() }.resume()
        }
    }
}
