@testable import TandemX64

/// One instruction to be assembled: a row of the table with operands.
struct Sample {
    let row: EncodingTable.Row
    let width: Width
    /// As handed to the assembler, the destination first.
    let operands: [Instruction.Operand]
    let condition: Condition?

    /// The operands as the disassembler is to show them.
    ///
    /// The operands of `xchg` and `test` may stand in either order, and the table lists the other one first.
    var expected: [Instruction.Operand] {
        guard case .integer(let operation) = row.mnemonic, operation == .xchg || operation == .test,
            operands.count == 2,
            case .general = operands[0]
        else { return operands }
        if case .immediate = operands[1] { return operands }
        return operands.reversed()
    }

    var name: String { "\(row.mnemonic) \(row.form) \(width) \(operands)" }
}

extension Sample {
    /// Samples of every row, in every width, for every register in every field, and for every way to address memory.
    static let all: [Sample] = EncodingTable.rows.flatMap { row in
        widths(row).flatMap { width in
            switch row.form {
            case .zo: [Sample(row: row, width: width, operands: [], condition: nil)]
            case .d8, .d32: distances(row, width)
            default: registers(row, width) + memories(row, width)
            }
        }
    }

    private static func widths(_ row: EncodingTable.Row) -> [Width] {
        row.encoding.isSized
            ? Width.allCases.filter(row.encoding.allows) : [row.encoding.extent == .quad ? .quad : .long]
    }

    private static func distances(_ row: EncodingTable.Row, _ width: Width) -> [Sample] {
        let conditions: [Condition?] = row.encoding.has(.condition) ? Condition.allCases : [nil]
        let targets: [UInt] = row.form == .d8 ? [0] : [0, Sample.codeAddress, 0x7fff_0000]
        return conditions.flatMap { condition in
            targets.map { Sample(row: row, width: width, operands: [.target($0)], condition: condition) }
        }
    }

    /// Where the samples are to be executed.
    static let codeAddress: UInt = 0x4000_0000

    private static func registers(_ row: EncodingTable.Row, _ width: Width) -> [Sample] {
        var isVectorStore = false
        if case .vector = row.mnemonic { isVectorStore = row.form == .mr }
        // Between vectors the assembler always takes the form of the load.
        if row.encoding.has(.memoryOnly) || isVectorStore { return [] }
        // Three numbers that each go through all registers, in different steps.
        return (0..<48).map { number in
            let m = UInt8(truncatingIfNeeded: number * 5 + number / 16) & 15
            return sample(row, width, number, m: isVectorM(row) ? vector(m) : general(m, part(row, width)))
        }
    }

    private static func memories(_ row: EncodingTable.Row, _ width: Width) -> [Sample] {
        if row.encoding.has(.registerOnly) || [.o, .oi].contains(row.form) { return [] }
        // The assembler reaches memory of these through the forms between vectors and memory.
        if row.form == .rmFromGeneral || row.form == .mrToGeneral { return [] }
        let size = part(row, width).map(\.byteCount) ?? (row.encoding.extent == .vector ? 16 : 0)
        return places.enumerated().map { sample(row, width, $0.offset, m: .memory($0.element, byteCount: size)) }
    }

    /// Every base with each length of displacement, every index with each scale, and the rest.
    private static let places: [Memory] = {
        var result: [Memory] = []
        for base in Register.allCases {
            for displacement: Int32 in [0, 8, -128, 128, -0x1234_5678] { result.append(Memory(base, displacement)) }
        }
        for (number, index) in Register.allCases.enumerated() where index != .rsp {
            let base = Register.allCases[(number * 7 + 4) & 15]
            let scale = UInt8(number & 3)
            result.append(Memory(base, index: index, scale: scale))
            result.append(Memory(base, index: index, scale: 3 - scale, number & 1 == 0 ? -1 : 0x1000))
            result.append(Memory(index: index, scale: scale, Int32(number) * 0x100))
        }
        for base in [Register.rbp, .r13, .rsp, .r12] {
            for displacement: Int32 in [0, 127, -129] {
                result.append(Memory(base, index: .r12, scale: 1, displacement))
            }
        }
        return result + [.at(codeAddress - 0x1000_0000), .at(codeAddress + 0x1000_0000)]
    }()

