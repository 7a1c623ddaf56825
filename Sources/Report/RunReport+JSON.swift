import TandemBus
public import TandemJSON
import TandemKernel
import TandemMachine

extension RunReport {
    /// The report as `-report json:FILE` writes it. Members keep their order, so that equal runs give equal bytes.
    public var json: JSONValue {
        JSONValue(members: [
            "platform": JSONValue(platform),
            "simulatedSeconds": JSONValue(simulated.seconds),
            "simulatedPicoseconds": JSONValue(simulated.picoseconds),
            "instructions": JSONValue(members: [
                "total": JSONValue(instructions),
                "harts": JSONValue(
                    processors.map { processor in
                        JSONValue(members: [
                            "hart": JSONValue(processor.path), "retired": JSONValue(processor.instructions),
                        ])
                    }),
            ]),
            "transactions": JSONValue(transactions),
            "deltaCycles": JSONValue(deltaCycles),
            "maxSkewSeconds": JSONValue(maxSkew.seconds),
            "skew": JSONValue(members: [
                "ahead": skew.map { JSONValue($0.ahead) } ?? .null, "late": skew.map { JSONValue($0.late) } ?? .null,
                "atSeconds": skew.map { JSONValue($0.time.seconds) } ?? .null,
                "boundSeconds": skewBound == .never ? .null : JSONValue(skewBound.seconds),
            ]),
            "orderSeed": orderSeed.map { JSONValue($0) } ?? .null,
            "exitReason": JSONValue(exitReason.rawValue),
            "exitCode": JSONValue(exitCode),
            "restarts": JSONValue(restarts),
            "stateHash": JSONValue(stateHashText),
            "traffic": JSONValue(traffic.map(\.json)),
            "pageWalks": JSONValue(pageWalks.map(\.json)),
            "interrupts": JSONValue(
                interrupts.map { line in
                    JSONValue(members: [
                        "line": JSONValue(line.line), "raised": JSONValue(line.raised), "taken": JSONValue(line.taken),
                        "claimed": JSONValue(line.claimed), "takenLatency": line.takenLatency.json,
                        "claimedLatency": line.claimedLatency.json,
                    ])
                }),
            "links": JSONValue(
                links.map { link in
                    JSONValue(members: [
                        "link": JSONValue(link.name), "accesses": JSONValue(link.statistics.accesses),
                        "queued": JSONValue(link.statistics.queued),
                        "queueingSeconds": JSONValue(link.statistics.queueing.seconds),
                        "longestQueueingSeconds": JSONValue(link.statistics.longestQueueing.seconds),
                        "busySeconds": JSONValue(link.statistics.busy.seconds),
                        "series": link.bins.map(\.json) ?? .null,
                    ])
                }),
            "expectations": JSONValue(verdicts.map(\.json)),
            "series": JSONValue(series.map(\.json)),
            "pages": JSONValue(pages.map(\.json)),
            "processes": JSONValue(processes.map(\.json)),
            "functions": JSONValue(functions.map(\.json)),
            "skewSeries": skewSeries.map(\.json) ?? .null,
            "outstanding": JSONValue(
                outstanding.map { row in
                    JSONValue(members: ["initiator": JSONValue(row.initiator), "most": JSONValue(row.most)])
                }),
            "topology": JSONValue(
                topology.map { edge in
                    JSONValue(members: [
                        "from": JSONValue(edge.from), "to": JSONValue(edge.to),
                        "origin": JSONValue(edge.origin.rawValue),
                    ])
                }),
            "host": JSONValue(members: [
                "hostSeconds": JSONValue(host.seconds), "cpuSeconds": JSONValue(host.cpuSeconds),
                "mips": JSONValue(mips), "peakResidentBytes": JSONValue(host.peakResidentBytes),
                "modules": JSONValue(
                    host.modules.map { share in
                        JSONValue(members: [
                            "module": JSONValue(share.module), "cpuSeconds": JSONValue(share.cpuSeconds),
                            "samples": JSONValue(share.samples),
                        ])
                    }),
            ]),
        ])
    }

    /// Sixteen hexadecimal digits.
    public var stateHashText: String {
        let digits = String(stateHash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Millions of instructions per second of processor time.
    public var mips: Double {
        host.cpuSeconds > 0 ? Double(instructions) / host.cpuSeconds / 1e6 : 0
    }
}

extension RunReport.Traffic {
    fileprivate var json: JSONValue {
        JSONValue(members: [
            "initiator": JSONValue(initiator), "target": JSONValue(target), "reads": JSONValue(reads),
            "writes": JSONValue(writes), "fetches": JSONValue(fetches), "readBytes": JSONValue(readBytes),
            "writeBytes": JSONValue(writeBytes), "fetchBytes": JSONValue(fetchBytes), "errors": JSONValue(errors),
            "latencySeconds": JSONValue(latency.seconds),
        ])
    }
}

extension TrafficVerdict {
    fileprivate var json: JSONValue {
        JSONValue(members: [
            "expectation": JSONValue(expectation.summary), "place": JSONValue(expectation.place),
            "quantity": JSONValue(expectation.quantity.rawValue), "least": JSONValue(expectation.bounds.lowerBound),
            "greatest": JSONValue(expectation.bounds.upperBound), "actual": actual.map { JSONValue($0) } ?? .null,
            "holds": JSONValue(holds),
        ])
    }
}

extension SimTime {
    /// Seconds, correctly rounded: the same on every host.
    var seconds: Double { Double(picoseconds) / 1e12 }
}
