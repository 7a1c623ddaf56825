import TandemCPU
import TandemKernel
import TandemMachine

/// The registers of the selected hart and the symbols of the images, for expressions.
struct HartSymbols: ExpressionSymbols {
    private let context: MonitorContext

    init(_ context: MonitorContext) { self.context = context }

    func register(_ name: String) -> UInt64? {
        let harts = context.control.machine.harts
        guard harts.indices.contains(context.selectedHart) else { return nil }
        let hart = harts[context.selectedHart]
        if name == "pc" { return hart.programCounter }
        if name == "fp" { return hart.integerRegister(8) }
        if let number = RegisterNames.integer.firstIndex(of: name) { return hart.integerRegister(number) }
        if let number = RegisterNames.floatingPoint.firstIndex(of: name) { return hart.floatRegister(number) }
        for (letter, read) in [("x", hart.integerRegister), ("f", hart.floatRegister)] {
            if name.hasPrefix(letter), let number = Int(name.dropFirst()), (0..<32).contains(number) {
                return read(number)
            }
        }
        guard let address = CSRAddress.all.first(where: { $0.name == name })?.address else { return nil }
        return hart.csr(address)
    }

    func symbol(_ name: String) -> UInt64? { context.control.machine.symbols.address(of: name) }

    func nearestRegisters(to name: String) -> [String] {
        (["pc"] + RegisterNames.integer + RegisterNames.floatingPoint + CSRAddress.all.map(\.name)).nearest(to: name)
            .map { "$" + $0 }
    }
}
