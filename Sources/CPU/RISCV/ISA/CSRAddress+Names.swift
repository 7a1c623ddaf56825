extension CSRAddress {
    /// Consecutive registers whose names differ in a number: `stem`, the number, `suffix`.
    struct Family: Sendable {
        var stem: StaticString
        var numbers: ClosedRange<UInt16>
        var suffix: StaticString = ""
        var first: UInt16
    }

    /// The registers that stand alone.
    static let singles: [(name: StaticString, address: UInt16)] = [
        ("fflags", fflags), ("frm", frm), ("fcsr", fcsr), ("cycle", cycle), ("time", time), ("instret", instret),
        ("cycleh", cycleh), ("timeh", timeh), ("instreth", instreth), ("sstatus", sstatus), ("sie", sie),
        ("stvec", stvec), ("scounteren", scounteren), ("senvcfg", senvcfg), ("sscratch", sscratch), ("sepc", sepc),
        ("scause", scause), ("stval", stval), ("sip", sip), ("stimecmp", stimecmp), ("stimecmph", stimecmph),
        ("satp", satp), ("scontext", scontext), ("scountovf", scountovf), ("mvendorid", mvendorid),
        ("marchid", marchid), ("mimpid", mimpid), ("mhartid", mhartid), ("mconfigptr", mconfigptr),
        ("mstatus", mstatus), ("misa", misa), ("medeleg", medeleg), ("mideleg", mideleg), ("mie", mie),
        ("mtvec", mtvec), ("mcounteren", mcounteren), ("menvcfg", menvcfg), ("mstatush", mstatush),
        ("medelegh", medelegh), ("menvcfgh", menvcfgh), ("mcountinhibit", mcountinhibit), ("mcyclecfg", mcyclecfg),
        ("minstretcfg", minstretcfg), ("mscratch", mscratch), ("mepc", mepc), ("mcause", mcause), ("mtval", mtval),
        ("mip", mip), ("mtinst", mtinst), ("mtval2", mtval2), ("mseccfg", mseccfg), ("mseccfgh", mseccfgh),
        ("mcycle", mcycle), ("minstret", minstret), ("mcycleh", mcycleh), ("minstreth", minstreth),
        ("siselect", siselect), ("sireg", sireg), ("stopei", stopei), ("stopi", stopi), ("sieh", sieh), ("siph", siph),
        ("miselect", miselect), ("mireg", mireg), ("mtopei", mtopei), ("mtopi", mtopi), ("mvien", mvien),
        ("mvip", mvip), ("midelegh", midelegh), ("mieh", mieh), ("mvienh", mvienh), ("mviph", mviph), ("miph", miph),
        ("tselect", tselect), ("tdata1", tdata1), ("tdata2", tdata2), ("tdata3", tdata3), ("tinfo", tinfo),
        ("mcontext", mcontext), ("dcsr", dcsr), ("dpc", dpc), ("dscratch0", dscratch0), ("dscratch1", dscratch1),
    ]

    /// The numbered registers.
    static let families: [Family] = [
        Family(stem: "hpmcounter", numbers: 3...31, first: hpmcounter3),
        Family(stem: "hpmcounter", numbers: 3...31, suffix: "h", first: hpmcounter3h),
        Family(stem: "sstateen", numbers: 0...3, first: sstateen0),
        Family(stem: "mstateen", numbers: 0...3, first: mstateen0),
        Family(stem: "mstateen", numbers: 0...3, suffix: "h", first: mstateen0h),
        Family(stem: "mhpmevent", numbers: 3...31, first: mhpmevent3),
        Family(stem: "mhpmevent", numbers: 3...31, suffix: "h", first: mhpmevent3h),
        Family(stem: "pmpcfg", numbers: 0...15, first: pmpcfg0),
        Family(stem: "pmpaddr", numbers: 0...63, first: pmpaddr0),
        Family(stem: "mhpmcounter", numbers: 3...31, first: mhpmcounter3),
        Family(stem: "mhpmcounter", numbers: 3...31, suffix: "h", first: mhpmcounter3h),
    ]

    /// The name of a CSR, or nil for an address that no specification known here gives a name.
    public static func name(of address: UInt16) -> String? {
        if let single = singles.first(where: { $0.address == address }) { return single.name.description }
        for family in families {
            let number = Int(address) - Int(family.first) + Int(family.numbers.lowerBound)
            if number >= Int(family.numbers.lowerBound), number <= Int(family.numbers.upperBound) {
                return "\(family.stem)\(number)\(family.suffix)"
            }
        }
        return nil
    }

    /// The address of the CSR with this name, or nil.
    public static func address(named name: some StringProtocol) -> UInt16? {
        if let single = singles.first(where: { $0.name.description == name }) { return single.address }
        for family in families {
            for number in family.numbers where "\(family.stem)\(number)\(family.suffix)" == name {
                return family.first + number - family.numbers.lowerBound
            }
        }
        return nil
    }

    /// All names, in the order of the table: for completion and "did you mean".
    public static var allNames: [String] {
        singles.map(\.name.description)
            + families.flatMap { family in family.numbers.map { "\(family.stem)\($0)\(family.suffix)" } }
    }
}
