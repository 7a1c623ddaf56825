import TandemKernel

/// Makes random programs. The same seed gives the same program on every machine.
///
/// Registers that programs keep: x1 link, x2 and x8 as in sequences, x3 where a trap goes on, x4 stack, x9 and x18 loops,
/// x19 and x20 where the code stands, x21 the shared page, x28-x31 of use within an item.
struct ProgramGenerator {
    var base: SequenceGenerator
    var space: ProgramSpace
    let isComparable: Bool
    /// The function being made, and how many there are.
    var function = 0
    var functionCount = 1
    private var loopDepth = 0
    var usesHigh = false
    /// How far before a page's end each function starts.
    var leads = [0]

    /// `isComparable`: whether the program stays with what QEMU 7.2 does by the specification and at the same time.
    static func make(
        seed: UInt64, width: GuestWidth = .bits64, hart: Int = 0, isComparable: Bool
    ) -> GuestProgram {
        var generator = ProgramGenerator(seed: seed, width: width, hart: hart, isComparable: isComparable)
        return generator.makeProgram(seed: seed)
    }

    private init(seed: UInt64, width: GuestWidth, hart: Int, isComparable: Bool) {
        var base = SequenceGenerator(seed: seed, width: width)
        base.chooseFavourites()
        base.inLoop = true
        for register in [1, 3, 4, 9, 18, 19, 20, 21, 28, 29, 30, 31] { base.kept |= 1 << UInt32(register) }
        let scheme: ProgramSpace.Scheme
        let privilege: Int
        if base.below(5) < 2 {
            scheme = .bare
            privilege = 3
        } else {
            let number = Int(base.below(3))
            scheme = width == .bits32 ? .sv32 : [.sv39, .sv48, .sv57][number]
            privilege = base.oneIn(2) ? 1 : 0
        }
        var random = base.random
        space = ProgramSpace(
            hart: hart, width: width, scheme: scheme, privilege: privilege, isComparable: isComparable
        ) { bound in
            UInt32(truncatingIfNeeded: ((random.next() >> 32) &* UInt64(bound)) >> 32)
        }
        base.random = random
        self.base = base
        self.isComparable = isComparable
    }

    // MARK: The program

    private mutating func makeProgram(seed: UInt64) -> GuestProgram {
        functionCount = 1 + Int(base.below(UInt32(GuestProgram.mostFunctions)))
        usesHigh = base.oneIn(2)
        var returns: [GuestProgram.Return] = [.plain]
        for _ in 1..<GuestProgram.mostFunctions {
            leads.append(2 * Int(1 + base.below(28)))
            switch base.below(4) {
            case 0: returns.append(.skipping(register: base.below(32)))
            case 1: returns.append(.compressed)
            default: returns.append(.plain)
            }
        }
        var functions: [[ProgramItem]] = []
        for number in 0..<functionCount {
            function = number
            functions.append(makeFunction())
        }
        return GuestProgram(
            functions: functions, leads: leads, returns: returns, seed: seed, hart: space.hart, space: space,
            floatControl: UInt64(base.below(5)) << 5 | UInt64(base.below(32)), integers: makeIntegers(),
            floats: (0..<32).map { _ in base.interestingFloat() }, isComparable: isComparable)
    }

    private mutating func makeIntegers() -> [UInt64] {
        var integers = (0..<32).map { _ in width.truncate(base.interestingInteger()) }
        let bases = space.bases(space.privilege)
        integers[2] = space.data - 256
        integers[3] = bases[0]
        integers[4] = space.stack
        integers[8] = space.data
        integers[9] = 1
        integers[18] = 1
        integers[19] = bases[0]
        integers[20] = bases[1]
        integers[21] = space.sharedPage
        return integers
    }

    private mutating func makeFunction() -> [ProgramItem] {
        var items: [ProgramItem] = []
        var size = 0
        for _ in 0..<(function == 0 ? 10 + base.below(40) : 4 + base.below(24)) {
            let item = makeItem()
            if size + item.size > GuestProgram.functionRoom { continue }
            size += item.size
            items.append(item)
        }
        return items
    }

