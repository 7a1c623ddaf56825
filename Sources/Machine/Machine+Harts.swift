public import TandemBus
public import TandemCPU
import TandemKernel

/// What the boot process knows of a hart.
struct HartFacts {
    var node: HartNode
    /// The first instruction after a reset.
    var resetVector: UInt64
    var width: ELFImage.Width
}

extension Hart: ProcessorModule {
    /// The supervisor timer of Sstc, code 5 of `scause`; timers that machine mode raises by `mip.STIP` count as taken. With
    /// interrupt files what they signal, which no line does.
    public var ownInterrupts: [LineRecord] {
        [LineRecord(line: path + ".stip", raised: timerExpirations, taken: interruptsTaken[5], claimed: 0)]
            + messageRecords
    }
}

extension Machine {
    /// The RISC-V harts of the board, in hart order.
    public var harts: [Hart] { plan.harts.compactMap { module($0) as? Hart } }

    var hartFacts: [HartFacts] {
        harts.map { hart in
            var names = hart.extensions.names
            names.removeAll { $0 == "b" }
            let node = HartNode(
                path: hart.path, id: hart.hartID, isa: hart.extensions.isaString(xlen: hart.xlen), extensions: names,
                mmuType: hart.translationName ?? "", cacheBlockSize: 64)
            return HartFacts(
                node: node, resetVector: resetVector(of: hart.path), width: hart.xlen == .rv32 ? .bits32 : .bits64)
        }
    }

    private func resetVector(of path: String) -> UInt64 {
        guard case .unsigned(let address) = plan.module(path)?.properties["reset-vector"] else { return 0 }
        return address
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

    /// Lets the harts name places of the guest as the images call them.
    func shareSymbols() {
        if symbols.isEmpty { return }
        let symbols = symbols
        for hart in harts {
            hart.debugLog.symbolizer = { symbols.describe($0) }
            hart.functionNames = { address in
                symbols.place(of: address).map { GuestFunction($0.symbol.name, at: $0.symbol.address, range: $0.range) }
            }
        }
    }
}
