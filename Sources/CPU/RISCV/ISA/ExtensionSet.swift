/// The extensions that a hart implements: the letters of `misa`, and the extensions that have a name instead of a letter.
///
/// Bits 0...25 are the letters A...Z at their places in `misa` (Priv. spec §3.1.1); the named extensions follow.
/// Every extension that the tables, the CSRs or the page walk ask about has a member here.
public struct ExtensionSet: OptionSet, Sendable, Hashable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    private static func letter(_ position: UInt64) -> ExtensionSet { ExtensionSet(rawValue: 1 << position) }
    private static func named(_ position: UInt64) -> ExtensionSet { ExtensionSet(rawValue: 1 << (26 + position)) }

    // MARK: Letters

    /// Atomic instructions: LR, SC and AMO.
    public static let a = letter(0)
    /// Bit manipulation: exactly Zba, Zbb and Zbs together.
    public static let b = letter(1)
    /// Compressed instructions.
    public static let c = letter(2)
    /// Double-precision floating point.
    public static let d = letter(3)
    /// Single-precision floating point.
    public static let f = letter(5)
    /// The base integer instructions, and those of machine mode. Always present.
    public static let i = letter(8)
    /// Integer multiplication and division.
    public static let m = letter(12)
    /// Supervisor mode. A letter of `misa`, not of ISA strings.
    public static let s = letter(18)
    /// User mode. A letter of `misa`, not of ISA strings.
    public static let u = letter(20)

    // MARK: Names

    /// Cache-block management: cbo.clean, cbo.flush, cbo.inval.
    public static let zicbom = named(0)
    /// Cache-block prefetch hints.
    public static let zicbop = named(1)
    /// Cache-block zero.
    public static let zicboz = named(2)
    /// The counters `cycle`, `time` and `instret`.
    public static let zicntr = named(3)
    /// The CSR instructions.
    public static let zicsr = named(4)
    /// The instruction-fetch fence.
    public static let zifencei = named(5)
    /// The pause hint.
    public static let zihintpause = named(6)
    /// The hardware performance counters.
    public static let zihpm = named(7)
    /// Wait on a reservation set.
    public static let zawrs = named(8)
    /// Address-generation bit manipulation.
    public static let zba = named(9)
    /// Basic bit manipulation.
    public static let zbb = named(10)
    /// Single-bit instructions.
    public static let zbs = named(11)
    /// The supervisor's timer compare register.
    public static let sstc = named(12)
    /// A clear accessed or dirty bit raises a page fault.
    public static let svade = named(13)
    /// The page walk sets accessed and dirty bits.
    public static let svadu = named(14)
    /// Fine-grained invalidation of address translations.
    public static let svinval = named(15)
    /// Naturally aligned power-of-two translations.
    public static let svnapot = named(16)
    /// Page-based memory types.
    public static let svpbmt = named(17)

    /// The machine level of the Advanced Interrupt Architecture.
    public static let smaia = named(18)
    /// Its supervisor level.
    public static let ssaia = named(19)

    // MARK: Sets

    /// The abbreviation G: IMAFD with Zicsr and Zifencei (Unpriv. spec "ISA Extension Naming Conventions").
    public static let g: ExtensionSet = [.i, .m, .a, .f, .d, .zicsr, .zifencei]

    /// Everything that this project implements.
    public static let all: ExtensionSet = [
        .g, .b, .c, .s, .u, .zicbom, .zicbop, .zicboz, .zicntr, .zihintpause, .zihpm, .zawrs, .zba, .zbb, .zbs, .smaia,
        .ssaia, .sstc, .svade, .svadu, .svinval, .svnapot, .svpbmt,
    ]

    /// This set together with what its members require (Unpriv. spec, the chapters of the extensions): D needs F, F and the counters need Zicsr,
    /// B is Zba, Zbb and Zbs, and the three together are B, Smaia has Ssaia in it.
    public var withImplied: ExtensionSet {
        var set = union(.i)
        if set.contains(.d) { set.insert(.f) }
        if set.contains(.f) || set.contains(.zicntr) || set.contains(.zihpm) { set.insert(.zicsr) }
        if set.contains(.b) { set.formUnion([.zba, .zbb, .zbs]) }
        if set.isSuperset(of: [.zba, .zbb, .zbs]) { set.insert(.b) }
        if set.contains(.smaia) { set.insert(.ssaia) }
        return set
    }

    /// The extension bits of `misa`, without its MXL field.
    public var misaLetters: UInt64 { rawValue & 0x3ff_ffff }
}
