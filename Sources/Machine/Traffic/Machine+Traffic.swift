public import TandemBus
public import TandemKernel

extension Machine {
    /// Measures the traffic in bins of `bin`, if it says so, and in detail from now on. Refuses a width that does not go with
    /// a window of the platform's expectations.
    public func measureTraffic(inBins bin: SimTime?, _ detail: TrafficDetail = []) throws(PlatformError) {
        var findings = Findings()
        for expectation in platform.traffic.expectations where expectation.needsMeasuring {
            guard let bin else {
                findings.add(
                    at: expectation.place, "it cannot be known without measuring: \(expectation.summary)",
                    expected: "-traffic-bin with a time")
                continue
            }
            guard let window = expectation.window else { continue }
            for end in [window.lowerBound, window.upperBound]
            where end != .never && end.picoseconds % bin.picoseconds != 0 {
                findings.add(
                    at: expectation.place, "the window ends at \(end), within a bin of \(bin)",
                    expected: "a multiple of the bin’s width, or another “bin”")
            }
        }
        try findings.check()
        BusDirectory.of(simulation).measureTraffic(inBins: bin, detail)
    }

    /// Has the machine measure what its platform wants, and finds expectations of modules that do not exist.
    func applyTraffic() throws(PlatformError) {
        let directory = BusDirectory.of(simulation)
        let initiators = directory.initiators.map { directory.name(of: $0.id) }
        let targets = directory.targets.map { directory.name(of: $0.id) }
        var findings = Findings()
        for expectation in platform.traffic.expectations {
            for (pattern, names, what) in [
                (expectation.initiator, initiators, "makes accesses"), (expectation.target, targets, "serves accesses"),
            ] where !names.contains(where: { PathPattern.matches(pattern, $0) }) {
                findings.add(
                    at: expectation.place, "no module “\(pattern)” \(what)", choices: names,
                    nearest: names.nearest(to: pattern))
            }
        }
        try findings.check()
        let bin = platform.traffic.neededBin
        if bin != nil || !platform.traffic.detail.isEmpty { try measureTraffic(inBins: bin, platform.traffic.detail) }
    }

    /// Which of the platform's expectations hold by now.
    public func checkTraffic() -> [TrafficVerdict] { checkTraffic(platform.traffic.expectations) }

    /// Which of some expectations hold by now, in their order. Those with a window, and of the longest latency, can only
    /// hold while traffic is measured.
    public func checkTraffic(_ expectations: [TrafficExpectation]) -> [TrafficVerdict] {
        if expectations.isEmpty { return [] }
        let directory = BusDirectory.of(simulation)
        let traffic = directory.traffic
        let series = expectations.contains(where: \.needsMeasuring) ? directory.trafficSeries : []
        return expectations.map { expectation in
            func isMeant(_ initiator: String, _ target: String) -> Bool {
                PathPattern.matches(expectation.initiator, initiator)
                    && PathPattern.matches(expectation.target, target)
            }
            var cell = TrafficCell()
            var peak: UInt64 = 0
            var span = simulation.scheduler.now
            if expectation.needsMeasuring {
                guard directory.trafficBin != nil else { return TrafficVerdict(expectation, actual: nil) }
                let window = expectation.window ?? .zero..<SimTime.never
                for link in series where isMeant(link.initiator, link.target) {
                    let width = link.binWidth.picoseconds
                    let ends = [window.lowerBound, window.upperBound]
                    if ends.contains(where: { $0 != .never && $0.picoseconds % width != 0 }) {
                        return TrafficVerdict(expectation, actual: nil)
                    }
                    for row in link.rows where window.contains(SimTime(picoseconds: row.bin * width)) {
                        cell.add(row.cell)
                        peak = max(peak, row.peakLatency)
                    }
                }
                let end = min(window.upperBound, simulation.scheduler.now)
                span = end > window.lowerBound ? end - window.lowerBound : .zero
            } else {
                for record in traffic where isMeant(record.initiator, record.target) { cell.add(record.cell) }
            }
            return TrafficVerdict(expectation, actual: expectation.quantity.value(of: cell, peak: peak, over: span))
        }
    }
}

extension TrafficExpectation.Quantity {
    fileprivate func value(of cell: TrafficCell, peak: UInt64, over span: SimTime) -> UInt64 {
        let (accesses, bytes) = (cell.accesses, cell.bytes)
        switch self {
        case .reads: return cell.reads
        case .writes: return cell.writes
        case .fetches: return cell.fetches
        case .accesses: return accesses
        case .readBytes: return cell.readBytes
        case .writeBytes: return cell.writeBytes
        case .fetchBytes: return cell.fetchBytes
        case .bytes: return bytes
        case .errors: return cell.errors
        case .latency: return accesses == 0 ? 0 : cell.latencyPicoseconds / accesses
        case .longestLatency: return peak
        case .bandwidth:
            let product = bytes.multipliedFullWidth(by: 1_000_000_000_000)
            guard product.high < span.picoseconds else { return bytes == 0 ? 0 : .max }
            return span.picoseconds.dividingFullWidth(product).quotient
        }
    }
}
