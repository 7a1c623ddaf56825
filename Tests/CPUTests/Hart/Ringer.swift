import TandemBus
import TandemKernel

@testable import TandemCPU

/// A device that rings harts: at given times, and when one writes to the register of another, 8 bytes apart. A ring is a
/// pulse of the software interrupt of the supervisor, which stays pending in the hart without anybody's answer.
final class Ringer: Module, BusTarget {
    /// When a hart was rung, and whose doing it was: nobody's where the time was given.
    struct Ring: Equatable, CustomStringConvertible {
        var time: SimTime
        var hart: Int
        var sender: InitiatorID
        var description: String { "\(time) to \(hart) by \(sender)" }
    }

    static let latency = SimTime.picoseconds(37_300)

    let bus: TargetSocket
    private(set) var rings: [Ring] = []
    private let lines: [LineOutput]
    private let step: Event
    private var given: [(time: SimTime, hart: Int)]

    /// - Parameter given: when which hart is rung by the device itself, in order of time.
    init(_ context: ModuleContext, _ harts: [Hart], given: [(time: SimTime, hart: Int)]) throws {
        bus = TargetSocket("bus", context)
        lines = harts.indices.map { LineOutput("line\($0)", context) }
        step = Event("step", context)
        self.given = given
        super.init(context)
        bus.serve(self)
        method("ring", sensitiveTo: [step]) { [unowned self] in
            while let next = self.given.first, next.time <= now {
                self.given.removeFirst()
                ring(next.hart, at: now, by: .none)
            }
            if let next = self.given.first { step.notify(at: next.time) }
        }
        for (line, hart) in zip(lines, harts) {
            try line.connect(to: hart.lineInputs[HartLine.ssip.rawValue])
        }
    }

    private func ring(_ hart: Int, at time: SimTime, by sender: InitiatorID) {
        rings.append(Ring(time: time, hart: hart, sender: sender))
        lines[hart].pulse(at: time)
    }

    func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        delay += Self.latency
        if transaction.command == .write {
            ring(Int(transaction.address / 8) % lines.count, at: now + delay, by: transaction.attributes.initiator)
        }
        transaction.response = .ok
    }
}
