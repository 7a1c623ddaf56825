/// The names of the registers, in the ABI's spelling and by number (RISC-V calling convention, "Register Convention").
public enum RegisterNames {
    /// ABI names of x0...x31.
    public static let integer: [String] = [
        "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
        "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    ]

    /// ABI names of f0...f31.
    public static let floatingPoint: [String] = [
        "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5",
        "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10",
        "ft11",
    ]

    /// Names of the rounding modes 0...7; the reserved two are empty (Unpriv. spec "F", table of rounding modes).
    public static let roundingModes: [String] = ["rne", "rtz", "rdn", "rup", "rmm", "", "", "dyn"]

    /// The number of an integer register: an ABI name, `fp`, or x0...x31; nil for anything else.
    public static func integer(named name: some StringProtocol) -> UInt8? {
        if name == "fp" { return 8 }
        return number(name, prefix: "x", names: integer)
    }

    /// The number of a floating-point register: an ABI name or f0...f31; nil for anything else.
    public static func floatingPoint(named name: some StringProtocol) -> UInt8? {
        number(name, prefix: "f", names: floatingPoint)
    }

    private static func number(_ name: some StringProtocol, prefix: Character, names: [String]) -> UInt8? {
        if let index = names.firstIndex(where: { $0 == name }) { return UInt8(index) }
        guard name.first == prefix, let number = UInt8(name.dropFirst()), number < 32 else { return nil }
        return name.dropFirst() == String(number) ? number : nil
    }
}
