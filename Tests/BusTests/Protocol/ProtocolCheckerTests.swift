import TandemBus
import TandemKernel
import TandemTesting
import Testing

/// A checker is worth what it finds: each rule is broken once, on each side where it can be broken.
@Suite("The checker of the base protocol")
struct ProtocolCheckerTests {
    /// An initiator that does whatever a test says.
    fileprivate final class Puppet: Module, PhaseInitiator {
        let out: InitiatorSocket
        let pool: TransactionPool
        var onBackward: (PooledTransaction, inout Phase, inout SimTime) -> TransportStatus = { _, _, _ in .accepted }

        override init(_ context: ModuleContext) {
            out = InitiatorSocket("out", context)
            pool = TransactionPool("pool", context, bufferSize: 8)
            super.init(context)
            out.servePhases(self)
        }

        func transportBackward(
            _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
        ) -> TransportStatus { onBackward(transaction, &phase, &delay) }
    }

    /// The initiator, a target that does whatever a test says, and what the checkers found.
    fileprivate final class Stage {
        let simulation = Simulation()
        let initiator: Puppet
        let target: Actor
        let atInitiator: ProtocolChecker
        let atTarget: ProtocolChecker

        /// Has no way on, and so may not change addresses.
        final class Actor: Module, PhaseTarget, BusTarget {
            let socket: TargetSocket
            var onForward: (PooledTransaction, inout Phase, inout SimTime) -> TransportStatus = { _, _, _ in .accepted }
            var onTransport: (inout Transaction, inout SimTime) -> Void = { transaction, _ in
                transaction.response = .ok
            }

            override init(_ context: ModuleContext) {
                socket = TargetSocket("socket", context)
                super.init(context)
                socket.servePhases(self)
                socket.serve(self)
            }

            func transportForward(
                _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
            ) -> TransportStatus { onForward(transaction, &phase, &delay) }

            func transport(_ transaction: inout Transaction, delay: inout SimTime) { onTransport(&transaction, &delay) }
        }

        init() {
            simulation.log.sink = RecordingSink()
            initiator = Puppet(ModuleContext(name: "i", parent: simulation.root))
            target = Actor(ModuleContext(name: "t", parent: simulation.root))
            initiator.out.bind(to: target.socket)
            atInitiator = initiator.out.checkProtocol()
            atTarget = target.socket.checkProtocol()
            for checker in [atInitiator, atTarget] { checker.failsRun = false }
        }

        /// Rules that were broken, at the initiator's and at the target's socket.
        var found: [[ProtocolRule]] { [atInitiator, atTarget].map { $0.violations.map(\.rule) } }

        func write(_ address: UInt64 = 0) -> PooledTransaction {
            initiator.pool.take(.write, address: address, count: 4)
        }

        @discardableResult
        func forward(_ transaction: PooledTransaction, _ phase: Phase, _ delay: SimTime = .zero) -> TransportStatus {
            var phase = phase
            var delay = delay
            return initiator.out.transportForward(transaction, phase: &phase, delay: &delay)
        }

        @discardableResult
        func backward(_ transaction: PooledTransaction, _ phase: Phase, _ delay: SimTime = .zero) -> TransportStatus {
            var phase = phase
            var delay = delay
            return target.socket.transportBackward(transaction, phase: &phase, delay: &delay)
        }

        func access(_ change: (inout Transaction) -> Void = { _ in }) {
            var word: UInt32 = 7
            var delay = SimTime.nanoseconds(5)
            var transaction = Transaction(.write, address: 0, data: &word, count: 4)
            change(&transaction)
            initiator.out.transport(&transaction, delay: &delay)
        }
    }

    @Test("a transaction that keeps the rules passes, with extended phases in between")
    func clean() {
        let stage = Stage()
        let t = stage.write()
        stage.forward(t, .beginRequest, .nanoseconds(1))
        stage.forward(t, Phase("data"))
        stage.backward(t, .endRequest, .nanoseconds(2))
        stage.backward(t, Phase("data"))
        let next = stage.write()
        stage.forward(next, .beginRequest, .nanoseconds(3))
        t.payload.response = .ok
        stage.backward(t, .beginResponse, .nanoseconds(4))
        stage.forward(t, .endResponse, .nanoseconds(5))
        next.payload.response = .addressError
        stage.backward(next, .beginResponse, .nanoseconds(6))
        stage.forward(next, .endResponse, .nanoseconds(6))
        stage.access()
        #expect(stage.found == [[], []])
    }

