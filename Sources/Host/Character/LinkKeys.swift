import Synchronization
import TandemKernel

/// Who hears what is typed on a link, and what the keys behind Ctrl-a do there. Used by the link's thread.
final class LinkKeys: Sendable {
    private struct State: Sendable {
        var keys = EscapeKeys()
        var focus: Int
    }

    private let isActive: Bool
    private let isShared: Bool
    private let lineEnd: String
    private let stop: StopHandle
    private let state: Mutex<State>

    /// - Parameters:
    ///   - isActive: whether Ctrl-a means anything.
    ///   - focus: the client that hears what is typed at first.
    ///   - lineEnd: what ends the lines of the help: a raw terminal wants a carriage return.
    init(isActive: Bool, isShared: Bool, focus: Int, lineEnd: String, stop: StopHandle) {
        self.isActive = isActive
        self.isShared = isShared
        self.lineEnd = lineEnd
        self.stop = stop
        state = Mutex(State(focus: focus))
    }

    /// The index of the client that hears what is typed.
    var focus: Int { state.withLock { $0.focus } }

    /// Hands on what was typed.
    func take(_ bytes: [UInt8], _ clients: [any CharacterClient], _ output: CharacterOutput) {
        guard isActive else {
            clients[focus].receive(bytes)
            return
        }
        for command in state.withLock({ $0.keys.feed(bytes) }) {
            switch command {
            case .send(let characters): clients[focus].receive(characters)
            case .quit: stop.requestStop(StopRequest(.quit))
            case .switchClient:
                guard clients.count > 1 else { continue }
                let focus = state.withLock { state in
                    state.focus = (state.focus + 1) % clients.count
                    return state.focus
                }
                clients[focus].focusCame()
            case .help:
                let lines = EscapeKeys.help(isShared: isShared).split(separator: "\n")
                let text = lineEnd + lines.map { $0 + lineEnd }.joined()
                // To whoever is there: the help belongs to the link, not to one of its clients.
                _ = output.append(Array(text.utf8), to: nil)
            }
        }
    }
}
