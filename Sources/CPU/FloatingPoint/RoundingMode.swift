/// The five rounding directions of IEEE 754-2019 §4.3. Raw values are RISC-V's `rm` encoding
/// (Unprivileged spec, table "Rounding mode encoding").
enum RoundingMode: UInt8, CaseIterable, Sendable {
    /// RNE: to the nearest; a tie goes to the even significand.
    case nearestEven = 0
    /// RTZ: towards zero.
    case towardZero = 1
    /// RDN: towards negative infinity.
    case down = 2
    /// RUP: towards positive infinity.
    case up = 3
    /// RMM: to the nearest; a tie goes to the larger magnitude.
    case nearestMaxMagnitude = 4
}