    /// The width of the operand M where it is an integer or in memory; nil for a whole vector and for `lea`.
    private static func part(_ row: EncodingTable.Row, _ width: Width) -> Width? {
        switch row.encoding.extent {
        case .width: width
        case .byte: .byte
        case .word: .word
        case .long: .long
        case .quad: .quad
        case .vector, .none: nil
        }
    }

    private static func isVectorM(_ row: EncodingTable.Row) -> Bool {
        guard case .vector = row.mnemonic else { return false }
        return ![.rmFromGeneral, .mrToGeneral, .rvmGeneral, .rvmiGeneral].contains(row.form)
    }

    private static func general(_ number: UInt8, _ width: Width?) -> Instruction.Operand {
        .general(Register.allCases[Int(number)], width ?? .long)
    }

    private static func vector(_ number: UInt8) -> Instruction.Operand { .vector(Vector.allCases[Int(number)]) }

    /// The sample of `row` with the operand `m`, and others that depend on `number`.
    private static func sample(
        _ row: EncodingTable.Row, _ width: Width, _ number: Int, m: Instruction.Operand
    ) -> Sample {
        var isVector = false
        if case .vector = row.mnemonic { isVector = true }
        let first = UInt8(number & 15)
        let second = UInt8((number * 3 + 1) & 15)
        let isVectorR = isVector && row.form != .rmToGeneral
        let r = isVectorR ? vector(first) : general(first, width)
        let v = isVector ? vector(second) : general(second, width)
        let operands: [Instruction.Operand] =
            switch row.form {
            case .zo, .d8, .d32: []
            case .rm, .rmFromGeneral, .rmToGeneral: [r, m]
            case .mr, .mrToGeneral: [m, r]
            case .mi: [m, full(width, number)]
            case .mi8: [m, short(row, number)]
            case .rmi: [r, m, isVector ? .immediate(0xe9) : full(width, number)]
            case .rmi8: [r, m, short(row, number)]
            case .m: row.encoding.has(.byCL) ? [m, .general(.rcx, .byte)] : [m]
            case .o: [general(first, width)]
            case .oi: [general(first, width), .immediate(width == .long ? 0x89ab_cdef : -0x1234_5678_9abc_def0)]
            case .rvm, .rvmGeneral: [r, v, m]
            case .rmv: [r, m, v]
            case .vm: [v, m]
            case .rvmi, .rvmiGeneral: [r, v, m, .immediate(0xe9)]
            case .vmi: [v, m, .immediate(0x21)]
            case .rvmr: [r, v, m, vector(UInt8((number * 11 + 3) & 15))]
            }
        let condition = row.encoding.has(.condition) ? Condition.allCases[number & 15] : nil
        return Sample(row: row, width: width, operands: operands, condition: condition)
    }

    /// An immediate that has no form of one byte, unless it is one.
    private static func full(_ width: Width, _ number: Int) -> Instruction.Operand {
        switch width {
        case .byte: .immediate(number & 1 == 0 ? 0x12 : -0x12)
        case .word: .immediate(number & 1 == 0 ? 0x1234 : -0x1234)
        case .long, .quad: .immediate(number & 1 == 0 ? 0x1234_5678 : -0x1234_5678)
        }
    }

    private static let mnemonicsWithLongForm = EncodingTable.rows.filter { $0.form == .mi || $0.form == .rmi }
        .map(\.mnemonic)

    private static func short(_ row: EncodingTable.Row, _ number: Int) -> Instruction.Operand {
        return .immediate(
            mnemonicsWithLongForm.contains(row.mnemonic) ? (number & 1 == 0 ? 127 : -128) : Int64(number & 63))
    }
}
