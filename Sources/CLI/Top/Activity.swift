import TandemJSON
import TandemKernel

/// What a machine has done up to a moment: the answer to `query-activity`, read.
struct Activity: Equatable {
    struct Hart: Equatable {
        var name: String
        var instructions: UInt64
    }

    /// What an initiator has asked of a target.
    struct Link: Equatable {
        var initiator: String
        var target: String
        var accesses: UInt64
        var bytes: UInt64
        var errors: UInt64
        /// Picoseconds that the accesses took, in all.
        var latency: UInt64
    }

    struct Interrupt: Equatable {
        var line: String
        var raised: UInt64
        var taken: UInt64
        var claimed: UInt64
        /// Rises that a hart has taken, and the picoseconds that they waited, in all and at most.
        var answered: UInt64
        var latency: UInt64
        var longest: UInt64
    }

    var machine: String
    var status: String
    var time: SimTime
    /// Nanoseconds of the host that the machine has run.
    var hostTime: UInt64
    var transactions: UInt64
    var skew: SimTime
    /// Between whom the skew lay; empty where nobody was ahead.
    var ahead: String
    var late: String
    var harts: [Hart]
    var links: [Link]
    var interrupts: [Interrupt]

    var instructions: UInt64 { harts.reduce(0) { $0 &+ $1.instructions } }
}

extension Activity {
    init(_ value: JSONValue) throws(JSONError) {
        machine = try value.member("machine").string()
        status = try value.member("status").string()
        time = .picoseconds(try value.member("time").integer())
        hostTime = try value.member("host-time").integer()
        transactions = try value.member("transactions").integer()
        skew = .picoseconds(try value.member("skew").integer())
        ahead = try value.member("ahead").string()
        late = try value.member("late").string()
        harts = []
        for hart in try value.member("harts").array() {
            harts.append(
                Hart(name: try hart.member("hart").string(), instructions: try hart.member("instructions").integer()))
        }
        links = []
        for row in try value.member("traffic").array() { links.append(try Link(row)) }
        interrupts = []
        for row in try value.member("interrupts").array() { interrupts.append(try Interrupt(row)) }
    }
}

extension Activity.Link {
    fileprivate init(_ row: JSONValue) throws(JSONError) {
        initiator = try row.member("initiator").string()
        target = try row.member("target").string()
        accesses = try Self.sum(of: ["reads", "writes", "fetches"], row)
        bytes = try Self.sum(of: ["read-bytes", "write-bytes", "fetch-bytes"], row)
        errors = try row.member("errors").integer()
        latency = try row.member("latency").integer()
    }

    private static func sum(of names: [String], _ row: JSONValue) throws(JSONError) -> UInt64 {
        var sum: UInt64 = 0
        for name in names { sum &+= try row.member(name).integer(as: UInt64.self) }
        return sum
    }
}

extension Activity.Interrupt {
    fileprivate init(_ row: JSONValue) throws(JSONError) {
        line = try row.member("line").string()
        raised = try row.member("raised").integer()
        taken = try row.member("taken").integer()
        claimed = try row.member("claimed").integer()
        answered = try row.member("answered").integer()
        latency = try row.member("latency").integer()
        longest = try row.member("longest-latency").integer()
    }
}
