import TandemOS

/// Hears the signals by which a user ends a program, on a thread of its own, so that a run can end in good order: its
/// report is still written. A second signal ends the process at once.
final class InterruptWatch: Sendable {
    private let end: Poll
    private let thread: HostThread

    /// Calls `notice` with the exit code that goes with the signal.
    init(_ notice: @escaping @Sendable (Int32) -> Void) throws(OSError) {
        let flag = try SignalFlag([.interrupt, .terminate, .hangUp])
        let end = try Poll()
        self.end = end
        thread = try HostThread(name: "signals") {
            var isFirst = true
            while true {
                var entries = [Poll.Entry(isFirst ? flag.descriptor : -1)]
                // The flag's descriptor stays readable: after the first signal only the count tells of another.
                guard let isOver = try? end.wait(&entries, milliseconds: isFirst ? nil : 50), !isOver else { return }
                if isFirst, flag.count > 0 {
                    isFirst = false
                    notice(Self.code(flag.last))
                } else if flag.count > 1 {
                    HostProcess.exit(Self.code(flag.last))
                }
            }
        }
    }

    /// Stops listening; the signals do what they did before.
    func stop() {
        end.wakeUp()
        thread.join()
    }

    /// 130 for Ctrl-C, as shells count: 128 and the number of the signal.
    private static func code(_ signal: Signal?) -> Int32 { 128 + (signal ?? .interrupt).rawValue }
}
