import TandemHost
import TandemKernel
import TandemMonitor
import TandemOS

/// `tandem top`: what a machine that runs is doing, at a terminal again and again, otherwise once.
struct TopCommand {
    let arguments: Arguments
    let surroundings: Surroundings
    private let address: SocketAddress
    private let place: String
    private var settings = TopView.Settings()

    init(_ arguments: Arguments, _ surroundings: Surroundings) throws(UsageError) {
        self.arguments = arguments
        self.surroundings = surroundings
        guard let place = arguments.operands.first else {
            throw UsageError(
                "“tandem top” needs the place of a machine's -qmp: unix:PATH or HOST:PORT", command: "top")
        }
        self.place = place
        guard let address = Self.address(place) else {
            throw UsageError(
                "“\(place)” is no place of a machine; expected unix:PATH or HOST:PORT, as after its -qmp, without “,server”",
                command: "top")
        }
        self.address = address
        if let text = arguments["sort"] {
            guard let order = LinkOrder(rawValue: text) else {
                throw UsageError(
                    "-sort cannot be “\(text)”; expected \(Diagnosis.list(LinkOrder.allCases.map(\.rawValue), last: "or"))",
                    command: "top")
            }
            settings.order = order
        }
        if let text = arguments["interval"] {
            guard let time = try? SimTime(parsing: text), time <= .seconds(3600),
                TopView.intervals.contains(Int(time.picoseconds / 1_000_000_000))
            else {
                throw UsageError("-interval cannot be “\(text)”; expected 50ms to 3600s, such as 500ms", command: "top")
            }
            settings.interval = Int(time.picoseconds / 1_000_000_000)
        }
        settings.hasColour = (surroundings.environment("NO_COLOR") ?? "").isEmpty
    }

    private static func address(_ text: String) -> SocketAddress? {
        guard !text.contains(",") else { return nil }
        if text.hasPrefix("unix:") { return text.utf8.count > 5 ? .unix(path: String(text.dropFirst(5))) : nil }
        return CharacterOptions.address(parsing: text.hasPrefix("tcp:") ? String(text.dropFirst(4)) : text)
    }

    func run() -> Int32 {
        do throws(QMPClientError) {
            let client = try QMPClient(address, place: place)
            let isLive = surroundings.hasScreen && !arguments.has("once") && surroundings.environment("TERM") != "dumb"
            return isLive ? try live(client) : try once(client)
        } catch {
            surroundings.complain(error.description)
            return ExitStatus.usage
        }
    }

    private func once(_ client: QMPClient) throws(QMPClientError) -> Int32 {
        var view = TopView(place: place, settings: settings)
        view.take(try client.activity(try client.perform("query-activity")))
        surroundings.write(view.text)
        return ExitStatus.success
    }

    private func live(_ client: QMPClient) throws(QMPClientError) -> Int32 {
        var session = TopSession(client, settings)
        switch try session.run() {
        case .left: return ExitStatus.success
        case .signal(let number): return 128 + number
        case .over(let text):
            surroundings.write(text + "\nthe run is over\n")
            return ExitStatus.success
        }
    }
}