    mutating func makeItem() -> ProgramItem {
        switch base.below(100) {
        case 0..<24: return plain()
        case 24..<34: return ProgramItem(base.plain(base.table.float))
        case 34..<44: return ProgramItem(base.plain(base.table.memory))
        case 44..<50: return ProgramItem(base.compressed())
        case 50..<57: return ProgramItem(base.forward())
        case 57..<59: return ProgramItem(base.control())
        case 59..<62: return ProgramItem(base.atomic())
        case 62..<64: return ProgramItem(base.reservation())
        case 64..<71: return loop()
        case 71..<77: return call()
        case 77..<81: return farAccess()
        case 81..<84: return patch()
        case 84..<86: return fault()
        case 86..<88: return device()
        case 88..<90: return readCSR()
        case 90..<92: return shared()
        case 92..<98: return space.isTranslated ? systemItem() : plain()
        default: return isComparable ? plain() : timeItem()
        }
    }

    var width: GuestWidth { base.width }

    func constant(_ rd: UInt32, _ value: UInt32) -> [UInt32] { Code.constant(rd, value, width) }

    func plainItem(_ words: [UInt32], _ text: String) -> ProgramItem { .straight(Code.halves(words), text) }

    private mutating func plain() -> ProgramItem {
        if base.oneIn(4) { return .marker(register: base.destination(), value: base.below(2048)) }
        return ProgramItem(base.plain(base.table.integer))
    }

    // MARK: Control

    /// Loops stand in each other twice at most; those that call go round a few times only.
    private mutating func loop() -> ProgramItem {
        if loopDepth == 2 { return plain() }
        loopDepth += 1
        defer { loopDepth -= 1 }
        let count = 1 + base.below(loopDepth == 1 ? 9 : 5)
        var body: [ProgramItem] = []
        for _ in 0..<count {
            let item = makeItem()
            if body.reduce(item.size, { $0 + $1.size }) < 1500 { body.append(item) }
        }
        let most = loopDepth == 2 ? 6 : function == 0 ? 70 : 12
        let times = hasCalls(body) ? 2 + Int(base.below(function == 0 ? 6 : 2)) : 2 + Int(base.below(UInt32(most)))
        return .loop(register: loopDepth == 1 ? 18 : 9, times: times, body)
    }

    private func hasCalls(_ items: [ProgramItem]) -> Bool {
        items.contains { item in
            switch item {
            case .call: true
            case .loop(_, _, let body): hasCalls(body)
            case .straight(_, let text): text.hasPrefix("call")
            default: false
            }
        }
    }

    /// Sets x3 so that a trap in `body` goes on behind it.
    func recovering(_ body: [UInt32], _ text: String, extra: [UInt32] = []) -> ProgramItem {
        plainItem([Code.auipc(3), Code.addi(3, 3, 8 + 4 * body.count)] + body + extra, text)
    }

    private mutating func call() -> ProgramItem {
        guard function + 1 < functionCount else { return plain() }
        let first = UInt32(functionCount - function - 1)
        let callee = function + 1 + Int(base.below(first))
        let other = function + 1 + Int(base.below(first))
        switch base.below(5) {
        case 0, 1: return .call(function: callee)
        case 2: return recovering(indirect(callee, 19), "call \(callee) by x19", extra: [Code.nop, Code.nop])
        case 3: return recovering(indirect(callee, 20), "call \(callee) by x20", extra: [Code.nop, Code.nop])
        default:
            let choice = base.source()
            // x29 ← the place of one of two, by a bit of a register
            let words =
                [Code.immediate(7, 29, choice, 1), Code.register(0x20, 0, 29, 0, 29)]
                + constant(30, UInt32(offset(callee) ^ offset(other)))
                + [Code.register(0, 7, 29, 29, 30)] + constant(30, UInt32(offset(callee)))
                + [Code.register(0, 4, 29, 29, 30), Code.add(29, 29, 19), Code.jalr(1, 29, 0)]
            return recovering(words, "call \(callee) or \(other) by x\(choice)", extra: [Code.nop, Code.nop])
        }
    }

    func offset(_ function: Int) -> Int { function * 0x1000 - leads[function] }

    private func indirect(_ callee: Int, _ base: UInt32) -> [UInt32] {
        constant(29, UInt32(offset(callee))) + [Code.add(29, 29, base), Code.jalr(1, 29, 0)]
    }
}
