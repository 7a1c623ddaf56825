import TandemKernel
import TandemOS

/// One line on a terminal that says how far a long run has come, renewed twice a second by a thread of its own and
/// wiped at the end. Asking for the time changes nothing in the simulation.
final class ProgressLine: Sendable {
    private let end: Poll
    private let thread: HostThread

    /// Shows progress towards `limit`, or without end where that is `.never`.
    init(_ handle: StopHandle, limit: SimTime) throws(OSError) {
        let end = try Poll()
        self.end = end
        thread = try HostThread(name: "progress") {
            let start = HostClock.monotonic.seconds
            // Short runs show nothing.
            var pause = 1000
            while true {
                var entries: [Poll.Entry] = []
                guard let isOver = try? end.wait(&entries, milliseconds: pause), !isOver else { break }
                pause = 500
                let text = Self.text(handle.glanceAtTime(), limit: limit, seconds: HostClock.monotonic.seconds - start)
                StandardError.write("\r\u{1B}[K\(text)")
            }
            if pause == 500 { StandardError.write("\r\u{1B}[K") }
        }
    }

    /// Wipes the line.
    func stop() {
        end.wakeUp()
        thread.join()
    }

    /// "simulated 1.5 s of 10 s (15 %), 12 s".
    static func text(_ time: SimTime, limit: SimTime, seconds: Double) -> String {
        // Microseconds are enough for the eye.
        let shown = SimTime(picoseconds: time.picoseconds / 1_000_000 * 1_000_000)
        var text = "simulated \(shown)"
        if limit != .never, limit > .zero {
            let percent = Int(Double(time.picoseconds) / Double(limit.picoseconds) * 100)
            text += " of \(limit) (\(percent) %)"
        }
        return text + ", \(Int(seconds)) s"
    }
}
