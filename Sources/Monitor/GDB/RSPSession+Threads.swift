/// Packets that choose threads and let them go on.
extension RSPSession {
    /// Which threads a packet means.
    private enum Selection {
        case all
        case any
        case one(Int)
    }

    /// A thread's number: hexadecimal, −1 for all, 0 for any.
    private func selection(_ packet: inout PacketReader) -> Selection? {
        if packet.skip("-1") { return .all }
        guard let number = packet.number() else { return nil }
        if number == 0 { return .any }
        return number <= UInt64(target.threadCount) ? .one(Int(number) - 1) : nil
    }

    mutating func selectThread(_ packet: inout PacketReader) {
        let isGeneral = packet.skip("Hg")
        guard isGeneral || packet.skip("Hc") else { return send("") }
        guard let selection = selection(&packet), packet.isAtEnd else { return send(failure: .noSuchThread) }
        switch (selection, isGeneral) {
        case (.one(let thread), true): generalThread = thread
        case (.one(let thread), false): resumedThread = thread
        case (_, true): break
        case (_, false): resumedThread = nil
        }
        send("OK")
    }

    mutating func probeThread(_ packet: inout PacketReader) {
        _ = packet.skip("T")
        if case .one = selection(&packet), packet.isAtEnd { send("OK") } else { send(failure: .noSuchThread) }
    }

    /// The older packets: `c [addr]`, `s [addr]`, `C sig[;addr]`, `S sig[;addr]`. A signal has no meaning for a machine.
    mutating func resume(_ packet: inout PacketReader) {
        var action = DebugAction.go
        var hasAddress = true
        if packet.skip("s") {
            action = .step
        } else if !packet.skip("c") {
            action = packet.skip("S") ? .step : .go
            if action == .go { _ = packet.skip("C") }
            guard packet.number() != nil else { return send(failure: .malformed) }
            hasAddress = packet.skip(";")
        }
        let chosen = resumedThread ?? generalThread
        if hasAddress && !packet.isAtEnd {
            guard let address = packet.number() else { return send(failure: .malformed) }
            _ = target.write(.programCounter, of: chosen, address)
        }
        guard packet.isAtEnd else { return send(failure: .malformed) }
        let goesAlone = action == .step || resumedThread != nil
        let others = goesAlone ? DebugAction.stay : action
        resume((0..<target.threadCount).map { $0 == chosen ? action : others })
    }

    private mutating func resume(_ actions: [DebugAction]) {
        state = .running
        target.resume(actions)
    }

    /// The packets that begin with `v`.
    mutating func answerNamed(_ packet: inout PacketReader) {
        if packet.skip("vCont?") { return send("vCont;c;C;s;S") }
        guard packet.skip("vCont;") else { return send("") }
        var actions = [DebugAction?](repeating: nil, count: target.threadCount)
        // The first action that names a thread counts for it; one without a thread is for all that are left.
        while !packet.isAtEnd {
            var word = PacketReader(Array(packet.word(before: ";")))
            let action: DebugAction
            if word.skip("c") {
                action = .go
            } else if word.skip("s") {
                action = .step
            } else {
                action = word.skip("S") ? .step : .go
                guard action == .step || word.skip("C"), word.number() != nil else { return send(failure: .malformed) }
            }
            var threads = 0..<actions.count
            if word.skip(":") {
                switch selection(&word) {
                case .one(let thread): threads = thread..<thread + 1
                case .any: threads = generalThread..<generalThread + 1
                case .all: break
                case nil: return send(failure: .noSuchThread)
                }
            }
            guard word.isAtEnd else { return send(failure: .malformed) }
            for thread in threads where actions[thread] == nil { actions[thread] = action }
        }
        guard actions.contains(where: { $0 != nil }) else { return send(failure: .malformed) }
        resume(actions.map { $0 ?? .stay })
    }
}
