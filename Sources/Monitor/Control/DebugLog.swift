public import TandemCPU
import TandemKernel
import TandemMachine
import TandemOS

/// The debug log of a machine (`-d`, `-D`, and the commands `log` and `logfile`): what its harts do and what its guest
/// does wrong, as lines in one place.
public final class DebugLog {
    private let machine: Machine
    /// What is logged.
    public private(set) var options: HartLogOptions = []
    /// Takes whole lines with their ends. Whatever it leads to is closed with it.
    private var append: (String) -> Void = { StandardError.write($0) }

    init(_ machine: Machine) { self.machine = machine }

    /// Leads the log elsewhere; to standard error before.
    public func redirect(to append: @escaping (String) -> Void) {
        self.append = append
        log(options)
    }

    /// Logs this from now on, and nothing else.
    public func log(_ options: HartLogOptions) {
        self.options = options
        for hart in machine.harts {
            hart.debugLog.sink = { [append] line in append(line + "\n") }
            hart.debugLog.options = options
        }
        machine.simulation.log.guestErrors = options.contains(.guestErrors) ? GuestErrorSink(append) : nil
    }
}

/// Writes what the guest does wrong as a line of the debug log.
private final class GuestErrorSink: LogSink {
    private let append: (String) -> Void

    init(_ append: @escaping (String) -> Void) { self.append = append }

    func write(_ record: LogRecord) { append("\(record.place): guest_errors \(record.message), \(record.time)\n") }
}
