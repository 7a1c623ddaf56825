/// Keeps singles out of their boxes between operations (Unpriv. spec "NaN Boxing of Narrower Values").
///
/// A single in a wider register must be boxed, or it reads as the canonical NaN. Where the block shows that it is, operations
/// read the register itself, and a box around the contents of a box is a copy.
struct BoxForwarding: TrackingPass, ~Copyable {
    struct Record: BitwiseCopyable {
        /// The low 32 bits are those of this place.
        var source = Place.zero
        /// When that was so; 0 if there is no such place.
        var time = 0
        /// When the place was given a boxed value.
        var boxTime = 0
    }

    private let traits = OperationTraits.table()
    private let records = FixedTable<Record>(repeating: Record(), count: Place.count)
    var clock = WriteClock()

    mutating func run(_ block: inout IRBlock) {
        guard hasBoxes(block.instructions) else { return }
        visitOperations(of: &block)
    }

    /// Most traces have none, and this is quickly seen.
    private func hasBoxes(_ instructions: [IRInstruction]) -> Bool {
        for index in instructions.indices where instructions[index].type == .f32 { return true }
        return false
    }

    @inline(__always)
    mutating func visit(_ instruction: inout IRInstruction) {
        let reading = LowWordReading(instruction)
        if reading.contains(.a) { instruction.a = forwarded(instruction.a) }
        if reading.contains(.b) { instruction.b = forwarded(instruction.b) }
        if reading.contains(.c) { instruction.c = forwarded(instruction.c) }
        if traits[instruction.opcode].contains(.clobbers) { clock.noteClobber() }
        guard let result = instruction.result else { return }
        switch instruction.opcode {
        case .unboxFloat32:
            if let source = instruction.a.trackedPlace, isBoxed(source) {
                records[result] = Record(source: source, time: clock.now)
            }
        case .zeroExtend32 where result.isTemporary:
            if let source = instruction.a.trackedPlace { records[result] = Record(source: source, time: clock.now) }
        case .copySign where instruction.type == .f32 && instruction.a == instruction.b:
            // A number with its own sign: how a single is copied.
            if let source = instruction.a.trackedPlace { records[result] = Record(source: source, time: clock.now) }
        case .boxFloat32: box(&instruction, result)
        case .load32Boxed: records[result].boxTime = clock.now
        case .move where instruction.type == .i64:
            switch instruction.a {
            case .constant(let value):
                if value >> 32 == 0xffff_ffff { records[result].boxTime = clock.now }
            default:
                if let source = instruction.a.trackedPlace, isBoxed(source) { records[result].boxTime = clock.now }
            }
        default: break
        }
        if instruction.result != nil { clock.noteWrite(result) }
    }

    private func box(_ instruction: inout IRInstruction, _ result: Place) {
        let source = instruction.a.trackedPlace
        if let source, isBoxed(source) {
            // The same box again.
            if source == result {
                instruction = .nothing
                return
            }
            instruction.becomeMove(of: .place(source))
        }
        records[result] = Record(source: source ?? .zero, time: source == nil ? 0 : clock.now, boxTime: clock.now)
    }

    @inline(__always)
    private func isBoxed(_ place: Place) -> Bool { clock.isCurrent(place, since: records[place].boxTime) }

    @inline(__always)
    private func forwarded(_ operand: IROperand) -> IROperand {
        guard case .place(let place) = operand else { return operand }
        let record = records[place]
        guard clock.isCurrent(place, since: record.time), clock.isUnchanged(record.source, since: record.time) else {
            return operand
        }
        return .place(record.source)
    }
}

/// The operands of which an operation reads the low 32 bits only, among those that hold singles or words of them.
private struct LowWordReading: OptionSet {
    let rawValue: UInt8

    static let a = LowWordReading(rawValue: 1)
    static let b = LowWordReading(rawValue: 2)
    static let c = LowWordReading(rawValue: 4)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    @inline(__always)
    init(_ instruction: IRInstruction) {
        switch instruction.opcode {
        case .store32: self = .b
        case .signExtend32, .zeroExtend32, .floatFromInt32, .floatFromUInt32, .boxFloat32: self = .a
        case .unboxFloat32, .floatFromInt64, .floatFromUInt64: self = []
        default: self = instruction.type == .f32 ? [.a, .b, .c] : []
        }
    }
}
