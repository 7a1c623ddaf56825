import Synchronization
import TandemKernel
import TandemOS

/// What the simulation's thread and the reading thread of a line tell each other.
final class ReaderState: Sendable {
    let poll: Poll
    private let isFinished = Atomic(false)
    /// The reader waits without a time limit and has to be woken when output begins to wait.
    private let isAsleep = Atomic(false)

    init() throws(OSError) { poll = try Poll() }

    /// Ends the reader.
    func finish() {
        isFinished.store(true, ordering: .releasing)
        poll.wakeUp()
    }

    var mustEnd: Bool { isFinished.load(ordering: .acquiring) }

    /// Output waits that may have to be shown soon.
    func expectOutput() {
        if isAsleep.exchange(false, ordering: .acquiringAndReleasing) { poll.wakeUp() }
    }

    /// Says that the next wait has no time limit. Output that begins to wait from now on wakes it.
    func goToSleep() { isAsleep.store(true, ordering: .sequentiallyConsistent) }
}

/// The host thread behind a line: reads what is typed, and shows output that its line end has not shown.
///
/// It sleeps as long as nothing happens. After output it looks every `patience` milliseconds, until there was none for
/// a while.
struct ReaderLoop: Sendable {
    let input: OwnedDescriptor
    let output: BufferedOutput
    let port: InboxPort
    let stop: StopHandle
    let hasEscapes: Bool
    let state: ReaderState

    /// Looks without output after which it sleeps.
    private static let quietLooks = 50

    func run() {
        var keys = EscapeKeys()
        var isOpen = true
        var looks = 0
        while !state.mustEnd {
            if looks == 0 {
                state.goToSleep()
                // What began to wait before it was said that nobody looks.
                if output.flush() { looks = Self.quietLooks }
            }
            var entries = isOpen ? [Poll.Entry(input.number)] : []
            let timeout = looks > 0 ? StdioBackend.patience : nil
            guard let isWoken = try? state.poll.wait(&entries, milliseconds: timeout) else { break }
            if output.flush() || isWoken { looks = Self.quietLooks } else { looks = max(0, looks - 1) }
            if isOpen, entries[0].ready != [] { isOpen = read(&keys) }
        }
        if isOpen { port.detach() }
    }

    /// Reads what is there. Returns whether more may come.
    private func read(_ keys: inout EscapeKeys) -> Bool {
        guard let bytes = try? input.read(atMost: 4096), !bytes.isEmpty else {
            port.detach()
            return false
        }
        guard hasEscapes else {
            port.post(bytes)
            return true
        }
        for command in keys.feed(bytes) {
            switch command {
            case .send(let characters): port.post(characters)
            case .quit: stop.requestStop(StopRequest(.quit))
            case .help:
                output.append("\n" + EscapeKeys.help)
                output.flush()
            }
        }
        return true
    }
}
