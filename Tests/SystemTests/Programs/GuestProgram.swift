/// A random program: functions, the registers it begins with, and the address spaces it runs in.
struct GuestProgram {
    /// Main, and the functions that it calls. A function calls later ones only, so that every program ends.
    var functions: [[ProgramItem]]
    /// How far before the end of a page each function starts.
    var leads: [Int]
    /// How each function returns.
    var returns: [Return]
    var seed: UInt64
    var hart: Int
    var space: ProgramSpace
    var floatControl: UInt64
    var integers: [UInt64]
    var floats: [UInt64]
    /// Whether QEMU can be asked, too.
    var isComparable: Bool

    enum Return {
        case plain, compressed
        /// Goes on one instruction later if a bit of a register is set.
        case skipping(register: UInt32)
    }

    static let codeSize = 0x8000
    /// The page that holds the second version of page 1.
    static let versionPage = 7
    static let mostFunctions = 6
    /// Bytes that a function's items may take.
    static let functionRoom = 0xE80

    /// Where a function starts in the code.
    func offset(_ function: Int) -> Int { function == 0 ? 0 : function * 0x1000 - leads[function] }

    /// How often an item could be left out, in all functions.
    var itemCount: Int { functions.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } } }

    /// The program without its item number `index`.
    func removing(_ index: Int) -> GuestProgram {
        var copy = self
        var left = index
        for number in functions.indices {
            let count = functions[number].reduce(0) { $0 + $1.count }
            if left < count {
                copy.functions[number] = ProgramItem.removing(left, from: functions[number])
                return copy
            }
            left -= count
        }
        return copy
    }

    // MARK: Code

    /// The code in its place, and what it says.
    func assemble() -> (code: [UInt8], listing: String) {
        var layout = ProgramLayout(program: self)
        for number in functions.indices {
            layout.start(number)
            if number > 0 { layout.emit(prologue, "prologue") }
            layout.emit(functions[number])
            if number == 0 {
                layout.emit(Code.halves([Code.addi(31, 0, 0), Code.ecall, Code.ecall]), "end")
            } else {
                layout.emit(epilogue(returns[number]), "return \(returns[number])")
            }
        }
        layout.copyVersion()
        return (layout.code, layout.listing)
    }

    /// The first word can be exchanged; then a frame with x1, x9 and x18 is made.
    private var prologue: [UInt16] {
        let whole = Code.whole(space.width)
        return Code.halves([
            Code.nop, Code.addi(4, 4, -32), Code.store(whole, 1, 0, 4), Code.store(whole, 9, 8, 4),
            Code.store(whole, 18, 16, 4),
        ])
    }

    private func epilogue(_ kind: Return) -> [UInt16] {
        let whole = Code.whole(space.width)
        let load = [
            Code.load(whole, 18, 16, 4), Code.load(whole, 9, 8, 4), Code.load(whole, 1, 0, 4), Code.addi(4, 4, 32),
        ]
        switch kind {
        case .plain: return Code.halves(load + [Code.jalr(0, 1, 0)])
        case .compressed: return Code.halves(load) + [0x8082]
        case .skipping(let register):
            return Code.halves(
                load + [Code.immediate(7, 29, register, 4), Code.add(1, 1, 29), Code.jalr(0, 1, 0)])
        }
    }
}

/// Puts the items of a program where they belong.
private struct ProgramLayout {
    let program: GuestProgram
    var code = [UInt8](repeating: 0, count: GuestProgram.codeSize)
    var listing = ""
    private var position = 0
    private var depth = 1
    /// The markers in page 1: offset, register, value.
    private var markers: [(offset: Int, register: UInt32, value: UInt32)] = []

    init(program: GuestProgram) { self.program = program }

    mutating func start(_ function: Int) {
        position = program.offset(function)
        listing += "function \(function):\n"
    }

    mutating func emit(_ halfwords: [UInt16], _ text: String) {
        let digits = String(position, radix: 16)
        listing += String(repeating: " ", count: max(0, 5 - digits.count)) + digits
        listing += String(repeating: "  ", count: depth) + text + "\n"
        for halfword in halfwords {
            precondition(position + 2 <= code.count, "the program is too long")
            code[position] = UInt8(truncatingIfNeeded: halfword)
            code[position + 1] = UInt8(truncatingIfNeeded: halfword >> 8)
            position += 2
        }
    }

    mutating func emit(_ items: [ProgramItem]) {
        for (index, item) in items.enumerated() {
            switch item {
            case .straight(let halfwords, let text): emit(halfwords, text)
            case .forward(let size, let reach, let skip, let text, let encode):
                var distance = size
                for item in items[(index + 1)...].prefix(skip) {
                    if distance + item.size > reach { break }
                    distance += item.size
                }
                emit(encode(distance), "\(text) -> \(String(position + distance, radix: 16))")
            case .loop(let register, let times, let body):
                emit(Code.halves([Code.addi(register, 0, times)]), "li x\(register), \(times)  # loop")
                depth += 1
                let start = position
                emit(body)
                depth -= 1
                // blt x0, register
                let branch = InstructionSequence.branchBits(
                    0x4063 | register << 20, distance: start - position - 4)
                emit(Code.halves([Code.addi(register, register, -1), branch]), "bgtz x\(register), loop")
            case .call(let function):
                let distance = program.offset(function) - position - 8
                emit(
                    Code.halves([Code.auipc(3), Code.addi(3, 3, 20), Code.jal(1, distance), Code.nop, Code.nop]),
                    "call \(function)")
            case .marker(let register, let value):
                if position >= 0x1000 && position + 4 <= 0x2000 { markers.append((position, register, value)) }
                emit(
                    Code.halves([Code.addi(register, register, Int(value))]),
                    "addi x\(register), x\(register), \(value)  # marker")
            }
        }
    }

    /// The second version of page 1: the same with other markers.
    mutating func copyVersion() {
        let page = GuestProgram.versionPage * 0x1000
        for offset in 0..<0x1000 { code[page + offset] = code[0x1000 + offset] }
        for marker in markers {
            let word = Code.addi(marker.register, marker.register, Int(marker.value ^ 0x155))
            for byte in 0..<4 {
                code[page + marker.offset - 0x1000 + byte] = UInt8(truncatingIfNeeded: word >> UInt32(8 * byte))
            }
        }
    }
}
