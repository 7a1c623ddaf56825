import TandemKernel

/// One person, or script, at work on a machine: takes lines, performs commands, yields text.
final class HMPSession {
    static let prompt = "(tandem) "

    private let context: MonitorContext
    private var output: [UInt8] = []

    init(_ context: MonitorContext) {
        self.context = context
        send("Tandem \(context.facilities.version) monitor - type “help” for the commands\n\(Self.prompt)")
    }

    /// What has to be shown.
    func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// Takes a message of `LineFraming`.
    func receive(_ message: ArraySlice<UInt8>) {
        let text = String(decoding: message.dropFirst(), as: UTF8.self)
        if message.first == LineFraming.Mark.line {
            do throws(CommandError) {
                send(try HumanMonitor.perform(text, in: context))
            } catch {
                send("error: \(error)\n")
            }
        } else {
            send("error: \(text)\n")
        }
        send(Self.prompt)
    }

    private func send(_ text: String) { output += Array(text.utf8) }
}
