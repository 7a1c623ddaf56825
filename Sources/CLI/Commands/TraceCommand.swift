import TandemKernel

/// `tandem trace`: shows a binary trace, or compares an instruction trace with QEMU's.
struct TraceCommand {
    let arguments: Arguments
    let surroundings: Surroundings

    init(_ arguments: Arguments, _ surroundings: Surroundings) {
        self.arguments = arguments
        self.surroundings = surroundings
    }

    func run() throws(UsageError) -> Int32 {
        if let theirs = arguments["compare"] { return try compare(with: theirs) }
        let file = arguments.operands[0]
        var encoder = TraceEncoder(try format())
        let bytes = try read(file)
        do throws(TraceError) {
            var decoder = try TraceDecoder(bytes)
            while let record = try decoder.next() {
                surroundings.write(String(decoding: encoder.encode(record), as: UTF8.self))
            }
            return ExitStatus.success
        } catch {
            surroundings.complain("\(file): \(error)")
            return ExitStatus.usage
        }
    }

    private func format() throws(UsageError) -> TraceFormat {
        guard let text = arguments["format"] else { return .text }
        guard let format = TraceFormat(rawValue: text), format != .binary else {
            throw UsageError("-format cannot be “\(text)”; expected text or jsonl", command: "trace")
        }
        return format
    }

    private func read(_ file: String) throws(UsageError) -> [UInt8] {
        guard let bytes = surroundings.readFile(file) else {
            throw UsageError("the file “\(file)” cannot be read", command: "trace")
        }
        return bytes
    }

    private func compare(with theirs: String) throws(UsageError) -> Int32 {
        var start: UInt64?
        if let text = arguments["from"] {
            guard text.hasPrefix("0x"), let address = UInt64(text.dropFirst(2), radix: 16) else {
                throw UsageError("-from cannot be “\(text)”; expected an address such as 0x80000000", command: "trace")
            }
            start = address
        }
        let ours = InstructionTrace.ours(try read(arguments.operands[0]))
        let others = InstructionTrace.theirs(try read(theirs))
        let result = InstructionTrace.compare(ours, others, from: start ?? 0x8000_0000)
        surroundings.write(result.text)
        return result.isEqual ? ExitStatus.success : ExitStatus.difference
    }
}
