import TandemCPU

/// The state of an assembly: where it stands, what it knows, what it has made.
struct Assembly {
    enum Pass {
        /// Symbols that are defined later are not yet known; only sizes count.
        case layout
        /// Every symbol is known.
        case encoding
    }

    let xlen: XLEN
    private let base: UInt64
    private var pass = Pass.layout
    /// Where the current instruction stands; within a pseudo-instruction, beyond the start of its statement.
    private var location: UInt64 { base &+ UInt64(bytes.count) }

    private(set) var bytes: [UInt8] = []
    private(set) var symbols: [String: Int64] = [:]
    /// The start of the current statement: the value of `.`.
    private(set) var address: UInt64
    /// The addresses of each numeric label in order of the source, and how many of them stand before the current statement.
    private var numericLabels: [String: [UInt64]] = [:]
    private var numericLabelsPassed: [String: Int] = [:]
    /// What `%pcrel_hi` was taken of, by the address of its instruction: `%pcrel_lo` names that instruction.
    private var relocationTargets: [UInt64: Int64] = [:]

    init(xlen: XLEN, base: UInt64) {
        self.xlen = xlen
        self.base = base
        address = base
    }

    mutating func begin(_ pass: Pass) {
        self.pass = pass
        bytes = []
        address = base
        numericLabelsPassed = [:]
    }

    mutating func assemble(_ statement: SourceStatement) throws(AssemblyFault) {
        address = location
        for label in statement.labels { try define(label: label) }
        if statement.mnemonic.isEmpty { return }
        if statement.mnemonic.first == "." {
            try directive(statement)
        } else if statement.mnemonic == "li", statement.operands.count == 2 {
            try loadImmediate(statement)
        } else if let expansion = PseudoInstruction.expand(statement, xlen: xlen) {
            for part in expansion { try instruction(part) }
        } else {
            try instruction(statement)
        }
    }

    // MARK: Symbols

    private mutating func define(label: String) throws(AssemblyFault) {
        if label.allSatisfy(\.isNumber) {
            if pass == .layout { numericLabels[label, default: []].append(address) }
            numericLabelsPassed[label, default: 0] += 1
        } else {
            try define(label, as: Int64(bitPattern: address))
        }
    }

    mutating func define(_ name: String, as value: Int64) throws(AssemblyFault) {
        guard let first = name.first, !first.isNumber, name.allSatisfy(SourceReader.isNamePart) else {
            throw AssemblyFault("'\(name)' cannot be a symbol; expected letters, digits, '_', '.' and '$'")
        }
        guard pass == .encoding || symbols[name] == nil else { throw AssemblyFault("'\(name)' is defined twice") }
        symbols[name] = value
    }

    // MARK: Output

    /// Appends the lowest `count` bytes of a value, little-endian.
    mutating func emit(_ value: UInt64, count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }

    mutating func emit(_ data: [UInt8]) { bytes += data }

    // MARK: Values

    /// The value of an expression; nil while it is not yet known.
    mutating func evaluate(_ text: String) throws(AssemblyFault) -> Int64? {
        let value = try Expression.evaluate(text, in: &self)
        guard let value, xlen == .rv32, (0...0xffff_ffff).contains(value) else { return value }
        // On RV32 0xffffffff and -1 are the same value.
        return Int64(Int32(truncatingIfNeeded: value))
    }

    /// The value of an expression that decides about sizes, so that it must be known at once.
    mutating func evaluateNow(_ text: String) throws(AssemblyFault) -> Int64 {
        guard let value = try evaluate(text) else {
            throw AssemblyFault("'\(text)' must be known here; expected symbols that are defined above")
        }
        return value
    }

    private mutating func loadImmediate(_ statement: SourceStatement) throws(AssemblyFault) {
        guard let register = RegisterNames.integer(named: statement.operands[0]) else {
            throw AssemblyFault(
                "'\(statement.operands[0])' is not an integer register; expected x0...x31 or an ABI name")
        }
        let value = try evaluateNow(statement.operands[1])
        guard xlen == .rv64 || (-0x8000_0000...0xffff_ffff).contains(value) else {
            throw AssemblyFault("\(value) does not fit a register of 32 bits")
        }
        for word in LoadImmediate.words(value, into: register, xlen: xlen) { emit(UInt64(word), count: 4) }
    }