    /// What each breach does, and where it is found: at both sockets unless the reason stands with it.
    private static let breaches: [(rule: ProtocolRule, deed: String, act: @Sendable (Stage) -> Void)] = [
        (.order, "a response ends that never began", { $0.forwardNew(then: .endResponse) }),
        (
            .order, "END_REQ twice",
            { stage in
                let t = stage.begun()
                stage.backward(t, .endRequest)
                stage.backward(t, .endRequest)
            }
        ),
        (
            .order, "a request begins that is under way",
            { stage in
                let t = stage.begun()
                stage.backward(t, .endRequest)
                stage.forward(t, .beginRequest)
            }
        ),
        (.direction, "the initiator ends a request", { $0.forwardNew(then: .endRequest) }),
        (.direction, "the target begins a request", { stage in stage.backward(stage.begun(), .beginRequest) }),
        (
            .requestExclusion, "a request while another is open",
            { stage in
                _ = stage.begun()
                stage.forward(stage.write(8), .beginRequest)
            }
        ),
        (
            .responseExclusion, "a response while another is open",
            { stage in
                let first = stage.begun()
                stage.backward(first, .endRequest)
                let second = stage.begun()
                for t in [first, second] {
                    t.payload.response = .ok
                    stage.backward(t, .beginResponse)
                }
            }
        ),
        (
            .status, "accepted, but the delay is another",
            { stage in
                stage.target.onForward = { _, _, delay in
                    delay += .nanoseconds(1)
                    return .accepted
                }
                _ = stage.begun()
            }
        ),
        (
            .status, "updated to the phase that came",
            { stage in
                stage.target.onForward = { _, _, _ in .updated }
                _ = stage.begun()
            }
        ),
        (
            .status, "completion as an answer to END_REQ",
            { stage in
                stage.initiator.onBackward = { _, _, _ in .completed }
                stage.backward(stage.begun(), .endRequest)
            }
        ),
        (
            .completion, "END_RESP after completion",
            { stage in
                stage.target.onForward = { transaction, phase, _ in
                    transaction.payload.response = .ok
                    return phase == .beginRequest ? .completed : .accepted
                }
                stage.forward(stage.begun(), .endResponse)
            }
        ),
        (
            .delay, "a delay that shrinks",
            { stage in
                stage.target.onForward = { _, phase, delay in
                    delay = .zero
                    phase = .endRequest
                    return .updated
                }
                stage.forward(stage.write(), .beginRequest, .nanoseconds(1))
            }
        ),
        (
            .delay, "END_REQ takes effect before BEGIN_REQ",
            { stage in
                let t = stage.write()
                stage.forward(t, .beginRequest, .nanoseconds(9))
                stage.backward(t, .endRequest, .nanoseconds(3))
            }
        ),
        (
            .attributes, "the target changes the command",
            { stage in
                stage.backwardAfter(.endRequest) { $0.payload.command = .read }
            }
        ),
        (
            .attributes, "the target changes the length",
            { stage in
                stage.backwardAfter(.endRequest) { $0.payload.count = 2 }
            }
        ),
        (
            .attributes, "the target changes the streaming width",
            { stage in
                stage.backwardAfter(.endRequest) { $0.payload.streamingWidth = 2 }
            }
        ),
        (
            .data, "the target changes the data of a write",
            { stage in
                stage.backwardAfter(.endRequest) { $0.payload.data.storeBytes(of: 0x5a, as: UInt8.self) }
            }
        ),
        (
            .response, "a response begins that nobody has set",
            { stage in
                stage.backward(stage.begun(), .beginResponse)
            }
        ),
        (
            .response, "completion without a response",
            { stage in
                stage.target.onForward = { _, _, _ in .completed }
                _ = stage.begun()
            }
        ),
        (
            .response, "the response changes after it began",
            { stage in
                let t = stage.begun()
                t.payload.response = .ok
                stage.backward(t, .beginResponse)
                t.payload.response = .genericError
                stage.forward(t, .endResponse)
            }
        ),
        (
            .streamingWidth, "a streaming width of 0",
            { stage in
                let t = stage.write()
                t.payload.streamingWidth = 0
                stage.forward(t, .beginRequest)
            }
        ),
        (
            .length, "no data",
            { stage in
                let t = stage.write()
                t.payload.count = 0
                t.payload.streamingWidth = 1
                stage.forward(t, .beginRequest)
            }
        ),
        (
            .memory, "a transaction that nobody holds",
            { stage in
                let t = stage.write()
                t.release()
                stage.forward(t, .beginRequest)
            }
        ),
        (
            .nesting, "a blocking access inside a call",
            { stage in
                stage.target.onForward = { [unowned stage] _, _, _ in
                    stage.access()
                    return .accepted
                }
                _ = stage.begun()
            }
        ),
        (
            .extensions, "a mandatory extension on the base protocol",
            { stage in
                let t = stage.write()
                t.payload.extensions[Secret.self] = Secret()
                stage.forward(t, .beginRequest)
            }
        ),
        (
            .response, "a blocking access that nobody answers",
            { stage in
                stage.target.onTransport = { _, _ in }
                stage.access()
            }
        ),
        (
            .delay, "a blocking access that comes back early",
            { stage in
                stage.target.onTransport = { transaction, delay in
                    delay = .zero
                    transaction.response = .ok
                }
                stage.access()
            }
        ),
        (
            .attributes, "a blocking access whose address stays translated",
            { stage in
                stage.target.onTransport = { transaction, _ in
                    transaction.address += 4
                    transaction.response = .ok
                }
                stage.access()
            }
        ),
        (
            .data, "a blocking write whose data change",
            { stage in
                stage.target.onTransport = { transaction, _ in
                    transaction.data.storeBytes(of: 1, as: UInt8.self)
                    transaction.response = .ok
                }
                stage.access()
            }
        ),
        (
            .streamingWidth, "a blocking access of streaming width 0",
            { stage in
                stage.access { $0.streamingWidth = 0 }
            }
        ),
    ]

