import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Pools of transactions")
struct TransactionPoolTests {
    @Test("a transaction comes back after its last release, and is used again")
    func reuse() {
        let simulation = Simulation()
        simulation.log.sink = RecordingSink()
        let pool = TransactionPool("pool", in: Module(ModuleContext(name: "m", parent: simulation.root)))
        let first = pool.take()
        first.acquire()
        first.release()
        #expect(first.referenceCount == 1 && first.isHeld && pool.outstanding == [first])
        first.release()
        #expect(!first.isHeld && first.referenceCount == 0 && pool.outstanding.isEmpty)
        let second = pool.take()
        #expect(second != first && second.number == first.number && pool.size == 1)
        _ = pool.take()
        #expect(pool.size == 2)
    }

    @Test(
        "a release too many, and any use of a handle that is stale, fail the run by the pool's path",
        arguments: [false, true], [false, true])
    func stale(acquires: Bool, isTakenAgain: Bool) throws {
        let simulation = Simulation()
        simulation.log.sink = RecordingSink()
        let pool = TransactionPool("pool", in: Module(ModuleContext(name: "m", parent: simulation.root)))
        let transaction = pool.take()
        transaction.release()
        let other = isTakenAgain ? pool.take() : nil
        acquires ? transaction.acquire() : transaction.release()
        let failure = try #require(simulation.failure)
        let deed = acquires ? "acquired" : "released"
        let reason = isTakenAgain ? "has been given to somebody else since" : "is in its pool"
        #expect(failure.description.hasPrefix("m.pool: transaction 1 is \(deed) although it \(reason)"))
        #expect(other?.referenceCount ?? 1 == 1)
    }

    @Test("what is never released is named while the simulation lives and when it ends")
    func leaks() {
        let sink = RecordingSink()
        do {
            let simulation = Simulation()
            simulation.log.sink = sink
            let pool = TransactionPool("pool", in: Module(ModuleContext(name: "m", parent: simulation.root)))
            let buffer = UnsafeMutableRawPointer.allocate(byteCount: 4, alignment: 4)
            defer { buffer.deallocate() }
            pool.take(.write, address: 0x40, data: buffer, count: 4).acquire()
            #expect(
                pool.leaks.map(\.description) == [
                    "m.pool: transaction 1 (write of 4 bytes at 0x40) is held 2 times and not under way; expected a "
                        + "release for each acquire"
                ])
            withExtendedLifetime(pool) {}
        }
        #expect(sink.records.count == 1 && sink.records.allSatisfy { $0.level == .error && $0.place == "m.pool" })
    }

    @Test("a transaction outlives its pool and its simulation; a release too many is told even then")
    func afterTheEnd() throws {
        let sink = RecordingSink()
        var kept: PooledTransaction?
        do {
            let simulation = Simulation()
            simulation.log.sink = sink
            let pool = TransactionPool("pool", in: Module(ModuleContext(name: "m", parent: simulation.root)))
            kept = pool.take()
            kept?.acquire()
        }
        let transaction = try #require(kept)
        transaction.payload.address = 3
        transaction.release()
        let address = transaction.payload.address
        #expect(transaction.isHeld && address == 3)
        #expect(sink.records.count == 1)
    }

    @Test("own buffers grow, keep what was in them, and come with byte enables if they are asked for")
    func buffers() throws {
        let simulation = Simulation()
        simulation.log.sink = RecordingSink()
        let module = Module(ModuleContext(name: "m", parent: simulation.root))
        let pool = TransactionPool("pool", in: module, bufferSize: 4, byteEnables: true)
        let transaction = pool.take(.write, address: 0, count: 4)
        let enables = (count: transaction.payload.byteEnableCount, last: transaction.payload.byteEnables?[3])
        #expect(enables.count == 4 && enables.last == 0xff)
        transaction.payload.data.storeBytes(of: 0x1234, as: UInt32.self)
        pool.byteEnables(of: transaction)?[1] = 0
        transaction.release()
        let longer = pool.take(.write, address: 0, count: 100)
        let width = longer.payload.streamingWidth
        let word = longer.payload.data.load(as: UInt32.self)
        let kept = longer.payload.byteEnables?[1]
        let fresh = longer.payload.byteEnables?[99]
        #expect(pool.size == 1 && width == 100 && word == 0x1234 && kept == 0 && fresh == 0xff)
        let hasData = pool.take().payload.hasData
        #expect(!hasData)
    }
}
