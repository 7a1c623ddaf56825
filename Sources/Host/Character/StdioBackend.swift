public import TandemDevices
public import TandemKernel
public import TandemOS

/// A serial line on the program's standard input and output, or on any two descriptors.
///
/// A terminal is in raw mode as long as this object lives and gets its old mode back at every end of the process. Input
/// is read by a host thread and enters through the inbox; output is written line by line, and what does not end in a line,
/// such as a prompt, follows within `patience`.
public final class StdioBackend: CharacterBackend {
    /// Who gets the terminal's special keys.
    public enum TerminalUse: Sendable {
        /// Ctrl-C and its kin go to the guest; Ctrl-a x ends the run.
        case guest
        /// Ctrl-C ends the run, as in any program; Ctrl-a x does too.
        case shared
    }

    /// Milliseconds after which output that does not end in a line is shown.
    public static let patience = 20

    private let input: OwnedDescriptor
    private let output: BufferedOutput
    private let terminal: TerminalMode?
    private let stop: StopHandle
    private let hasEscapes: Bool
    private let reader: ReaderState
    private var thread: HostThread?

    /// A line on standard input and output.
    public convenience init(_ use: TerminalUse, stop: StopHandle) throws(OSError) {
        try self.init(input: .standardInput, output: .standardOutput, use, stop: stop)
    }

    /// A line on two descriptors.
    public init(
        input: consuming FileDescriptor, output: consuming FileDescriptor, _ use: TerminalUse, stop: StopHandle
    ) throws(OSError) {
        let input = OwnedDescriptor(input)
        self.input = input
        self.output = BufferedOutput(output, endsAtLine: true)
        self.stop = stop
        // A script that drives -nographic through a pipe can quit as a user can.
        hasEscapes = input.isTerminal || use == .guest
        terminal =
            input.isTerminal
            ? try TerminalMode(raw: input.number, specialKeys: use == .guest ? .arrive : .raiseSignals) : nil
        reader = try ReaderState()
    }

    deinit { close() }

    /// Ends the line: stops reading, writes what waits, gives the terminal its old mode back. Output that follows is still
    /// written. Further calls do nothing.
    public func close() {
        reader.finish()
        thread?.join()
        thread = nil
        output.flush()
        terminal?.restore()
    }

    public func send(_ character: UInt8) {
        if output.append(character) { reader.expectOutput() }
    }

    public func flush() { output.flush() }

    /// Starts to read. A thread that cannot be started leaves a line without input.
    public func connect(_ input: InboxPort) {
        precondition(thread == nil, "A line on standard input leads to one serial port.")
        input.attach()
        let loop = ReaderLoop(
            input: self.input, output: output, port: input, stop: stop, hasEscapes: hasEscapes, state: reader)
        do throws(OSError) {
            thread = try HostThread(name: "tandem-stdio") { loop.run() }
        } catch {
            input.detach()
            output.append("tandem: standard input cannot be read: \(error)\n")
        }
    }
}
