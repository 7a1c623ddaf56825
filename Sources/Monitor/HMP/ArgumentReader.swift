import TandemKernel

/// Reads the arguments of a command from a line.
struct ArgumentReader {
    let line: [UInt8]
    private(set) var position = 0
    private let symbols: any ExpressionSymbols

    init(_ line: String, registers symbols: any ExpressionSymbols) {
        self.line = Array(line.utf8)
        self.symbols = symbols
        skipBlanks()
    }

    var isAtEnd: Bool { position >= line.count }

    // MARK: Names

    /// The name at the position.
    func peekName() -> (name: String, end: Int)? { peekName(after: position) }

    /// The name that follows blanks at `start`; `?` is one too.
    func peekName(after start: Int) -> (name: String, end: Int)? {
        var end = start
        while end < line.count, Self.isBlank(line[end]) { end += 1 }
        let begin = end
        if end < line.count, line[end] == UInt8(ascii: "?") {
            end += 1
        } else {
            while end < line.count, Self.isNameByte(line[end]) { end += 1 }
        }
        guard end > begin else { return nil }
        return (String(decoding: line[begin..<end], as: UTF8.self), end)
    }

    mutating func skipNames(_ count: Int) {
        for _ in 0..<count {
            if let name = peekName() { position = name.end }
        }
    }

    // MARK: Arguments

    /// Everything that is left, as arguments of a command.
    mutating func arguments(of signature: CommandSignature) throws(CommandError) -> PropertyValues {
        var values = PropertyValues()
        if let format = takeFormat() {
            guard signature.arguments.contains(where: { $0.name == "format" }) else {
                throw CommandError(at: signature.name, "the command has no format", expected: "a blank behind its name")
            }
            values.set("format", text: format, from: "column \(position - format.utf8.count + 1)")
        } else if !isAtEnd, !Self.isBlank(line[position]) {
            throw surplus(signature)
        }
        while true {
            skipBlanks()
            if isAtEnd { return values }
            let start = position
            if let flag = takeFlag(signature) {
                values.set(flag, .bool(true), from: Self.place(start))
                continue
            }
            if let name = takeName(signature) {
                try take(name, of: signature, into: &values, from: start)
                continue
            }
            let next = signature.arguments.first { argument in
                argument.kind != .bool && argument.name != "format" && values[argument.name] == nil
            }
            guard let next else {
                guard signature.takesFurther, let name = takeAnyName() else { throw surplus(signature) }
                values.set(name, text: try word(), from: Self.place(start))
                continue
            }
            try take(next.name, of: signature, into: &values, from: start)
        }
    }

    private mutating func take(
        _ name: String, of signature: CommandSignature, into values: inout PropertyValues, from start: Int
    ) throws(CommandError) {
        let place = Self.place(start)
        if values[name] != nil {
            throw CommandError(at: "\(signature.name), \(place)", "the argument “\(name)” is given twice")
        }
        guard let argument = signature.arguments.first(where: { $0.name == name }) else { return }
        if name == signature.openArgument {
            values.set(name, text: rest(), from: place)
            return
        }
        switch argument.kind {
        case .unsigned, .integer:
            var expression = ExpressionReader(line, at: position, symbols: symbols)
            let value = try expression.read()
            position = expression.position
            values.set(name, Self.number(value, argument.kind), from: place)
        case .list: values.set(name, text: rest().split(separator: " ").joined(separator: ","), from: place)
        default: values.set(name, text: try word(), from: place)
        }
    }

    private static func number(_ value: UInt64, _ kind: PropertyKind) -> PropertyValue {
        if case .integer = kind { return .integer(Int64(bitPattern: value)) }
        return .unsigned(value)
    }

    /// What stands behind a `/` at the position.
    private mutating func takeFormat() -> String? {
        guard position < line.count, line[position] == UInt8(ascii: "/") else { return nil }
        let start = position + 1
        position = start
        while position < line.count, !Self.isBlank(line[position]) { position += 1 }
        return String(decoding: line[start..<position], as: UTF8.self)
    }

    /// The boolean argument that `-x` means.
    private mutating func takeFlag(_ signature: CommandSignature) -> String? {
        guard line[position] == UInt8(ascii: "-"), position + 1 < line.count,
            position + 2 == line.count || Self.isBlank(line[position + 2])
        else { return nil }
        let letter = Character(Unicode.Scalar(line[position + 1]))
        guard let argument = signature.arguments.first(where: { $0.kind == .bool && $0.name.first == letter }) else {
            return nil
        }
        position += 2
        return argument.name
    }

    /// The name of a declared argument before a `=`.
    private mutating func takeName(_ signature: CommandSignature) -> String? {
        guard let (name, end) = peekName(), end < line.count, line[end] == UInt8(ascii: "="),
            signature.arguments.contains(where: { $0.name == name })
        else { return nil }
        position = end + 1
        return name
    }

    private mutating func takeAnyName() -> String? {
        guard let (name, end) = peekName(), end < line.count, line[end] == UInt8(ascii: "=") else { return nil }
        position = end + 1
        return name
    }

    /// A word, or a text in quotation marks in which `\` makes the next character plain.
    private mutating func word() throws(CommandError) -> String {
        let start = position
        guard position < line.count, line[position] == UInt8(ascii: "\"") else {
            while position < line.count, !Self.isBlank(line[position]) { position += 1 }
            return String(decoding: line[start..<position], as: UTF8.self)
        }
        var text: [UInt8] = []
        position += 1
        while position < line.count {
            let byte = line[position]
            position += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\"), position < line.count {
                text.append(line[position])
                position += 1
            } else {
                text.append(byte)
            }
        }
        throw CommandError(at: Self.place(start), "the quotation mark has no partner")
    }

    /// The rest of the line, without blanks at its end.
    private mutating func rest() -> String {
        var end = line.count
        while end > position, Self.isBlank(line[end - 1]) { end -= 1 }
        defer { position = line.count }
        return String(decoding: line[position..<end], as: UTF8.self)
    }

    private func surplus(_ signature: CommandSignature) -> CommandError {
        let names = signature.arguments.map(\.name)
        let text = String(decoding: line[position...].prefix(40), as: UTF8.self)
        return CommandError(
            at: "\(signature.name), \(Self.place(position))", "“\(text)” is too much",
            expected: names.isEmpty ? "no arguments" : "at most \(names.joined(separator: ", "))")
    }

    mutating func skipBlanks() {
        while position < line.count, Self.isBlank(line[position]) { position += 1 }
    }

    static func place(_ position: Int) -> String { "column \(position + 1)" }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
