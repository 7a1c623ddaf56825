/// The state of a hart that a translation relies on; part of the key under which its blocks are found.
struct TranslationMode: Hashable {
    /// 0 user, 1 supervisor, 3 machine.
    var privilege: UInt8
    /// `mstatus.FS` is not off.
    var isFloatEnabled: Bool
    /// `mstatus.FS` is dirty already, and code need not note it.
    var isFloatDirty: Bool
    /// The dynamic rounding mode, 0…7, reserved ones included.
    var frm: UInt8
    /// Data accesses are those of machine mode, without translation or protection.
    var isBare = false

    /// | bits | meaning |
    /// |---|---|
    /// | 1…0 | privilege |
    /// | 2 | floating point enabled |
    /// | 3 | floating-point state dirty |
    /// | 6…4 | frm |
    /// | 7 | data accesses are bare |
    var key: UInt32 {
        UInt32(privilege) | (isFloatEnabled ? 4 : 0) | (isFloatDirty ? 8 : 0) | UInt32(frm) << 4
            | (isBare ? Self.bare : 0)
    }

    static let bare: UInt32 = 0x80
}
