import TandemKernel

/// What -trace and -log say.
struct TraceOptions: Equatable {
    /// Patterns of events to switch on or off, in the order given.
    var patterns: [(pattern: String, isOn: Bool)] = []
    /// Files with a pattern on each line.
    var patternFiles: [String] = []
    /// Where records go; empty for standard error.
    var file = ""
    var format = TraceFormat.text
    var wantsHelp = false
    /// Levels of objects, by path; an empty path for all.
    var levels: [(path: String, level: LogLevel)] = []

    static func == (left: TraceOptions, right: TraceOptions) -> Bool {
        left.patterns.elementsEqual(right.patterns) { $0 == $1 } && left.patternFiles == right.patternFiles
            && left.file == right.file && left.format == right.format && left.wantsHelp == right.wantsHelp
            && left.levels.elementsEqual(right.levels) { $0 == $1 }
    }

    init() {}

    init(_ arguments: Arguments) throws(UsageError) {
        for text in arguments.all("trace") { try readTrace(text) }
        for text in arguments.all("log") { try readLevel(text) }
    }

    var isTracing: Bool { !patterns.isEmpty || !patternFiles.isEmpty || !file.isEmpty }

    private mutating func readTrace(_ text: String) throws(UsageError) {
        for part in text.split(separator: ",").map(String.init) {
            let equals = part.firstIndex(of: "=")
            let key = equals.map { String(part[..<$0]) }
            let value = equals.map { String(part[part.index(after: $0)...]) } ?? part
            if value.isEmpty { throw RunOptions.error("-trace: “\(part)” names nothing") }
            switch key {
            case nil where value == "help": wantsHelp = true
            case nil, "enable": Self.add(value, to: &patterns)
            case "events": patternFiles.append(value)
            case "file": file = value
            case "format":
                guard let known = TraceFormat(rawValue: value) else {
                    throw RunOptions.error(
                        "-trace does not know the format “\(value)”; legal are "
                            + Diagnosis.list(TraceFormat.allCases.map(\.rawValue), last: "and"))
                }
                format = known
            case .some(let key):
                let choices = ["enable", "events", "file", "format"]
                let near = choices.nearest(to: key)
                let hint = near.isEmpty ? "" : "; did you mean \(Diagnosis.list(near, last: "or"))?"
                throw RunOptions.error(
                    "-trace does not know “\(key)=”\(hint); legal are PATTERN and "
                        + Diagnosis.list(choices.map { $0 + "=" }, last: "and"))
            }
        }
        if format == .binary, file.isEmpty, isTracing {
            throw RunOptions.error("-trace: a terminal cannot show the binary form; expected file=FILE beside it")
        }
    }

    /// A pattern with `-` before it switches off.
    static func add(_ text: String, to patterns: inout [(pattern: String, isOn: Bool)]) {
        patterns.append(text.hasPrefix("-") ? (String(text.dropFirst()), false) : (text, true))
    }

    private mutating func readLevel(_ text: String) throws(UsageError) {
        let equals = text.lastIndex(of: "=")
        let word = equals.map { String(text[text.index(after: $0)...]) } ?? text
        guard let level = LogLevel(word) else {
            throw RunOptions.error(
                "-log cannot be “\(text)”; expected PATH=LEVEL or LEVEL, where LEVEL is one of "
                    + Diagnosis.list(LogLevel.allCases.map { "\($0)" }, last: "and"))
        }
        levels.append((equals.map { String(text[..<$0]) } ?? "", level))
    }
}
