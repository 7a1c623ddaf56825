@testable import TandemCPU

/// Executes blocks and traces as their definition says, one operation after another, and writes down all that the world
/// can see of it.
struct BlockModel {
    /// An access or a call, with the guest's registers before and after it.
    struct Event: Equatable {
        var opcode: IROpcode
        var type: IRType
        var order: ByteOrder
        var boundary: Int
        var a: UInt64
        var b: UInt64
        var immediate: Int64
        var before: [UInt64]
        var after: [UInt64]
    }

    /// How it ended.
    struct End: Equatable {
        var target: UInt64
        var function: UInt16?
        /// Guest instructions that ran.
        var retired: Int
        var guest: [UInt64]
    }

    /// What the world answers: the same to the same question number.
    let seed: UInt64
    private(set) var places: [UInt64]
    private(set) var events: [Event] = []

    init(seed: UInt64) {
        self.seed = seed
        var generator = SampleGenerator(seed: seed)
        places = (0..<Place.count).map { _ in Self.interestingValue(using: &generator) }
        places[Int(Place.zero.index)] = 0
        places[Int(Place.floatFlags.index)] &= 31
        places[0] = 0
    }

    /// Numbers at which something changes, and some others.
    static func interestingValue(using generator: inout SampleGenerator) -> UInt64 {
        let raw = generator.next()
        switch raw >> 60 {
        case 0, 1: return raw & 1
        case 2: return raw & 0xff
        case 3: return .max
        case 4: return UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: raw)))
        case 5: return raw & 0xffff_ffff
        case 6, 7: return raw | 0xffff_ffff_0000_0000
        case 8: return 0x8000_0000
        case 9: return 1 << (raw & 63)
        default: return raw
        }
    }

    private var guest: [UInt64] { Array(places[0..<Int(Place.firstTemporary)]) }

    mutating func run(_ block: IRBlock) -> End {
        for boundary in block.boundaries.indices {
            let end =
                boundary + 1 < block.boundaries.count
                ? block.boundaries[boundary + 1].firstOperation : block.instructions.count
            for index in block.boundaries[boundary].firstOperation..<end {
                if let target = execute(block.instructions[index], boundary) {
                    return End(target: target, retired: boundary + 1, guest: guest)
                }
            }
        }
        var end = End(target: 0, retired: block.boundaries.count, guest: guest)
        switch block.terminal {
        case .jump(let target): end.target = target
        case .branch(let condition, let type, let a, let b, let taken, let otherwise):
            end.target = condition.holds(type, value(a), value(b)) ? taken : otherwise
        case .indirect(let target): end.target = value(target)
        case .guestExit(let function, let argument): (end.function, end.target) = (function, UInt64(argument))
        }
        return end
    }

    private func value(_ operand: IROperand) -> UInt64 {
        switch operand {
        case .none: 0
        case .place(let place): places[Int(place.index)]
        case .constant(let value): value
        }
    }

    /// Returns where a side exit goes, if it is taken.
    private mutating func execute(_ instruction: IRInstruction, _ boundary: Int) -> UInt64? {
        let row = IROpcodeTable[instruction.opcode]
        let (a, b, c) = (value(instruction.a), value(instruction.b), value(instruction.c))
        let address = UInt64(bitPattern: instruction.immediate)
        switch row.effect {
        case .exit:
            if let condition = IRCondition(leave: instruction.opcode) {
                return condition.holds(instruction.type, a, b) ? address : nil
            }
            return a == address ? nil : a
        case .pure, .flags: set(instruction.result, compute(instruction, a, b, c))
        case .load, .store, .guest:
            let before = guest
            answer(instruction, row)
            let isAccess = row.effect != .guest
            events.append(
                Event(
                    opcode: instruction.opcode, type: instruction.type, order: instruction.order, boundary: boundary,
                    a: isAccess ? a &+ address : a, b: isAccess ? cut(b, row.accessWidth(instruction.type)) : b,
                    immediate: isAccess ? 0 : instruction.immediate, before: before, after: guest))
        }
        return nil
    }

    private func cut(_ value: UInt64, _ width: Int) -> UInt64 {
        width < 8 ? value & (1 << UInt64(8 * width) - 1) : value
    }

    private mutating func set(_ place: Place?, _ value: UInt64) {
        if let place { places[Int(place.index)] = value }
    }

    private mutating func compute(_ instruction: IRInstruction, _ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
        let shift = UInt64(bitPattern: instruction.immediate)
        switch instruction.type {
        case .i64: return IntegerOperation.evaluate64(instruction.opcode, a, b, shift: shift)
        case .i32:
            let word = IntegerOperation.evaluate32(
                instruction.opcode, UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b), shift: shift)
            return UInt64(bitPattern: Int64(Int32(bitPattern: word)))
        case .f32, .f64:
            let place = Int(Place.floatFlags.index)
            var flags = FloatFlags(rawValue: UInt8(truncatingIfNeeded: places[place]))
            let result = TandemCPU.FloatOperation.evaluate(RareFields(instruction, c: 0, index: 0), a, b, c, &flags)
            places[place] = UInt64(flags.rawValue)
            return result
        }
    }

    /// What memory and the guest's functions give.
    private mutating func answer(_ instruction: IRInstruction, _ row: IROpcodeRow) {
        var generator = SampleGenerator(seed: seed &+ UInt64(events.count) &* 0x1234_5678_9abc)
        let raw = Self.interestingValue(using: &generator)
        if row.effect == .guest {
            for _ in 0..<6 { places[Int.random(in: 1...92, using: &generator)] = generator.next() }
        }
        let value: UInt64 =
            switch instruction.opcode {
            case .load8Unsigned: raw & 0xff
            case .load8Signed: UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: raw)))
            case .load16Unsigned: raw & 0xffff
            case .load16Signed: UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: raw)))
            case .load32Unsigned: raw & 0xffff_ffff
            case .load32Signed: UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: raw)))
            case .load32Boxed: raw | 0xffff_ffff_0000_0000
            case .load64, .guestCall: raw
            case .storeConditional: raw & 1
            default: instruction.type == .i32 ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: raw))) : raw
            }
        set(instruction.result, value)
    }
}
