import Testing

@testable import TandemCPU

/// A datum of the tables below, in either format.
private enum Special: String, CaseIterable {
    case minusInfinity = "-i"
    case minusOne = "-1"
    case minusZero = "-0"
    case plusZero = "+0"
    case plusOne = "+1"
    case plusInfinity = "+i"
    case quietNaN = "q"
    case signallingNaN = "s"

    /// NaNs as operands carry a sign and a payload, which may not reach any result.
    func bits<Bits: FloatBits>(as format: Bits.Type) -> Bits {
        typealias Format = SoftFloat.Format<Bits>
        let one = Bits(Format.bias) << Bits(Format.fractionWidth)
        return switch self {
        case .minusInfinity: Format.signMask | Format.infinity
        case .minusOne: Format.signMask | one
        case .minusZero: Format.signMask
        case .plusZero: 0
        case .plusOne: one
        case .plusInfinity: Format.infinity
        case .quietNaN: Format.signMask | Format.canonicalNaN | 5
        case .signallingNaN: Format.signMask | Format.infinity | 3
        }
    }
}

/// A cell of the tables: a datum, `-2` or `+2`, `N` for the canonical NaN, `0` for a zero that is negative only when
/// rounding down; then `!` for invalid or `/` for division by zero.
private func outcome<Bits: FloatBits>(_ cell: some StringProtocol, as format: Bits.Type, rounding: RoundingMode)
    -> FloatOutcome
{
    typealias Format = SoftFloat.Format<Bits>
    let flags: FloatFlags = cell.hasSuffix("!") ? .invalid : cell.hasSuffix("/") ? .divideByZero : []
    let name = String(cell.prefix { $0 != "!" && $0 != "/" })
    let bits: Bits =
        switch name {
        case "N": Format.canonicalNaN
        case "0": rounding == .down ? Format.signMask : 0
        case "+2": Bits(Format.bias + 1) << Bits(Format.fractionWidth)
        case "-2": Format.signMask | Bits(Format.bias + 1) << Bits(Format.fractionWidth)
        default: Special(rawValue: name)?.bits(as: format) ?? 0
        }
    return FloatOutcome(bits: UInt64(bits), flags: flags)
}

/// Rows are the first operand, columns the second, both in the order of `Special`.
private func cells(_ table: String) -> [[Substring]] {
    table.split(separator: "\n").map { $0.split(separator: " ") }
}

private let sums = """
    -i -i -i -i -i N! N N!
    -i -2 -1 -1 0  +i N N!
    -i -1 -0 0  +1 +i N N!
    -i -1 0  +0 +1 +i N N!
    -i 0  +1 +1 +2 +i N N!
    N! +i +i +i +i +i N N!
    N  N  N  N  N  N  N N!
    N! N! N! N! N! N! N! N!
    """

private let products = """
    +i +i N! N! -i -i N N!
    +i +1 +0 -0 -1 -i N N!
    N! +0 +0 -0 -0 N! N N!
    N! -0 -0 +0 +0 N! N N!
    -i -1 -0 +0 +1 +i N N!
    -i -i N! N! +i +i N N!
    N  N  N  N  N  N  N N!
    N! N! N! N! N! N! N! N!
    """

private let quotients = """
    N! +i +i -i -i N! N N!
    +0 +1 +i/ -i/ -1 -0 N N!
    +0 +0 N! N! -0 -0 N N!
    -0 -0 N! N! +0 +0 N N!
    -0 -1 -i/ +i/ +1 +0 N N!
    N! -i -i +i +i N! N N!
    N  N  N  N  N  N  N N!
    N! N! N! N! N! N! N! N!
    """

private let minima = """
    -i -i -i -i -i -i -i -i!
    -i -1 -1 -1 -1 -1 -1 -1!
    -i -1 -0 -0 -0 -0 -0 -0!
    -i -1 -0 +0 +0 +0 +0 +0!
    -i -1 -0 +0 +1 +1 +1 +1!
    -i -1 -0 +0 +1 +i +i +i!
    -i -1 -0 +0 +1 +i N  N!
    -i! -1! -0! +0! +1! +i! N! N!
    """

