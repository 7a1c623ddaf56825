extension FloatFlags {
    /// From the status bits of the host: invalid 0, divide by zero 2, overflow 3, underflow 4, inexact 5 (AMD64
    /// Architecture Programmer's Manual 1, §4.2.2).
    init(mxcsr: UInt32) {
        var flags: FloatFlags = []
        if mxcsr & 0x01 != 0 { flags.insert(.invalid) }
        if mxcsr & 0x04 != 0 { flags.insert(.divideByZero) }
        if mxcsr & 0x08 != 0 { flags.insert(.overflow) }
        if mxcsr & 0x10 != 0 { flags.insert(.underflow) }
        if mxcsr & 0x20 != 0 { flags.insert(.inexact) }
        self = flags
    }
}
