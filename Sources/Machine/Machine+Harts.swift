import TandemBus
import TandemKernel

/// What the boot process knows of a hart, from its properties.
struct HartFacts {
    var node: HartNode
    /// The first instruction after a reset.
    var resetVector: UInt64
    var width: ELFImage.Width
}

extension Machine {
    /// The harts in hart order.
    var harts: [HartFacts] {
        plan.harts.compactMap { path in
            guard let properties = plan.module(path)?.properties else { return nil }
            let isa = Self.text(properties["isa"]) ?? "rv64i"
            let mode = Self.text(properties["mmu"]) ?? ""
            let node = HartNode(
                path: path, id: Self.number(properties["hart-id"]) ?? 0, isa: isa,
                mmuType: mode.isEmpty || mode == "none" || mode == "bare" ? "" : "riscv,\(mode)", cacheBlockSize: 64)
            return HartFacts(
                node: node, resetVector: Self.number(properties["reset-vector"]) ?? 0,
                width: isa.hasPrefix("rv32") ? .bits32 : .bits64)
        }
    }

    /// The frequency of the clock that the `time` CSR reads, in hertz.
    var timebaseFrequency: UInt64? {
        for path in plan.harts {
            guard case .link(let link) = plan.module(path)?.properties["timebase"],
                let timebase = module(link.text) as? any Timebase
            else { continue }
            return timebase.frequency.hertz
        }
        return nil
    }

    private static func text(_ value: PropertyValue?) -> String? {
        switch value {
        case .string(let text), .choice(let text): text
        default: nil
        }
    }

    private static func number(_ value: PropertyValue?) -> UInt64? {
        switch value {
        case .unsigned(let number): number
        case .integer(let number): UInt64(exactly: number)
        case .size(let size): size.bytes
        default: nil
        }
    }
}
