public import TandemKernel

/// What buses tell a trace.
public enum BusTraceEvents {
    public static let access = TraceEvent(
        "bus.access", "An access has been served; direct memory is not one.",
        [
            TraceField("initiator", .text), TraceField("command", .text), TraceField("address", .hexadecimal),
            TraceField("bytes", .unsigned), TraceField("value", .hexadecimal), TraceField("response", .text),
        ])
    public static let register = TraceEvent(
        "bus.register", "A register of a device has been accessed.",
        [
            TraceField("initiator", .text), TraceField("command", .text), TraceField("register", .text),
            TraceField("value", .hexadecimal), TraceField("response", .text),
        ])
    public static let hole = TraceEvent(
        "bus.hole", "An access to an address at which nothing is mapped.",
        [
            TraceField("initiator", .text), TraceField("command", .text), TraceField("address", .hexadecimal),
            TraceField("bytes", .unsigned),
        ])
    public static let line = TraceEvent(
        "line.change", "A line takes another level.", [TraceField("level", .flag)])

    public static let claim = TraceEvent(
        "line.claim", "A guest claims the interrupt of a line at a controller.")

    public static let all = [access, register, hole, line, claim]
}

/// From where accesses are told.
struct AccessTracePoints {
    let access: TracePoint
    let register: TracePoint

    init(_ trace: Trace) {
        access = trace.point(BusTraceEvents.access)
        register = trace.point(BusTraceEvents.register)
    }

    var isOn: Bool { access.isOn || register.isOn }
}

/// Stands before the seat of a target while accesses are traced.
final class TracingSeat: BusServer {
    let inner: BusServer
    private unowned(unsafe) let socket: TargetSocket
    private let points: AccessTracePoints
    /// What stands behind the socket, if those are registers.
    private let registers: [RegisterDeclaration]
    /// What they are called.
    private let path: String

    init(_ inner: BusServer, at socket: TargetSocket, _ points: AccessTracePoints) {
        self.inner = inner
        self.socket = socket
        self.points = points
        let behind = ModuleRegisters.behind(socket)
        registers = behind?.declarations ?? []
        path = behind?.path ?? socket.owner.path
        super.init()
        phases = inner.phases
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        let time = socket.owner.now + delay
        inner.transport(&transaction, &delay, shape)
        if transaction.command != .ignore { tell(transaction, at: time) }
    }

    private func tell(_ transaction: borrowing Transaction, at time: SimTime) {
        let register = points.register.isOn ? registers.name(at: transaction.address) : nil
        guard points.access.isOn || register != nil else { return }
        let count = min(transaction.count, 8)
        var value: UInt64 = 0
        for index in 0..<count {
            value |= UInt64(transaction.data.load(fromByteOffset: index, as: UInt8.self)) << UInt64(8 * index)
        }
        let initiator = BusDirectory.of(socket.owner.simulation).name(of: transaction.attributes.initiator)
        if points.access.isOn {
            points.access.tell(
                of: socket.reportName, at: time, .text(initiator), .text("\(transaction.command)"),
                .number(transaction.address), .number(UInt64(transaction.count)), .number(value),
                .text("\(transaction.response)"))
        }
        if let register {
            points.register.tell(
                of: path, at: time, .text(initiator), .text("\(transaction.command)"), .text(register),
                .number(value), .text("\(transaction.response)"))
        }
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int { inner.debugTransport(&transaction) }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool { inner.directMemory(at: address, command, attributes, &grant) }
}

extension [RegisterDeclaration] {
    /// "control", "enable[3]": the register that holds the byte at an offset.
    fileprivate func name(at offset: UInt64) -> String? {
        for register in self where offset >= register.offset {
            let inside = offset - register.offset
            if inside < UInt64(register.width) { return register.count > 1 ? "\(register.name)[0]" : register.name }
            guard register.count > 1, register.stride > 0, inside % register.stride < UInt64(register.width) else {
                continue
            }
            let index = inside / register.stride
            if index < UInt64(register.count) { return "\(register.name)[\(index)]" }
        }
        return nil
    }
}

extension BusDirectory {
    /// Puts a seat that tells the trace before every target, or takes it away, when that is switched.
    func followTrace(_ simulation: Simulation) {
        for event in BusTraceEvents.all { _ = simulation.trace.point(event) }
        let points = AccessTracePoints(simulation.trace)
        var isTracing = false
        simulation.trace.whenSwitched { [unowned self] in
            if points.isOn == isTracing { return }
            isTracing = points.isOn
            for target in targets { target.trace(isTracing ? points : nil) }
            for initiator in initiators { initiator.routesChanged() }
        }
    }
}
