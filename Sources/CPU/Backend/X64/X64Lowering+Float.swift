import TandemX64

/// Floating-point operations.
extension X64Lowering {
    /// False: the operation has no code of its own.
    mutating func lowerFloat(_ i: IRInstruction) -> Bool {
        false
    }
}
