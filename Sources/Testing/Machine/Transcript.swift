import TandemDevices
import TandemKernel

/// The far end of a serial line that cuts what comes into lines and has the run pause when what is waited for is there.
final class Transcript: CharacterBackend {
    /// Lines that have ended, and the one that has not.
    private var ended: [Piece] = []
    private var current = Piece()
    private let scheduler: Scheduler
    private var input: InboxPort?
    /// What is waited for, and the line in which it came.
    private var wanted: [UInt8] = []
    private var match: Console.Line?
    /// What was waited for before ends here: a line, and how much of it.
    private var mark = (line: 0, count: 0)

    private struct Piece {
        var bytes: [UInt8] = []
        /// Of each character, and of the end of the line once that has come.
        var times: [SimTime] = []

        /// The line up to there; all of it with the time of its end, if it has one.
        func line(upTo count: Int? = nil) -> Console.Line {
            let text = String(decoding: bytes.prefix(count ?? bytes.count), as: UTF8.self)
            return Console.Line(text: text, time: (count.map { times[$0 - 1] } ?? times.last) ?? .zero)
        }
    }

    init(_ scheduler: Scheduler) { self.scheduler = scheduler }

    /// All lines; the last one may still grow.
    var lines: [Console.Line] {
        (ended + (current.bytes.isEmpty ? [] : [current])).map { $0.line() }
    }

    // MARK: The serial port

    func send(_ character: UInt8) { send(character, at: scheduler.now) }

    func send(_ character: UInt8, at time: SimTime) {
        switch character {
        case UInt8(ascii: "\n"):
            current.times.append(time)
            ended.append(current)
            current = Piece()
        // Carriage returns belong to the ends of lines.
        case UInt8(ascii: "\r"): break
        default:
            current.bytes.append(character)
            current.times.append(time)
            if !wanted.isEmpty, isThere() { scheduler.pause() }
        }
    }

    func flush() {}
    func close() {}
    func connect(_ input: InboxPort) { self.input = input }

    func type(_ text: String) { input?.post(Array(text.utf8)) }

    // MARK: Waiting

    /// The line in which `text` has come already. If it has not, it is looked for from now on.
    func find(_ text: [UInt8]) -> Console.Line? {
        wanted = text
        for index in mark.line...ended.count {
            let piece = index < ended.count ? ended[index] : current
            let start = index == mark.line ? mark.count : 0
            if let end = end(of: text, in: piece.bytes[start...]) { return take(piece, index, upTo: end) }
        }
        return nil
    }

    /// What has come while the machine ran; nothing is looked for any more.
    func found() -> Console.Line? {
        wanted = []
        defer { match = nil }
        return match
    }

    private func take(_ piece: Piece, _ line: Int, upTo count: Int) -> Console.Line {
        wanted = []
        mark = (line, count)
        return piece.line(upTo: count)
    }

    /// Whether the present line ends in what is looked for, behind the mark; if so that is done.
    private func isThere() -> Bool {
        let bytes = current.bytes
        let start = mark.line == ended.count ? mark.count : 0
        guard bytes.count - start >= wanted.count, bytes.suffix(wanted.count).elementsEqual(wanted) else {
            return false
        }
        match = take(current, ended.count, upTo: bytes.count)
        return true
    }

    private func end(of text: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= text.count else { return nil }
        return (bytes.startIndex...bytes.endIndex - text.count).first {
            bytes[$0..<$0 + text.count].elementsEqual(text)
        }
        .map { $0 + text.count }
    }
}