    private mutating func instruction(_ statement: SourceStatement) throws(AssemblyFault) {
        var reader = OperandReader(location: location, xlen: xlen)
        if let row = InstructionIndex.compressed(statement.mnemonic, xlen: xlen) {
            reader.operands.rd = row.impliedOperands.rd
            reader.operands.rs1 = row.impliedOperands.rs1
            reader.operands.rs2 = row.impliedOperands.rs2
            try reader.read(statement.operands, row.syntax.description, in: &self)
            if !reader.isComplete { return emit(UInt64(row.match), count: 2) }
            guard let half = row.encode(reader.operands) else {
                throw AssemblyFault(
                    "these operands have no 16-bit form, or one that is reserved; "
                        + "expected registers x8...x15 where three bits name them, and an immediate in range")
            }
            return emit(UInt64(half), count: 2)
        }
        guard let (row, aq, rl) = InstructionIndex.base(statement.mnemonic, xlen: xlen) else {
            throw AssemblyFault(InstructionIndex.explain(statement.mnemonic, xlen: xlen))
        }
        reader.operands.aq = aq
        reader.operands.rl = rl
        reader.immediate = row.immediate
        try reader.read(statement.operands, row.syntax.description, in: &self)
        emit(UInt64(row.encode(reader.operands)), count: 4)
    }
}

extension Assembly: Expression.Scope {
    mutating func value(ofSymbol name: String) throws(AssemblyFault) -> Int64? {
        if let direction = name.last, direction == "f" || direction == "b", name.dropLast().allSatisfy(\.isNumber),
            name.count > 1
        {
            let label = String(name.dropLast())
            let all = numericLabels[label] ?? []
            let passed = numericLabelsPassed[label] ?? 0
            let index = direction == "b" ? passed - 1 : passed
            if all.indices.contains(index) { return Int64(bitPattern: all[index]) }
            if pass == .layout, direction == "f" { return nil }
            throw AssemblyFault("there is no label '\(label):' \(direction == "b" ? "before" : "after") this")
        }
        if let value = symbols[name] { return value }
        if pass == .layout { return nil }
        throw AssemblyFault("'\(name)' is not defined; expected a label or a constant of this source")
    }

    mutating func apply(_ function: String, to argument: Int64?) throws(AssemblyFault) -> Int64? {
        let place = location
        switch function {
        case "hi": return argument.map { Self.high($0) & 0xfffff }
        case "lo": return argument.map(Self.low)
        case "pcrel_hi":
            guard let argument else { return nil }
            relocationTargets[place] = argument
            var distance = argument &- Int64(bitPattern: place)
            if xlen == .rv32 { distance = Int64(Int32(truncatingIfNeeded: distance)) }
            let high = Self.high(distance)
            guard xlen == .rv32 || (-0x8_0000...0x7_ffff).contains(high) else {
                throw AssemblyFault("the target is \(distance) bytes away; expected less than 2 GiB")
            }
            return high & 0xfffff
        case "pcrel_lo":
            guard let argument else { return nil }
            let origin = UInt64(bitPattern: argument)
            guard let target = relocationTargets[origin] else {
                if pass == .layout { return nil }
                throw AssemblyFault("%pcrel_lo must name the label of an auipc with %pcrel_hi")
            }
            return Self.low(target &- argument)
        case "previous_lo":
            // The lower part that belongs to the auipc directly before: only expansions write this.
            return argument.map { Self.low($0 &- Int64(bitPattern: place &- 4)) }
        default: throw AssemblyFault("'%\(function)' is not a function; expected %hi, %lo, %pcrel_hi or %pcrel_lo")
        }
    }

    private static func low(_ value: Int64) -> Int64 { (value & 0xfff ^ 0x800) - 0x800 }

    /// The upper part to which the sign-extended lower twelve bits are added.
    private static func high(_ value: Int64) -> Int64 { (value &+ 0x800) >> 12 }
}