    private enum SecretBus: BusProtocol { static let name = "secret bus" }
    private struct Secret: MandatoryExtension {
        static var busProtocol: any BusProtocol.Type { SecretBus.self }
    }

    @Test("each breach is found at both sockets, and by its rule", arguments: breaches.indices)
    func breach(index: Int) {
        let breach = Self.breaches[index]
        let stage = Stage()
        breach.act(stage)
        for (side, rules) in zip(["initiator", "target"], stage.found) {
            #expect(rules.contains(breach.rule), "\(breach.deed), at the \(side): found \(rules)")
        }
        let text = stage.atInitiator.violations.first.map { "\($0)" } ?? ""
        #expect(text.hasPrefix("i.out: ") && text.contains("(rule “"))
    }

    @Test("a target that changes an address is found at its own socket, where nobody may")
    func address() {
        let stage = Stage()
        stage.backwardAfter(.endRequest) { $0.payload.address = 64 }
        #expect(stage.found == [[], [.attributes]])
    }

    @Test("a callee that waits is found")
    func waiting() {
        let stage = Stage()
        stage.target.onForward = { [unowned stage] _, _, _ in
            try? stage.simulation.scheduler.currentThread?.wait(for: .nanoseconds(1))
            return .accepted
        }
        stage.initiator.thread("go") { _ in _ = stage.begun() }
        _ = stage.simulation.run(for: .nanoseconds(10))
        #expect(stage.found == [[.waiting], [.waiting]])
    }

    @Test("a violation fails the run by socket, transaction and rule")
    func failing() throws {
        let stage = Stage()
        stage.atTarget.failsRun = true
        stage.initiator.method("go") {
            _ = stage.begun()
            stage.forward(stage.write(0x40), .beginRequest)
        }
        guard case .failed(let error) = stage.simulation.run(for: .nanoseconds(10)) else {
            Issue.record("the run did not fail")
            return
        }
        #expect(
            error.description
                == "t.socket: BEGIN_REQ of transaction 2 (write of 4 bytes at 0x40) comes while the request of transaction 1 "
                + "(write of 4 bytes at 0x0) is open (rule “requestExclusion” of the base protocol); expected END_REQ, "
                + "BEGIN_RESP or completion of the request before (at 0 s)")
    }

    @Test("sockets of different protocols are not bound, also not through a router")
    func protocols() throws {
        let simulation = Simulation()
        let target = Module(ModuleContext(name: "t", parent: simulation.root))
        let socket = TargetSocket("bus", in: target, speaking: SecretBus.self)
        socket.onTransport { transaction, _ in transaction.response = .ok }
        let router = Router(ModuleContext(name: "router", parent: simulation.root))
        try router.map(Region(start: 0, size: 16, target: socket))
        let initiator = InitiatorSocket("bus", in: Module(ModuleContext(name: "i", parent: simulation.root)))
        initiator.bind(to: router.in)
        let error = #expect(throws: ElaborationError.self) { try simulation.elaborate() }
        #expect(
            error?.description
                == "i.bus: it speaks the base protocol, but reaches “t.bus”; expected a socket of the base protocol; that "
                + "one speaks the secret bus")
    }
}

extension ProtocolCheckerTests.Stage {
    /// A write whose request has begun.
    fileprivate func begun() -> PooledTransaction {
        let transaction = write()
        forward(transaction, .beginRequest)
        return transaction
    }

    fileprivate func forwardNew(then phase: Phase) {
        let transaction = begun()
        forward(transaction, phase)
    }

    fileprivate func backwardAfter(_ phase: Phase, _ change: (PooledTransaction) -> Void) {
        let transaction = begun()
        change(transaction)
        backward(transaction, phase)
    }
}
