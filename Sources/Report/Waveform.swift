public import TandemBus
import TandemKernel

/// Lines and the activity of links as a value change dump (IEEE 1364-2005 §18): GTKWave and others show it.
///
/// Lines are wires in the scopes of their modules. Where traffic was measured, each link is an integer of the bytes that
/// each bin carried, in the scope `traffic`. Times are picoseconds.
public struct Waveform {
    private var scopes: [(path: [String], declaration: String)] = []
    private var initial: [String] = []
    private var changes: [(time: UInt64, order: Int, text: String)] = []
    private let start: UInt64
    private let end: UInt64
    private var count = 0

    /// The waveform of a run: what a recorder has seen, and what its report has measured.
    public init(_ recorder: LineRecorder, _ report: RunReport) {
        start = recorder.start.picoseconds
        end = report.simulated.picoseconds
        var codes: [String] = []
        for line in recorder.lines {
            let code = declare(line.input.path, "wire 1")
            codes.append(code)
            initial.append("\(line.initial ? 1 : 0)\(code)")
        }
        for change in recorder.changes { add(change.time.picoseconds, "\(change.level ? 1 : 0)\(codes[change.line])") }
        for link in report.series { add(link) }
    }

    private mutating func add(_ link: LinkSeries) {
        // A point would begin another scope.
        let name = "\(link.initiator)->\(link.target)".replacing(".", with: "/")
        let code = declare("traffic.\(name)", "integer 64")
        let width = link.binWidth.picoseconds
        var first = "b0"
        for (index, row) in link.rows.enumerated() {
            let value = "b\(String(row.cell.bytes, radix: 2))"
            // What holds from the start on is the first value, and no change.
            if row.bin * width <= start { first = value } else { add(row.bin * width, "\(value) \(code)") }
            let next = index + 1 < link.rows.count ? link.rows[index + 1].bin : .max
            if next != row.bin + 1, (row.bin + 1) * width <= end { add((row.bin + 1) * width, "b0 \(code)") }
        }
        initial.append("\(first) \(code)")
    }

    private mutating func add(_ time: UInt64, _ text: String) { changes.append((time, changes.count, text)) }

    /// Declares a variable and gives its code.
    private mutating func declare(_ path: String, _ kind: String) -> String {
        let code = Self.code(count)
        count += 1
        var parts = path.split(separator: ".").map(String.init)
        let name = parts.popLast() ?? path
        scopes.append((parts, "$var \(kind) \(code) \(name) $end"))
        return code
    }

    /// Identifier codes are of the printable characters from “!” to “~”.
    static func code(_ number: Int) -> String {
        var number = number
        var code = ""
        repeat {
            code.unicodeScalars.append(Unicode.Scalar(UInt8(33 + number % 94)))
            number /= 94
        } while number > 0
        return code
    }

    /// The file.
    public var text: String {
        var text = "$version tandem $end\n$timescale 1 ps $end\n"
        var open: [String] = []
        // Variables of one scope stand together.
        for scope in scopes.sorted(by: { $0.path.lexicographicallyPrecedes($1.path) }) {
            var common = 0
            while common < min(open.count, scope.path.count), open[common] == scope.path[common] { common += 1 }
            for _ in common..<open.count { text += "$upscope $end\n" }
            for name in scope.path[common...] { text += "$scope module \(name) $end\n" }
            open = scope.path
            text += scope.declaration + "\n"
        }
        for _ in open { text += "$upscope $end\n" }
        text += "$enddefinitions $end\n#\(start)\n$dumpvars\n" + initial.map { $0 + "\n" }.joined() + "$end\n"
        var time = start
        for change in changes.sorted(by: { ($0.time, $0.order) < ($1.time, $1.order) }) {
            if change.time != time {
                time = change.time
                text += "#\(time)\n"
            }
            text += change.text + "\n"
        }
        if time < end { text += "#\(end)\n" }
        return text
    }
}
