import TandemKernel

/// Phases in both directions.
extension ProtocolChecker {
    typealias Call = (PooledTransaction, inout Phase, inout SimTime) -> TransportStatus

    func check(
        _ transaction: PooledTransaction, goesForward: Bool, phase: inout Phase, delay: inout SimTime, _ call: Call
    ) -> TransportStatus {
        guard transaction.isHeld else {
            report(
                .memory, "\(phase) is sent for transaction \(transaction.number), which nobody holds",
                expected: "a sender that acquires the transaction, and releases it after its end")
            return call(transaction, &phase, &delay)
        }
        checkSent(transaction, goesForward: goesForward, phase, delay)
        let sent = phase
        let sentDelay = delay
        let before = (delta: scheduler.deltaCount, time: scheduler.now)
        directory.openCalls += 1
        let status = call(transaction, &phase, &delay)
        directory.openCalls -= 1
        if scheduler.deltaCount != before.delta || scheduler.now != before.time {
            report(
                .waiting, "the callee of \(sent) for \(transaction.summary) has waited",
                expected: "an answer at once; what takes time goes through a queue")
        }
        if delay < sentDelay {
            report(
                .delay, "the delay of \(sent) for \(transaction.summary) has shrunk from \(sentDelay) to \(delay)",
                expected: "a delay that only grows")
        }
        checkAnswer(transaction, sent, sentDelay, status, goesForward: goesForward, phase, delay)
        return status
    }

    // MARK: What is sent

    private func checkSent(
        _ transaction: PooledTransaction, goesForward: Bool, _ phase: Phase, _ delay: SimTime
    ) {
        if phase.isExtended { return }
        if phase == .none || goesForward != (phase == .beginRequest || phase == .endResponse) {
            report(
                .direction, "\(phase) of \(transaction.summary) goes \(goesForward ? "forward" : "backward")",
                expected: "BEGIN_REQ and END_RESP forward, END_REQ and BEGIN_RESP backward")
            return
        }
        if phase == .beginRequest {
            begin(transaction, delay)
        } else {
            checkUnchanged(transaction)
            advance(transaction, to: phase, delay)
        }
    }

    private func begin(_ transaction: PooledTransaction, _ delay: SimTime) {
        let slot = transaction.slot
        if let known = transactions[slot], known.generation == transaction.generation, !known.isCompleted {
            report(
                .order, "BEGIN_REQ of \(transaction.summary) comes although it is under way",
                expected: "an end of the transaction before it begins again")
        }
        guard slot.pointee.hopCount > 0 else { return }
        checkPayload(slot.pointee.payload, transaction.summary)
        let origin = slot.pointee.hops[slot.pointee.hopCount - 1].origin.toOpaque()
        if let open = requests[origin], open != slot {
            let other = PooledTransaction(slot: open, generation: open.pointee.generation)
            report(
                .requestExclusion,
                "BEGIN_REQ of \(transaction.summary) comes while the request of \(other.summary) is open",
                expected: "END_REQ, BEGIN_RESP or completion of the request before")
        }
        requests[origin] = slot
        transactions[slot] = CheckedTransaction(
            generation: transaction.generation, origin: origin,
            effective: scheduler.now.picoseconds &+ delay.picoseconds,
            attributes: CheckedAttributes(slot.pointee.payload))
        intercept(transaction)
    }

    /// A phase of the base protocol other than the first comes, by a call or by an answer.
    private func advance(_ transaction: PooledTransaction, to phase: Phase, _ delay: SimTime) {
        let slot = transaction.slot
        guard var state = transactions[slot], state.generation == transaction.generation, !state.isCompleted else {
            let isOver = transactions[slot]?.generation == transaction.generation
            report(
                isOver ? .completion : .order,
                "\(phase) of \(transaction.summary) comes \(isOver ? "after its end" : "without a BEGIN_REQ")",
                expected: "BEGIN_REQ, END_REQ, BEGIN_RESP and END_RESP in this order")
            return
        }
        let isLegal =
            switch phase {
            case .endRequest: state.phase == .beginRequest
            case .beginResponse: state.phase == .beginRequest || state.phase == .endRequest
            case .endResponse: state.phase == .beginResponse
            default: false
            }
        if !isLegal {
            report(
                .order, "\(phase) of \(transaction.summary) comes after \(state.phase)",
                expected: "BEGIN_REQ, END_REQ, BEGIN_RESP and END_RESP in this order")
        }
        let effective = scheduler.now.picoseconds &+ delay.picoseconds
        if effective < state.effective {
            report(
                .delay,
                "\(phase) of \(transaction.summary) takes effect at \(SimTime(picoseconds: effective)), before the "
                    + "\(state.phase) at \(SimTime(picoseconds: state.effective))",
                expected: "phases that take effect in their order")
        }
        if requests[state.origin] == slot && phase != .beginRequest { requests[state.origin] = nil }
        switch phase {
        case .beginResponse:
            if let open = responses[state.origin], open != slot {
                let other = PooledTransaction(slot: open, generation: open.pointee.generation)
                report(
                    .responseExclusion,
                    "BEGIN_RESP of \(transaction.summary) comes while the response of \(other.summary) is open",
                    expected: "END_RESP or completion of the response before")
            }
            responses[state.origin] = slot
            state.response = slot.pointee.payload.response
            checkResponse(transaction, "when its response begins")
        case .endResponse:
            checkKept(transaction, state)
            end(&state, slot)
        default: break
        }
        state.phase = phase
        state.effective = max(effective, state.effective)
        transactions[slot] = state
    }

