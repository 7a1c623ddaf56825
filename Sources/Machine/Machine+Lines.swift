public import TandemBus
import TandemKernel

extension Machine {
    /// What has happened on each connected interrupt line, named by what drives it and where it ends
    /// (`uart0.interrupt -> plic.source10`), and then inside the processors.
    public var interruptRecords: [LineRecord] {
        let lines = BusDirectory.of(simulation).lines.filter(\.isConnected).map { line in
            var record = line.record
            let drivers = drivers(of: line)
            if !drivers.isEmpty { record.line = drivers.joined(separator: "+") + " -> " + record.line }
            return record
        }
        return lines + processors.flatMap(\.ownInterrupts)
    }

    /// The outputs that drive a line, as the platform connects them.
    private func drivers(of line: LineInput) -> [String] {
        plan.modules.flatMap { module in
            module.connections.filter { "\($0.peer).\($0.peerPort)" == line.path }.map { "\(module.path).\($0.port)" }
        }
    }
}
