import TandemBus
import TandemKernel

/// What code is made for: measuring needs more of it than counting does.
struct MeasuredCode: Equatable {
    /// Blocks note that they were executed, so that only those need be folded (`Hart.foldListed`).
    var lists = false
    /// Accesses count by page.
    var countsPages = false
    /// Which attribution blocks know the shares of; 0 for none.
    var attribution = 0
}

extension Hart {
    /// Code is made for what `meter` wants from the next instruction on, or for nothing. Code of before is left at once.
    func prepareCode(for meter: TrafficMeter?) {
        let detail = meter?.detail ?? []
        attribution = nil
        var wanted = MeasuredCode()
        wanted.lists = meter.map { $0.hasBins || !$0.detail.isEmpty } ?? false
        wanted.countsPages = detail.contains(.pages)
        if !detail.isDisjoint(with: [.functions, .processes]) {
            attribution = HartAttribution(detail, translation: privileged.translation)
            attributionNumber += 1
            wanted.attribution = attributionNumber
        }
        wantedCode = wanted
        guard wanted != access.pointee.code else { return }
        wantsFlush = true
        codeChanged = true
        interruptSlice()
    }

    /// Makes all code anew.
    func renewMeasuredCode() {
        // What was executed until now belongs to whoever measured until now.
        flushBlocks()
        access.pointee.code = wantedCode
        codeAttribution = attribution
        access.pointee.attribution = attribution.map { .passUnretained($0) }
        access.pointee.countsDue = .zero
        if wantedCode.lists, listed == nil {
            // Each block stands there once at most.
            listed = .allocate(capacity: blocks.capacity / MemoryLayout<TranslatedBlock>.stride + 1)
        }
        state.pointee.listed = listed
        if let attribution, attribution.leaves(privileged.translation) { attribution.enter(privileged.translation) }
        modeChanged()
        // The limit is made anew before more than an instruction is executed.
        interruptSlice()
    }

    /// Folds what was executed since the last time.
    func foldListed() {
        guard var next = listed, var kept = listed, let end = state.pointee.listed else { return }
        while next != end {
            let block = next.pointee
            next += 1
            if block.pointee.exits != nil {
                foldUnit(block)
                // It is being executed: what it does from here on, such as leaving early, is not told by a count anew.
                if block == state.pointee.block {
                    kept.pointee = block
                    kept += 1
                    continue
                }
                // The next execution finds zero, and is noted.
                block.pointee.executions = .max
                block.pointee.folded = .max
            } else {
                foldExecutions(block)
                block.pointee.isListed = false
            }
        }
        state.pointee.listed = kept
    }
}
