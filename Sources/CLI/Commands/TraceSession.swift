import TandemKernel
import TandemMachine

/// Does what -trace and -log say.
struct TraceSession {
    let options: TraceOptions
    let surroundings: Surroundings

    /// Before the run.
    func begin(_ machine: Machine) throws(PlatformError) {
        let simulation = machine.simulation
        for (path, level) in options.levels {
            if path.isEmpty {
                simulation.log.threshold = level
                continue
            }
            guard simulation.root.find(path) != nil else {
                let paths = simulation.root.descendantPaths
                throw PlatformError(
                    at: "-log", "there is no object “\(path)”", expected: "the path of an object, or a level alone",
                    nearest: paths.nearest(to: path))
            }
            simulation.log.setLevel(level, of: path)
        }
        // A monitor may switch events on later.
        simulation.trace.sink = TraceWriter(options.format, try surroundings.openTrace(options.file))
        var patterns: [(pattern: String, isOn: Bool)] = []
        for file in options.patternFiles {
            guard let bytes = surroundings.readFile(file) else {
                throw PlatformError(at: "-trace", "the file “\(file)” cannot be read", expected: "a file of patterns")
            }
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                let words = line.split(separator: " ")
                guard let word = words.first, !word.hasPrefix("#") else { continue }
                TraceOptions.add(String(word), to: &patterns)
            }
        }
        for (pattern, isOn) in patterns + options.patterns {
            do throws(ElaborationError) { try simulation.trace.set(pattern, isOn) } catch {
                var diagnosis = error.diagnosis
                diagnosis.place = "-trace"
                throw PlatformError([diagnosis])
            }
        }
    }

    /// The events of a machine, a line for each.
    static func listing(_ machine: Machine) -> String {
        machine.simulation.trace.events.map { event, _ in
            let fields = event.fields.map(\.name).joined(separator: ", ")
            return "\(event.name)(\(fields))\n    \(event.summary)\n"
        }.joined()
    }
}

/// Writes records in one of the forms.
private final class TraceWriter: TraceSink {
    private var encoder: TraceEncoder
    private let append: ([UInt8]) -> Void

    init(_ format: TraceFormat, _ append: @escaping ([UInt8]) -> Void) {
        encoder = TraceEncoder(format)
        self.append = append
    }

    func write(_ record: TraceRecord) { append(encoder.encode(record)) }
}

extension Module {
    /// The paths of everything in this module.
    fileprivate var descendantPaths: [String] {
        var paths: [String] = []
        forEachDescendant { paths.append($0.path) }
        return paths
    }
}
