import TandemJSON
import TandemKernel
import Testing

@testable import TandemCLI

@Suite("tandem top")
struct TopTests {
    /// A machine of two harts after so many microseconds, at `hostShare` of real time.
    private func activity(microseconds: UInt64, writes: UInt64 = 0, status: String = "running") -> Activity {
        Activity(
            machine: "board", status: status, time: .microseconds(microseconds), hostTime: microseconds * 2000,
            transactions: microseconds * 3, skew: .nanoseconds(microseconds == 0 ? 0 : 250),
            ahead: microseconds == 0 ? "" : "cpu0", late: microseconds == 0 ? "" : "cpu1",
            harts: [
                .init(name: "cpu0", instructions: microseconds * 1000),
                .init(name: "cpu1", instructions: microseconds * 10),
            ],
            links: [
                .init(
                    initiator: "cpu0", target: "ram", accesses: microseconds * 500, bytes: microseconds * 2000,
                    errors: 0, latency: 0),
                .init(initiator: "cpu1", target: "ram", accesses: 7, bytes: 28, errors: 0, latency: 0),
                .init(
                    initiator: "cpu0", target: "uart0", accesses: writes, bytes: writes, errors: 1,
                    latency: writes * 20_000),
            ],
            interrupts: [
                .init(
                    line: "uart0.interrupt -> plic.source10", raised: writes, taken: writes, claimed: writes,
                    answered: writes, latency: writes * 1_500_000, longest: 2_000_000),
                .init(
                    line: "silent", raised: 0, taken: 0, claimed: 0, answered: 0, latency: 0, longest: 0),
            ])
    }

    private func view(_ change: (inout TopView.Settings) -> Void = { _ in }) -> TopView {
        var settings = TopView.Settings()
        change(&settings)
        return TopView(place: "unix:q", settings: settings)
    }

