/// Where a RISC-V hart keeps its registers in the frame.
enum RISCVPlace {
    /// Set to 1 by code that changes a floating-point register or flag; folded into `mstatus.FS` before anybody looks.
    static let floatDirty = Place(index: 64)

    /// x0…x31. x0 is never written and so always reads 0.
    static func integer(_ number: UInt8) -> Place { Place(index: UInt16(number)) }

    /// f0…f31.
    static func float(_ number: UInt8) -> Place { Place(index: 32 + UInt16(number)) }
}
