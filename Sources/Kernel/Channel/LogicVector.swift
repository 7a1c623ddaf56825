/// A row of wires, the last one of its text being bit 0. Up to 64 of them need no memory of their own.
public struct LogicVector: Hashable, Sendable, CustomStringConvertible {
    /// Up to 64 wires. The control bit tells Z (value 0) and X (value 1) from zero and one.
    private struct Plane: Hashable, Sendable {
        var value: UInt64
        var control: UInt64

        /// All wires the same.
        init(_ logic: Logic) {
            value = logic.rawValue & 1 != 0 ? .max : 0
            control = logic.rawValue & 2 != 0 ? .max : 0
        }

        /// `Logic.resolve` of 64 pairs.
        static func resolve(_ left: Plane, _ right: Plane) -> Plane {
            let leftOff = left.control & ~left.value
            let rightOff = right.control & ~right.value
            let conflict = left.control | right.control | (left.value ^ right.value)
            let bothDrive = ~(leftOff | rightOff)
            var plane = Plane(.zero)
            plane.value = leftOff & right.value | rightOff & left.value | bothDrive & (left.value | conflict)
            plane.control = leftOff & right.control | rightOff & left.control | bothDrive & conflict
            return plane
        }

        /// Without the wires from `count` on.
        func keeping(_ count: Int) -> Plane {
            guard count < 64 else { return self }
            var plane = self
            plane.value &= (1 << UInt64(count)) - 1
            plane.control &= (1 << UInt64(count)) - 1
            return plane
        }
    }

    /// How many wires.
    public let count: Int
    private var low: Plane
    /// Wires from 64 on.
    private var high: [Plane]

    /// `count` wires, at least one, that all have the same value.
    public init(repeating value: Logic, count: Int) {
        precondition(count > 0, "A vector has at least one wire.")
        self.count = count
        low = Plane(value).keeping(count)
        high = stride(from: 64, to: count, by: 64).map { Plane(value).keeping(count - $0) }
    }

    /// The lowest `count` bits of `bits`, 1 to 64.
    public init(_ bits: UInt64, count: Int) {
        precondition((1...64).contains(count), "A number of 64 bits fills 1 to 64 wires.")
        self.init(repeating: .zero, count: count)
        low.value = count == 64 ? bits : bits & ((1 << UInt64(count)) - 1)
    }

    /// Reads "01ZX", the highest bit first; “_” between digits is skipped.
    public init?(_ text: String) {
        let digits = text.filter { $0 != "_" }
        guard !digits.isEmpty else { return nil }
        self.init(repeating: .zero, count: digits.count)
        for (index, character) in digits.reversed().enumerated() {
            guard let value = Logic(character) else { return nil }
            self[index] = value
        }
    }

    /// The wire `index`; 0 is the lowest.
    public subscript(index: Int) -> Logic {
        get {
            precondition(
                (0..<count).contains(index), "The vector has \(count) wires and none with the number \(index).")
            let plane = index < 64 ? low : high[index / 64 - 1]
            let bit = UInt64(index % 64)
            let code = plane.value >> bit & 1 | (plane.control >> bit & 1) << 1
            return Logic(rawValue: UInt8(code)) ?? .unknown
        }
        set {
            precondition(
                (0..<count).contains(index), "The vector has \(count) wires and none with the number \(index).")
            let mask: UInt64 = 1 << UInt64(index % 64)
            func put(_ plane: inout Plane) {
                plane.value = newValue.rawValue & 1 != 0 ? plane.value | mask : plane.value & ~mask
                plane.control = newValue.rawValue & 2 != 0 ? plane.control | mask : plane.control & ~mask
            }
            if index < 64 { put(&low) } else { put(&high[index / 64 - 1]) }
        }
    }

    /// Whether every wire is zero or one.
    public var isKnown: Bool { low.control == 0 && high.allSatisfy { $0.control == 0 } }

    /// The number on up to 64 wires; nothing if one of them is Z or X, or if there are more.
    public var unsigned: UInt64? { isKnown && high.isEmpty ? low.value : nil }

    /// The highest bit first: "01ZX".
    public var description: String { (0..<count).reversed().map { self[$0].description }.joined() }
}

extension LogicVector: Resolvable {
    /// Wire by wire. Both have the same number of wires.
    public static func resolve(_ left: LogicVector, _ right: LogicVector) -> LogicVector {
        precondition(left.count == right.count, "Vectors of \(left.count) and \(right.count) wires drive one signal.")
        var result = left
        result.low = Plane.resolve(left.low, right.low).keeping(left.count)
        for index in left.high.indices {
            result.high[index] = Plane.resolve(left.high[index], right.high[index]).keeping(
                left.count - 64 * (index + 1))
        }
        return result
    }

    public var undriven: LogicVector { LogicVector(repeating: .highImpedance, count: count) }
}
