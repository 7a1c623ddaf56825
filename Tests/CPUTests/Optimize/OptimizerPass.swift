@testable import TandemCPU

/// The passes by name, and all of them.
enum OptimizerPass: String, CaseIterable {
    case constants, shifts, copies, boxes, addresses, comparisons, deadCode, all
}

/// Runs passes one at a time. Each is made once, so that runs follow each other as they do in a machine.
struct OptimizerPasses: ~Copyable {
    private var constants = ConstantPropagation()
    private let shifts = ShiftFusion()
    private var copies = CopyForwarding(residence: Residence())
    private var boxes = BoxForwarding()
    private var addresses = AddressFusion(residence: Residence())
    private var comparisons = CompareFusion(residence: Residence())
    private var deadCode = DeadCodeElimination()
    private var optimizer = Optimizer(verifier: IRVerifier(notes: [.register(64)], allowsTraces: true))

    mutating func run(_ pass: OptimizerPass, _ block: inout IRBlock) {
        switch pass {
        case .constants: constants.run(&block)
        case .shifts: shifts.run(&block)
        case .copies: copies.run(&block)
        case .boxes: boxes.run(&block)
        case .addresses: addresses.run(&block)
        case .comparisons: comparisons.run(&block)
        case .deadCode: deadCode.run(&block)
        case .all: optimizer.optimize(&block)
        }
    }
}