private let maxima = """
    -i -1 -0 +0 +1 +i -i -i!
    -1 -1 -0 +0 +1 +i -1 -1!
    -0 -0 -0 +0 +1 +i -0 -0!
    +0 +0 +0 +0 +1 +i +0 +0!
    +1 +1 +1 +1 +1 +i +1 +1!
    +i +i +i +i +i +i +i +i!
    -i -1 -0 +0 +1 +i N  N!
    -i! -1! -0! +0! +1! +i! N! N!
    """

/// `=`, `<`, `>`, or `?` for unordered; `!` where even the quiet comparison is invalid.
private let orders = """
    = < < < < < ? ?!
    > = < < < < ? ?!
    > > = = < < ? ?!
    > > = = < < ? ?!
    > > > > = < ? ?!
    > > > > > = ? ?!
    ? ? ? ? ? ? ? ?!
    ?! ?! ?! ?! ?! ?! ?! ?!
    """

@Suite("Soft-float: special values")
struct SpecialValueTests {
    private func check<Bits: FloatBits>(
        _ operation: FloatOperation, _ table: String, as format: Bits.Type
    ) {
        for (x, row) in zip(Special.allCases, cells(table)) {
            for (y, cell) in zip(Special.allCases, row) {
                for rounding in RoundingMode.allCases {
                    var flags = FloatFlags()
                    let bits = operation.evaluate(
                        as: format, UInt64(x.bits(as: format)), UInt64(y.bits(as: format)), rounding: rounding,
                        flags: &flags)
                    let wanted = outcome(cell, as: format, rounding: rounding)
                    #expect(
                        FloatOutcome(bits: bits, flags: flags) == wanted,
                        "\(x.rawValue) \(operation) \(y.rawValue) in \(Bits.bitWidth) bits, \(rounding)")
                }
            }
        }
    }

    @Test(
        "sums, products and quotients of special values are those of the standard",
        arguments: [FloatOperation.add, .mul, .div])
    func arithmetic(_ operation: FloatOperation) {
        let table = operation == .add ? sums : operation == .mul ? products : quotients
        check(operation, table, as: UInt32.self)
        check(operation, table, as: UInt64.self)
    }

    private func checkFused<Bits: FloatBits>(as format: Bits.Type) {
        let productCells = cells(products)
        let sumCells = cells(sums)
        for (i, x) in Special.allCases.enumerated() {
            for (j, y) in Special.allCases.enumerated() {
                let product = productCells[i][j]
                let name = product.hasPrefix("N") ? "q" : String(product)
                guard let row = Special.allCases.firstIndex(where: { $0.rawValue == name }) else {
                    Issue.record("no such datum: \(name)")
                    continue
                }
                for (k, z) in Special.allCases.enumerated() {
                    for rounding in RoundingMode.allCases {
                        var wanted = outcome(sumCells[row][k], as: format, rounding: rounding)
                        if product.hasSuffix("!") { wanted.flags.insert(.invalid) }
                        var flags = FloatFlags()
                        let bits = SoftFloat.fusedMultiplyAdd(
                            x.bits(as: format), y.bits(as: format), z.bits(as: format), rounding: rounding,
                            flags: &flags)
                        #expect(
                            FloatOutcome(bits: UInt64(bits), flags: flags) == wanted,
                            "\(x.rawValue) · \(y.rawValue) + \(z.rawValue) in \(Bits.bitWidth) bits, \(rounding)")
                    }
                }
            }
        }
    }

    @Test("a fused multiply-add of special values is the sum of their product, and ∞ · 0 is invalid beside any NaN")
    func fusedMultiplyAdd() {
        checkFused(as: UInt32.self)
        checkFused(as: UInt64.self)
    }

    private func checkOrder<Bits: FloatBits>(as format: Bits.Type) {
        for (x, row) in zip(Special.allCases, zip(zip(cells(orders), cells(minima)), cells(maxima))) {
            let ((order, minimum), maximum) = row
            for (k, y) in Special.allCases.enumerated() {
                let (a, b) = (x.bits(as: format), y.bits(as: format))
                let label = "\(x.rawValue) with \(y.rawValue) in \(Bits.bitWidth) bits"
                let isUnordered = order[k].hasPrefix("?")
                var flags = FloatFlags()
                #expect(SoftFloat.isEqual(a, b, flags: &flags) == (order[k] == "="), "\(label)")
                #expect(flags == (order[k].hasSuffix("!") ? .invalid : []), "= \(label)")
                flags = []
                #expect(SoftFloat.isLess(a, b, flags: &flags) == (order[k] == "<"), "\(label)")
                #expect(flags == (isUnordered ? .invalid : []), "< \(label)")
                flags = []
                #expect(SoftFloat.isLessOrEqual(a, b, flags: &flags) == "<=".contains(order[k]), "\(label)")
                #expect(flags == (isUnordered ? .invalid : []), "≤ \(label)")
                flags = []
                let least = UInt64(SoftFloat.minimum(a, b, flags: &flags))
                let wantedLeast = outcome(minimum[k], as: format, rounding: .nearestEven)
                #expect(FloatOutcome(bits: least, flags: flags) == wantedLeast, "minimum: \(label)")
                flags = []
                let most = UInt64(SoftFloat.maximum(a, b, flags: &flags))
                let wantedMost = outcome(maximum[k], as: format, rounding: .nearestEven)
                #expect(FloatOutcome(bits: most, flags: flags) == wantedMost, "maximum: \(label)")
            }
        }
    }

    @Test("comparisons, minimum and maximum order special values, and only signalling comparisons mind a quiet NaN")
    func order() {
        checkOrder(as: UInt32.self)
        checkOrder(as: UInt64.self)
    }

    @Test("every class has its bit, with the ends of each class on the right side")
    func classes() {
        let single: [(UInt32, FloatClass)] = [
            (0xff80_0000, .negativeInfinity), (0xff7f_ffff, .negativeNormal), (0x8080_0000, .negativeNormal),
            (0x807f_ffff, .negativeSubnormal), (0x8000_0001, .negativeSubnormal), (0x8000_0000, .negativeZero),
            (0, .positiveZero), (1, .positiveSubnormal), (0x007f_ffff, .positiveSubnormal),
            (0x0080_0000, .positiveNormal), (0x7f7f_ffff, .positiveNormal), (0x7f80_0000, .positiveInfinity),
            (0x7f80_0001, .signallingNaN), (0xffbf_ffff, .signallingNaN), (0x7fc0_0000, .quietNaN),
            (0xffff_ffff, .quietNaN),
        ]
        for (bits, kind) in single {
            #expect(SoftFloat.classify(bits) == kind, "\(String(bits, radix: 16))")
        }
        let double: [(UInt64, FloatClass)] = [
            (0xfff0_0000_0000_0000, .negativeInfinity), (0x800f_ffff_ffff_ffff, .negativeSubnormal),
            (0x8010_0000_0000_0000, .negativeNormal), (0x7fef_ffff_ffff_ffff, .positiveNormal),
            (0x7ff0_0000_0000_0001, .signallingNaN), (0x7ff7_ffff_ffff_ffff, .signallingNaN),
            (0x7ff8_0000_0000_0000, .quietNaN), (0xffff_ffff_ffff_ffff, .quietNaN),
        ]
        for (bits, kind) in double {
            #expect(SoftFloat.classify(bits) == kind, "\(String(bits, radix: 16))")
        }
        #expect(FloatClass.allCases.map(\.mask).reduce(0, |) == 0x3ff)
    }

    @Test("flags accumulate: an operation never clears one")
    func flagsAccumulate() {
        for operation in FloatOperation.allCases {
            var flags: FloatFlags = [.invalid, .divideByZero, .overflow, .underflow, .inexact]
            _ = operation.evaluate(
                as: UInt64.self, 0x3ff0_0000_0000_0000, 0x3ff0_0000_0000_0000, rounding: .nearestEven, flags: &flags)
            #expect(flags.rawValue == 31, "\(operation)")
        }
    }

    @Test("the square root of a negative number is invalid, but that of −0 is −0")
    func squareRoots() {
        for (operand, result, raised) in [
            (0x8000_0000, 0x8000_0000, []), (0, 0, []), (0x7f80_0000, 0x7f80_0000, []),
            (0xff80_0000, 0x7fc0_0000, .invalid), (0x8000_0001, 0x7fc0_0000, .invalid),
            (0xffc0_0001, 0x7fc0_0000, []), (0x7f80_0001, 0x7fc0_0000, .invalid),
        ] as [(UInt32, UInt32, FloatFlags)] {
            var flags = FloatFlags()
            #expect(SoftFloat.squareRoot(operand, rounding: .up, flags: &flags) == result)
            #expect(flags == raised)
        }
    }
}
