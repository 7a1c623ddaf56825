/// A probe of what a kernel does: a small model that prints one line, built once for SystemC and once for ours.
///
/// The table `all` is the one place that states the lines. Tests of the kernel and of the bus run our model and compare
/// it with `ours`; system tests build `peers/systemc` and compare what the real SystemC prints with `peer`.
public struct ProbeTwin: Sendable {
    /// The probe's name, the same on both sides.
    public let name: String
    /// What SystemC 2.3.4 and 3.0.2 print, to the character, after the name and a colon.
    public let peer: String
    /// What ours prints instead, and why; nil where both agree.
    public let difference: Difference?

    /// A line of ours that differs from SystemC's by decision.
    public struct Difference: Sendable {
        /// Our line, to the character.
        public let line: String
        /// The decision, in a sentence.
        public let reason: String
    }

    /// What ours has to print.
    public var ours: String { difference?.line ?? peer }

    init(_ name: String, _ peer: String) {
        self.name = name
        self.peer = peer
        difference = nil
    }

    init(_ name: String, _ peer: String, ours line: String, because reason: String) {
        self.name = name
        self.peer = peer
        difference = Difference(line: line, reason: reason)
    }

    /// The probe of this name, which must exist.
    public static func named(_ name: String) -> ProbeTwin {
        guard let twin = all.first(where: { $0.name == name }) else {
            preconditionFailure("there is no probe “\(name)”; ProbeTwin+Table.swift lists them")
        }
        return twin
    }
}

extension ProbeTwin: CustomStringConvertible {
    public var description: String { name }
}
