import TandemJSON

/// What `-report json:FILE` wrote.
struct RunReport {
    /// A line of the table of the traffic: what one initiator asked of one target.
    struct Traffic {
        let initiator, target: String
        let readBytes, writeBytes, fetchBytes, errors: UInt64
    }

    /// How often a line went up, and how often somebody answered.
    struct Interrupt {
        let line: String
        let raised, taken, claimed: UInt64
    }

    /// Everything but what depends on the host, as text: two runs of the same thing agree in it to the byte.
    let repeatable: String
    /// The same without what only a run has that is measured over time, and without the number of transactions.
    let unmeasured: String
    let hostSeconds: Double
    let instructions, transactions: UInt64
    let exitReason: String
    let traffic: [Traffic]
    let interrupts: [Interrupt]

    init(file: String) throws {
        let value = try JSON5Reader(.json).read(bytes(of: file), file: file)
        repeatable = JSONWriter(.pretty).text(of: JSONValue(members: try value.members().filter { $0.key != "host" }))
        let apart = ["host", "transactions", "series", "pages", "outstanding", "skewSeries"]
        unmeasured = JSONWriter(.pretty).text(
            of: JSONValue(members: try value.members().filter { !apart.contains($0.key) }))
        hostSeconds = try value.member("host").member("hostSeconds").double()
        instructions = try value.member("instructions").member("total").integer()
        transactions = try value.member("transactions").integer()
        exitReason = try value.member("exitReason").string()
        traffic = try value.member("traffic").array().map { row in
            Traffic(
                initiator: try row.member("initiator").string(), target: try row.member("target").string(),
                readBytes: try row.member("readBytes").integer(), writeBytes: try row.member("writeBytes").integer(),
                fetchBytes: try row.member("fetchBytes").integer(), errors: try row.member("errors").integer())
        }
        interrupts = try value.member("interrupts").array().map { row in
            Interrupt(
                line: try row.member("line").string(), raised: try row.member("raised").integer(),
                taken: try row.member("taken").integer(), claimed: try row.member("claimed").integer())
        }
    }

    /// Claims of the interrupts whose line's name holds this.
    func claimed(_ name: String) -> UInt64 {
        interrupts.filter { $0.line.contains(name) }.reduce(0) { $0 + $1.claimed }
    }

    /// The same for interrupts that harts have taken.
    func taken(_ name: String) -> UInt64 {
        interrupts.filter { $0.line.contains(name) }.reduce(0) { $0 + $1.taken }
    }
}
