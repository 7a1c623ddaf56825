import Testing

/// The two machines that sequences and bare-metal images are made for.
enum GuestWidth: Int, CaseIterable, CustomTestStringConvertible {
    case bits32 = 32
    case bits64 = 64

    var testDescription: String { "RV\(rawValue)" }

    /// What names of files end in.
    var suffix: String { self == .bits64 ? "" : "-rv32" }

    /// Bytes of an integer register.
    var bytes: Int { rawValue / 8 }

    /// A register of this width.
    func truncate(_ value: UInt64) -> UInt64 { self == .bits64 ? value : value & 0xFFFF_FFFF }

    /// The image of this width.
    func image(_ name: String) throws -> String {
        try BareMetal.image(self == .bits64 ? name : "rv32/\(name)")
    }

    /// What makes the harts of our `virt` board this wide.
    var options: [String] { self == .bits64 ? [] : ["-set", "cpu.isa=rv32gc_zba_zbb_zbs_svadu"] }
}
