/// The type of an operation: how it reads its operands and in which form it leaves its result in a 64-bit place.
///
/// | type | operands | result in the place |
/// |---|---|---|
/// | `i32` | low 32 bits | sign-extended to 64 bits |
/// | `i64` | all 64 bits | 64 bits |
/// | `f32` | low 32 bits, IEEE binary32 | zero-extended to 64 bits |
/// | `f64` | IEEE binary64 | 64 bits |
///
/// Keeping `i32` sign-extended lets a 64-bit guest read the result of a word operation without another step, and lets
/// a 32-bit guest live in the same places.
enum IRType: UInt8, CaseIterable {
    case i32
    case i64
    case f32
    case f64

    /// The suffix in the textual form, as in `add.i64`.
    var name: String {
        switch self {
        case .i32: "i32"
        case .i64: "i64"
        case .f32: "f32"
        case .f64: "f64"
        }
    }

    /// Width of a value in bytes.
    var byteCount: Int {
        switch self {
        case .i32, .f32: 4
        case .i64, .f64: 8
        }
    }
}

/// A set of types, for the opcode table.
struct IRTypeSet: OptionSet {
    let rawValue: UInt8

    static let i32 = IRTypeSet(rawValue: 1 << 0)
    static let i64 = IRTypeSet(rawValue: 1 << 1)
    static let f32 = IRTypeSet(rawValue: 1 << 2)
    static let f64 = IRTypeSet(rawValue: 1 << 3)
    static let integer: IRTypeSet = [.i32, .i64]
    static let float: IRTypeSet = [.f32, .f64]

    func contains(_ type: IRType) -> Bool {
        rawValue & (1 << type.rawValue) != 0
    }
}

/// The order of the bytes of a value in guest memory.
enum ByteOrder: UInt8 {
    case little
    case big
}
