public import TandemKernel

/// The way from a target socket to a passing socket on which a translator changes the addresses. Grants of direct memory
/// pass, cut to the window they lie in and to what it allows; the translator ends them with `invalidate`.
///
/// ```swift
/// translation = Translation(from: `in`, to: out, latency: .nanoseconds(2), by: self)  // after super.init
/// ```
/// An access must lie in one window. What passes is counted at the target that it reaches; what is refused, at the target
/// socket of the translation.
public final class Translation {
    private let input: TargetSocket
    private let output: PassingSocket

    /// Takes the seat at `input`. Not for sockets that serve anything else, nor after `output` has been bound; several
    /// translations may share an output. `translator` is not kept.
    /// - Parameter latency: what is added to the time of every access.
    public init(
        from input: TargetSocket, to output: PassingSocket, latency: SimTime = .zero,
        by translator: any AddressTranslator
    ) {
        self.input = input
        self.output = output
        input.onward = self
        output.add(self)
        input.seat(TranslationSeat(input, output, latency, translator))
    }

    /// Where translated accesses go.
    var destination: TargetSocket? { output.bound?.innermost }
    /// The module that they come to first.
    var owner: Module { input.owner }

    /// Ends all grants that were made in `range`, in addresses as they arrive: something in it is translated differently
    /// now.
    public func invalidate(_ range: ClosedRange<UInt64> = 0...UInt64.max) { input.invalidateDirectMemory(range: range) }
}

extension Translation: Passer, Onward {
    func reached(_ target: TargetSocket) throws(ElaborationError) {
        // A router refuses the circle where its region comes last; here the binding does.
        if let behind = target.innermost.onward, behind.leads(to: self) {
            throw ElaborationError(
                at: output.path, "the socket leads back to “\(input.path)”",
                expected: "a target from which no access comes back to this one")
        }
        if target.firstWaiting() != nil { input.serverChanged() }
    }

    /// Which addresses lead to `range` only the translator knows: everything ends.
    func directMemoryInvalidated(range: ClosedRange<UInt64>, of target: TargetSocket) { invalidate() }

    func serverChanged(of target: TargetSocket) { input.serverChanged() }

    func firstWaiting() -> TargetSocket? { output.bound?.firstWaiting() }

    func firstSpeaking(otherThan spoken: any BusProtocol.Type) -> TargetSocket? {
        output.bound?.firstSpeaking(otherThan: spoken)
    }

    func leads(to other: any Onward) -> Bool {
        self === other || output.bound?.innermost.onward?.leads(to: other) ?? false
    }
}

/// The seat of a translation.
private final class TranslationSeat: BusServer {
    private let input: TargetID
    private let latency: SimTime
    // SAFETY: the module that owns the translation owns both sockets, and the translator is that module or a part of it.
    private unowned(unsafe) let output: PassingSocket
    private unowned(unsafe) let translator: any AddressTranslator

    init(_ input: TargetSocket, _ output: PassingSocket, _ latency: SimTime, _ translator: any AddressTranslator) {
        self.input = input.id
        self.output = output
        self.latency = latency
        self.translator = translator
    }

    /// Who serves on the other side.
    private var server: BusServer {
        guard let bound = output.bound else { preconditionFailure("\(output.path): the socket leads nowhere") }
        return bound.server
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        let address = transaction.address
        let reach = UInt64(truncatingIfNeeded: max(transaction.span, 1) &- 1)
        guard let window = translator.translate(address, transaction.attributes), window.range.contains(address),
            reach <= window.range.upperBound &- address
        else { return refuse(&transaction, .unmapped, delay) }
        switch transaction.command {
        case .read where !window.allowsRead, .write where !window.allowsWrite:
            return refuse(&transaction, .denied, delay)
        default: break
        }
        delay += latency
        transaction.address = address &- window.range.lowerBound &+ window.target
        server.transport(&transaction, &delay, shape)
        transaction.address = address
    }

    @inline(never) private func refuse(
        _ transaction: inout Transaction, _ reason: TranslationFault.Reason, _ delay: SimTime
    ) {
        transaction.target = input
        transaction.response = reason == .denied ? .commandError : .addressError
        translator.translationFailed(TranslationFault(reason, transaction), delay: delay)
    }

    /// Moves what it can window by window, whatever they allow, and stops at the first byte without a translation.
    override func debugTransport(_ transaction: inout Transaction) -> Int {
        let attributes = transaction.attributes
        return transaction.serveDebugPieces { next, following in
            guard let window = translator.translate(next, attributes), window.range.contains(next) else { return nil }
            return DebugPiece(
                address: next &- window.range.lowerBound &+ window.target,
                count: Int(min(following, window.range.upperBound - next)) + 1, server: .passUnretained(server))
        }
    }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool {
        guard let window = translator.translate(address, attributes), window.range.contains(address),
            window.allowsDirectMemory
        else { return false }
        let extent = window.range.upperBound - window.range.lowerBound
        let (end, wraps) = window.target.addingReportingOverflow(extent)
        // Around the end of the address space nothing is granted; transactions pass.
        guard !wraps else { return false }
        let inner = address - window.range.lowerBound + window.target
        guard server.directMemory(at: inner, command, attributes, &grant) else { return false }
        grant.clip(first: window.target, last: end, movedTo: window.range.lowerBound)
        grant.allowsRead = grant.allowsRead && window.allowsRead
        grant.allowsWrite = grant.allowsWrite && window.allowsWrite
        grant.readLatency += latency
        grant.writeLatency += latency
        return true
    }
}