    private func end(_ state: inout CheckedTransaction, _ slot: UnsafeMutablePointer<TransactionSlot>) {
        state.isCompleted = true
        if requests[state.origin] == slot { requests[state.origin] = nil }
        if responses[state.origin] == slot { responses[state.origin] = nil }
    }

    // MARK: What is answered

    private func checkAnswer(
        _ transaction: PooledTransaction, _ sent: Phase, _ sentDelay: SimTime, _ status: TransportStatus,
        goesForward: Bool, _ phase: Phase, _ delay: SimTime
    ) {
        switch status {
        case .accepted:
            if phase != sent || delay != sentDelay {
                report(
                    .status, "\(sent) of \(transaction.summary) is accepted, but phase or delay have changed",
                    expected: "“updated” from a callee that changes them")
            }
        case .updated:
            guard !phase.isExtended && !sent.isExtended else { return }
            let isLegal =
                goesForward
                ? sent == .beginRequest && (phase == .endRequest || phase == .beginResponse)
                : sent == .beginResponse && phase == .endResponse
            guard isLegal else {
                report(
                    .status, "\(sent) of \(transaction.summary) is updated to \(phase)",
                    expected: "END_REQ or BEGIN_RESP after BEGIN_REQ, and END_RESP after BEGIN_RESP")
                return
            }
            guard transaction.isHeld else { return }
            checkUnchanged(transaction)
            advance(transaction, to: phase, delay)
        case .completed:
            if sent == .endRequest {
                report(
                    .status, "END_REQ of \(transaction.summary) is answered with completion",
                    expected: "“accepted”: the response is still to come")
            }
            complete(transaction, sent)
        }
    }

    private func complete(_ transaction: PooledTransaction, _ sent: Phase) {
        guard transaction.isHeld, var state = transactions[transaction.slot],
            state.generation == transaction.generation, !state.isCompleted
        else { return }
        checkUnchanged(transaction)
        if sent == .beginRequest { checkResponse(transaction, "when it is completed") }
        end(&state, transaction.slot)
        transactions[transaction.slot] = state
    }

    // MARK: Payload

    private func checkUnchanged(_ transaction: PooledTransaction) {
        let slot = transaction.slot
        guard let state = transactions[slot], state.generation == transaction.generation, !state.isCompleted else {
            return
        }
        // From the beginning of the response on the address is the initiator's again, as routers have put it back.
        let isTranslated = isInterconnect() || state.phase == .beginResponse
        if let name = state.attributes.changed(in: slot.pointee.payload, exceptAddress: isTranslated) {
            report(
                .attributes, "\(name) of \(transaction.summary) has changed since its BEGIN_REQ",
                expected: "a target that leaves to the initiator what is the initiator's")
        } else if let name = state.attributes.changedBytes(in: slot.pointee.payload) {
            report(
                .data, "\(name) of \(transaction.summary) has changed since its BEGIN_REQ",
                expected: "bytes that stay as they are until the response")
        }
    }

    private func checkResponse(_ transaction: PooledTransaction, _ moment: String) {
        if transaction.payload.response == .incomplete && transaction.payload.command != .ignore {
            report(
                .response, "the response of \(transaction.summary) is incomplete \(moment)",
                expected: "a target that sets it")
        }
    }

    private func checkKept(_ transaction: PooledTransaction, _ state: CheckedTransaction) {
        if transaction.payload.response != state.response {
            report(
                .response,
                "the response of \(transaction.summary) has become \(transaction.payload.response) after its BEGIN_RESP",
                expected: "\(state.response), as the target has set it")
        }
    }

    /// What every transaction has to be, blocking or not, when it sets out.
    func checkPayload(_ payload: borrowing Transaction, _ summary: String) {
        if let name = payload.extensions.firstMandatory(unknownTo: busProtocol) {
            report(
                .extensions, "\(summary) carries the mandatory extension \(name)",
                expected: "sockets of the protocol that the extension belongs to; these speak the \(busProtocol.name)")
        }
        guard payload.command != .ignore else { return }
        if payload.streamingWidth <= 0 {
            report(
                .streamingWidth, "the streaming width of \(summary) is \(payload.streamingWidth)",
                expected: "at least 1; the length of the data for an access that does not stream")
        }
        if payload.count <= 0 || !payload.hasData {
            report(.length, "\(summary) has no data", expected: "a place for at least one byte")
        }
        if payload.byteEnables != nil && payload.byteEnableCount <= 0 {
            report(.length, "\(summary) has byte enables of no length", expected: "at least one byte enable")
        }
    }
}
