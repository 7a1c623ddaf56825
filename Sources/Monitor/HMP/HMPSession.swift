import TandemHost
import TandemKernel

/// One person, or script, at work on a machine: takes lines, performs commands, yields text.
///
/// Who sits at a terminal, a pseudo terminal or a telnet client edits lines here; what comes through a plain socket or a
/// pipe is lines already.
final class HMPSession {
    static let prompt = "(tandem) "

    private let context: MonitorContext
    private var editor: LineEditor?
    private var output: [UInt8] = []

    /// - Parameters:
    ///   - hasEditor: whether the peer sends keys and not lines.
    ///   - isShared: whether the peer has just left something else, in the middle of a line.
    init(_ context: MonitorContext, hasEditor: Bool = false, isShared: Bool = false) {
        self.context = context
        if hasEditor { editor = LineEditor(prompt: Self.prompt) }
        if isShared { send("\n") }
        send("Tandem \(context.facilities.version) monitor - type “help” for the commands\n\(Self.prompt)")
    }

    /// A session for a peer of that line.
    convenience init(_ context: MonitorContext, _ line: CharacterLink) {
        self.init(context, hasEditor: line.wantsEcho, isShared: line.options.isShared)
    }

    /// What has to be shown.
    func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// The peer has come back to this session: shows where it stands.
    func show() {
        send("\n")
        if let editor { output += editor.shown } else { send(Self.prompt) }
    }

    /// Takes a message: keys, or what `LineFraming` has cut.
    func receive(_ message: ArraySlice<UInt8>) {
        guard editor != nil else {
            let text = String(decoding: message.dropFirst(), as: UTF8.self)
            if message.first == LineFraming.Mark.line { perform(text) } else { send("error: \(text)\n") }
            prompt()
            return
        }
        for byte in message {
            guard let event = editor?.take(byte, complete: { CommandCompletion(context).complete($0) }) else {
                continue
            }
            switch event {
            case .show(let bytes): output += bytes
            case .line(let bytes, let line):
                output += bytes
                perform(line)
                prompt()
            }
        }
    }

    private func perform(_ line: String) {
        do throws(CommandError) { send(try HumanMonitor.perform(line, in: context)) } catch {
            send("error: \(error)\n")
        }
    }

    /// Asks for the next line, unless that was the last one.
    private func prompt() { if !context.control.isEnding { send(Self.prompt) } }

    /// A terminal in raw mode wants its carriage returns.
    private func send(_ text: String) {
        for byte in text.utf8 {
            if byte == 0x0A, editor != nil { output.append(0x0D) }
            output.append(byte)
        }
    }
}