    @Test("in a pipe the rates are those of the whole run, without an escape sequence")
    func text() {
        var view = view()
        #expect(view.text == "")
        view.take(activity(microseconds: 1000, writes: 4))
        #expect(
            view.text == """
                board at unix:q: running
                simulated 1 ms, 0.50 of real time, 505.0 MIPS, 1.50 M transactions/s
                skew: at most 250 ns, cpu0 ahead of cpu1

                hart  instructions   MIPS  instructions/s
                cpu0     1 000 000  500.0        1.00 G/s
                cpu1        10 000    5.0        10.0 M/s

                initiator  target  bandwidth  of the host  accesses/s  latency  accesses    bytes  errors
                cpu0       ram     2.00 GB/s    1.00 GB/s     500 M/s      0 s   500 000  2.00 MB       0
                cpu1       ram     28.0 kB/s    14.0 kB/s    7.00 k/s      0 s         7     28 B       0
                cpu0       uart0   4.00 kB/s    2.00 kB/s    4.00 k/s    20 ns         4      4 B       1

                interrupt                         raised/s  latency  longest  raised  taken  claimed
                uart0.interrupt -> plic.source10  4.00 k/s   1.5 us     2 us       4      4        4

                """)
    }

    @Test("the rates of a live view are those since the last look, and its numbers begin where its user says")
    func rates() {
        var view = view { $0.order = .accesses }
        view.take(activity(microseconds: 1000))
        view.take(activity(microseconds: 1500, writes: 1_000_000))
        let lines = view.screen(columns: 120, rows: 40).split(separator: "\r\n").map(String.init)
        #expect(lines[0].hasPrefix("\u{1B}[Hboard: running; every 1 s, links by accesses; h for help; unix:q"))
        #expect(lines.contains { $0.hasPrefix("cpu0  uart0") || $0.contains("uart0   2.00 GB/s") }, "\(lines)")
        let uart = lines.firstIndex { $0.contains("uart0   ") } ?? .max
        let ram = lines.firstIndex { $0.contains("cpu0       ram") } ?? 0
        #expect(uart < ram, "the serial port has more accesses of late")
        view.begin()
        view.take(activity(microseconds: 2000, writes: 1_000_003))
        let text = view.text.split(separator: "\n")
        #expect(text.contains { $0.hasPrefix("cpu0       uart0") && $0.hasSuffix("3      3 B       0") }, "\(text)")
        // Time stands: there is no rate of it.
        view.take(activity(microseconds: 2000, writes: 1_000_003))
        #expect(view.text.contains("cpu0       uart0           -"), "\(view.text)")
    }

    @Test("counters that were reset in the machine count from there")
    func reset() {
        let change = ActivityChange(
            from: activity(microseconds: 1000, writes: 50), to: activity(microseconds: 1200, writes: 20))
        #expect(change.activity.links[2].accesses == 20 && change.activity.interrupts[0].raised == 20)
        #expect(change.activity.links[0].accesses == 100_000 && change.activity.harts[1].instructions == 2000)
        #expect(change.simulatedSeconds == 0.0002 && change.hostSeconds == 0.0004)
    }

    @Test(
        "a view fits into any screen, and says what it leaves out", arguments: [(1, 1), (20, 5), (80, 24), (200, 60)])
    func sizes(columns: Int, rows: Int) {
        for isHelp in [false, true] {
            var view = view {
                $0.hasColour = false
                $0.showsHelp = isHelp
            }
            view.take(activity(microseconds: 1000, writes: 4))
            let text = view.screen(columns: columns, rows: rows)
            let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false).map { line in
                line.replacing("\u{1B}[H", with: "").replacing("\u{1B}[K", with: "").replacing("\u{1B}[J", with: "")
            }
            #expect(lines.count <= rows && lines.allSatisfy { $0.count <= columns }, "\(text)")
            #expect(!text.contains("\u{1B}[7m"))
        }
        let table = ActivityTable(heading: ["a"], rows: (0..<9).map { ["\($0)"] }, textColumns: 1)
        #expect(table.lines(limit: 4) == ["a", "0", "1", "… 7 more"])
        #expect(table.lines(limit: 10).count == 10)
    }

    @Test(
        "numbers have three digits and the prefix of the SI",
        arguments: [
            (0, "0"), (7, "7"), (999, "999"), (999.6, "1.00 k"), (1234, "1.23 k"), (99_960, "100 k"),
            (1_250_000_000, "1.25 G"), (0.5, "0.50"), (0.004, "0.0040"), (12.34, "12.3"),
        ])
    func figures(value: Double, text: String) { #expect(Figure.short(value) == text) }

    @Test("the answer of a machine is read, and one that lacks something is refused with its name")
    func answer() throws {
        let text = """
            {"machine":"m","status":"paused","time":5,"host-time":6,"transactions":7,"delta-cycles":1,"skew":8,
            "ahead":"a","late":"b","harts":[{"hart":"h","instructions":9}],"traffic":[{"initiator":"i","target":"t",
            "reads":1,"writes":2,"fetches":3,"read-bytes":4,"write-bytes":5,"fetch-bytes":6,"errors":7,"latency":8}],
            "interrupts":[{"line":"l","raised":1,"taken":2,"claimed":3,"answered":4,"latency":5,"longest-latency":6}]}
            """
        let activity = try Activity(try JSON5Reader(.json).read(text))
        #expect(activity.links == [.init(initiator: "i", target: "t", accesses: 6, bytes: 15, errors: 7, latency: 8)])
        #expect(activity.interrupts[0].longest == 6 && activity.instructions == 9 && activity.skew == .picoseconds(8))
        let error = #expect(throws: JSONError.self) {
            _ = try Activity(try JSON5Reader(.json).read(text.replacing("errors", with: "error")))
        }
        #expect(error?.message == "the object lacks the member 'errors'")
    }

    @Test(
        "a mistake in its command line says what was expected",
        arguments: [
            ([], "“tandem top” needs the place of a machine's -qmp: unix:PATH or HOST:PORT"),
            (["nowhere"], "“nowhere” is no place of a machine; expected unix:PATH or HOST:PORT"),
            (["unix:q,server,nowait"], "“unix:q,server,nowait” is no place of a machine"),
            (["unix:"], "“unix:” is no place of a machine"),
            (
                ["unix:q", "-sort", "size"],
                "-sort cannot be “size”; expected “bandwidth”, “accesses”, “latency” or “name”"
            ),
            (["unix:q", "-interval", "1us"], "-interval cannot be “1us”; expected 50ms to 3600s, such as 500ms"),
            (["unix:q", "-interval", "2h"], "-interval cannot be “2h”"),
        ])
    func mistakes(words: [String], complaint: String) {
        let bench = CommandBench()
        #expect(bench.run(["top"] + words) == 2)
        #expect(bench.errors.contains(complaint), "\(bench.errors)")
    }
}
