/// The registers of a device, as the cases of an enum: `enum Register: Int, RegisterName { case control, status }`. Raw
/// values count from 0.
public protocol RegisterName: RawRepresentable, CaseIterable, Hashable, Sendable where RawValue == Int {}

/// Access sizes that a register supports, in bytes.
public struct AccessSizes: OptionSet, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let byte = AccessSizes(rawValue: 1)
    public static let half = AccessSizes(rawValue: 2)
    public static let word = AccessSizes(rawValue: 4)
    public static let double = AccessSizes(rawValue: 8)
    public static let all: AccessSizes = [.byte, .half, .word, .double]
}

/// Which byte of a register stands at its lowest address.
public enum Endianness: String, Sendable {
    case little, big
}

/// A group of bits of a register.
public struct RegisterField: Equatable, Sendable {
    public var name: String
    /// Bit 0 is the least significant.
    public var bits: ClosedRange<Int>
    public var mode: FieldMode
    /// The value of the field after a reset, counted from bit 0.
    public var reset: UInt64
    public var documentation: String

    public init(
        _ name: String, bits: ClosedRange<Int>, _ mode: FieldMode = .readWrite, reset: UInt64 = 0,
        _ documentation: String = ""
    ) {
        self.name = name
        self.bits = bits
        self.mode = mode
        self.reset = reset
        self.documentation = documentation
    }

    /// A field of one bit.
    public init(
        _ name: String, bit: Int, _ mode: FieldMode = .readWrite, reset: UInt64 = 0, _ documentation: String = ""
    ) {
        self.init(name, bits: bit...bit, mode, reset: reset, documentation)
    }

    var mask: UInt64 {
        let ones: UInt64 = bits.count == 64 ? .max : 1 << UInt64(bits.count) - 1
        return ones << UInt64(bits.lowerBound)
    }
}

/// One register, or an array of equal ones.
public struct RegisterRow<Register: RegisterName>: Equatable, Sendable {
    public var register: Register
    /// As the device's documents call it.
    public var name: String
    /// Bytes from the start of the block.
    public var offset: UInt64
    /// 1, 2, 4 or 8 bytes.
    public var width: Int
    public var count: Int
    /// Bytes from one element to the next.
    public var stride: UInt64
    public var accessSizes: AccessSizes
    public var fields: [RegisterField]
    public var documentation: String

    /// A register with fields. Bits that no field names are reserved.
    /// - Parameters:
    ///   - stride: the width, unless given.
    ///   - sizes: the width, unless given. A smaller access reaches a part of the register.
    public init(
        _ register: Register, _ name: String, offset: UInt64, width: Int, count: Int = 1, stride: UInt64? = nil,
        sizes: AccessSizes? = nil, fields: [RegisterField], _ documentation: String = ""
    ) {
        self.register = register
        self.name = name
        self.offset = offset
        self.width = width
        self.count = count
        self.stride = stride ?? UInt64(width)
        accessSizes = sizes ?? AccessSizes(rawValue: UInt8(width))
        self.fields = fields
        self.documentation = documentation
    }

    /// A register whose bits are all of one mode.
    public init(
        _ register: Register, _ name: String, offset: UInt64, width: Int, count: Int = 1, stride: UInt64? = nil,
        sizes: AccessSizes? = nil, _ mode: FieldMode = .readWrite, reset: UInt64 = 0, _ documentation: String = ""
    ) {
        self.init(
            register, name, offset: offset, width: width, count: count, stride: stride, sizes: sizes,
            fields: [RegisterField(name, bits: 0...width * 8 - 1, mode, reset: reset)], documentation)
    }

    /// The value after a reset.
    public var resetValue: UInt64 { fields.reduce(0) { $0 | $1.reset << UInt64($1.bits.lowerBound) & $1.mask } }

    /// What reads and writes do to its bits.
    public var masks: FieldMasks { FieldMasks(width: width, fields: fields) }

    /// Address after the last byte of the last element, counted from the start of the block.
    var end: UInt64 { offset + UInt64(count - 1) * stride + UInt64(width) }
}

/// What an access to an offset gives at which there is no register.
public enum UnassignedPolicy: Sendable {
    /// An address error.
    case error
    /// Reads give zeros, writes are ignored.
    case zero
}

/// The registers of a device, declared once: decoding, documentation, monitors and tests derive from it.
public struct RegisterTable<Register: RegisterName>: Sendable {
    /// Bytes of the block; accesses beyond are address errors.
    public let size: UInt64
    public let endianness: Endianness
    public let unassigned: UnassignedPolicy
    /// An access wider than a register is split into one access to each register that it covers as a whole, in ascending
    /// order.
    public let splitsWideAccesses: Bool
    /// Byte enables select the bytes of a register that an access reaches; otherwise they are an error.
    public let allowsByteEnables: Bool
    public let rows: [RegisterRow<Register>]
    private let rowOfRegister: [Int]

    public init(
        size: UInt64, endianness: Endianness = .little, unassigned: UnassignedPolicy = .error,
        splitsWideAccesses: Bool = false, allowsByteEnables: Bool = false, _ rows: [RegisterRow<Register>]
    ) {
        self.size = size
        self.endianness = endianness
        self.unassigned = unassigned
        self.splitsWideAccesses = splitsWideAccesses
        self.allowsByteEnables = allowsByteEnables
        self.rows = rows
        var rowOfRegister = Array(repeating: -1, count: Register.allCases.count)
        for (index, row) in rows.enumerated() {
            Self.check(row, size: size)
            precondition(
                rowOfRegister.indices.contains(row.register.rawValue) && rowOfRegister[row.register.rawValue] < 0,
                "The register \(row.name) stands twice in its table, or its raw values do not count from 0.")
            rowOfRegister[row.register.rawValue] = index
        }
        precondition(!rowOfRegister.contains(-1), "A register of \(Register.self) is missing from its table.")
        self.rowOfRegister = rowOfRegister
    }

    /// Registers of 32 bits one behind the other, each with the mode of all its bits, called as the cases in capitals:
    /// `RegisterTable<Register>(words: [.control: .readWrite, .status: .readOnly])`.
    public init(words: KeyValuePairs<Register, FieldMode>) {
        self.init(
            size: UInt64(words.count) * 4,
            words.enumerated().map { index, word in
                RegisterRow(
                    word.key, "\(word.key)".uppercased(), offset: UInt64(index) * 4, width: 4, word.value)
            })
    }

    /// The row of a register.
    public subscript(register: Register) -> RegisterRow<Register> { rows[rowOfRegister[register.rawValue]] }

    private static func check(_ row: RegisterRow<Register>, size: UInt64) {
        precondition([1, 2, 4, 8].contains(row.width), "The register \(row.name) is \(row.width) bytes wide.")
        precondition(row.count >= 1, "The register \(row.name) has \(row.count) elements.")
        precondition(
            row.stride >= UInt64(row.width) && row.offset % UInt64(row.width) == 0
                && row.stride % UInt64(row.width) == 0,
            "The register \(row.name) is not aligned to its width.")
        precondition(row.end <= size, "The register \(row.name) ends beyond its block.")
        precondition(
            !row.accessSizes.isEmpty && row.accessSizes.rawValue < UInt8(row.width) * 2,
            "The register \(row.name) supports accesses that are wider than itself; see splitsWideAccesses.")
        var seen: UInt64 = 0
        for field in row.fields {
            precondition(
                field.bits.lowerBound >= 0 && field.bits.upperBound < row.width * 8 && seen & field.mask == 0,
                "The field \(field.name) of \(row.name) overlaps another or stands outside of the register.")
            seen |= field.mask
        }
    }
}
