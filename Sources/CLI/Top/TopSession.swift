import TandemHost
import TandemJSON
import TandemKernel
import TandemMonitor
import TandemOS

/// The live view at a terminal: looks at the machine again and again, draws, hears keys. The terminal is as it was
/// afterwards, however it ends.
struct TopSession {
    private let client: QMPClient
    private var view: TopView
    /// The number of the question that is not answered yet, and when it was asked.
    private var question: (number: UInt64, time: UInt64)?
    /// When the next question is due, on the host's clock.
    private var due: UInt64 = 0
    /// Whether the machine has said that its run is over.
    private var isOver = false

    /// How a session ended.
    enum End: Equatable {
        /// Its user ended it.
        case left
        /// A signal ended it.
        case signal(Int32)
        /// The run is over; what was last seen, as text.
        case over(String)
    }

    init(_ client: QMPClient, _ settings: TopView.Settings) {
        self.client = client
        view = TopView(place: client.place, settings: settings)
    }

    /// Runs until its user, a signal or the machine ends it. The process has a terminal at its standard input and output.
    mutating func run() throws(QMPClientError) -> End {
        do {
            let resize = try SignalFlag([.windowChanged])
            let interrupts = try SignalFlag([.interrupt, .terminate, .hangUp])
            let poll = try Poll()
            let mode = try TerminalMode(raw: 0, specialKeys: .raiseSignals, screen: 1)
            defer { mode.restore() }
            while true {
                draw()
                var entries = [0, client.descriptor, resize.descriptor, interrupts.descriptor].map { Poll.Entry($0) }
                try poll.wait(&entries, milliseconds: patience)
                if let signal = interrupts.last { return .signal(signal.rawValue) }
                if !entries[2].ready.isEmpty { resize.clear() }
                if !entries[0].ready.isEmpty, try !hearKeys() { return .left }
                if !entries[1].ready.isEmpty, try !hearMachine() { return .over(view.text) }
                try ask()
            }
        } catch let error as QMPClientError {
            throw error
        } catch {
            throw QMPClientError("the terminal", "\(error)")
        }
    }

    private func draw() {
        let size = TerminalMode.size(of: 1) ?? (80, 24)
        StandardOutput.write(view.screen(columns: size.columns, rows: size.rows))
    }

    // MARK: The machine

    /// Milliseconds until something is to be done; nothing if that depends on others.
    private var patience: Int? {
        let now = HostClock.monotonic.nanoseconds
        if let question {
            let end = question.time + UInt64(client.patience) * 1_000_000
            return end > now ? Int((end - now) / 1_000_000) + 1 : 0
        }
        if view.settings.isHeld { return nil }
        return due > now ? Int((due - now) / 1_000_000) + 1 : 0
    }

    private mutating func ask() throws(QMPClientError) {
        let now = HostClock.monotonic.nanoseconds
        if let question {
            if now - question.time >= UInt64(client.patience) * 1_000_000 { throw client.silence }
            return
        }
        guard !view.settings.isHeld, now >= due else { return }
        question = (try client.send("query-activity"), now)
        due = now + UInt64(view.settings.interval) * 1_000_000
    }

    /// Takes what the machine says. False when its run is over.
    private mutating func hearMachine() throws(QMPClientError) -> Bool {
        let messages: [QMPClient.Message]
        do throws(QMPClientError) { messages = try client.receive() } catch {
            if isOver, error.isHangUp { return false }
            throw error
        }
        for message in messages {
            switch message {
            case .event("SHUTDOWN"): isOver = true
            case .event: break
            case .refusal(_, let reason): throw QMPClientError(client.place, "query-activity was refused: \(reason)")
            case .answer(let number, let value) where number == question?.number:
                question = nil
                view.take(try client.activity(value))
            case .answer: break
            }
        }
        return true
    }

    // MARK: Keys

    /// Takes what was typed. False when the session is to end.
    private mutating func hearKeys() throws(OSError) -> Bool {
        let bytes = try FileDescriptor.standardInput.read(atMost: 64)
        guard !bytes.isEmpty else { return false }
        if view.settings.showsHelp {
            view.settings.showsHelp = false
            return !bytes.contains(UInt8(ascii: "q"))
        }
        // The keys of a terminal that send a sequence come in one piece; none of them means anything here.
        if bytes[0] == 0x1B { return true }
        for byte in bytes {
            let key = Character(UnicodeScalar(byte))
            switch key {
            case "q": return false
            case "h", "?": view.settings.showsHelp = true
            case " ": view.settings.isHeld.toggle()
            case "r": view.begin()
            case "+": refresh(every: view.settings.interval * 2)
            case "-": refresh(every: view.settings.interval / 2)
            default:
                if let order = LinkOrder.allCases.first(where: { $0.key == key }) { view.settings.order = order }
            }
        }
        return true
    }

    private mutating func refresh(every milliseconds: Int) {
        view.settings.interval = min(max(milliseconds, TopView.intervals.lowerBound), TopView.intervals.upperBound)
        due = HostClock.monotonic.nanoseconds
    }
}

extension QMPClient {
    /// What `query-activity` has returned.
    func activity(_ value: JSONValue) throws(QMPClientError) -> Activity {
        do throws(JSONError) { return try Activity(value) } catch {
            throw QMPClientError(
                place, "the answer to query-activity is not understood: \(error.message)",
                expected: "a machine of the same version of the program")
        }
    }
}
