/// Makes blocks and traces cheaper before a compiling back-end takes them: a row of linear passes, one file each.
///
/// What the guest and the bus can see does not change: every access with its address, data and order, the registers at every
/// operation that may trap or leave, the accumulated floating-point flags, and where execution goes on after how many
/// instructions. A side exit that is always taken cuts the trace off behind its instruction.
///
/// All storage is made once; a run allocates nothing.
struct Optimizer: ~Copyable {
    private var constants = ConstantPropagation()
    private let shifts = ShiftFusion()
    private var copies: CopyForwarding
    private var boxes = BoxForwarding()
    private var addresses: AddressFusion
    private var comparisons: CompareFusion
    private var deadCode = DeadCodeElimination()
    private let verifier: IRVerifier

    /// - Parameters:
    ///   - verifier: The rules of the guest. Debug builds ask it after each pass.
    ///   - residents: Guest registers that the back-end keeps in registers of the host (`Residence`).
    init(verifier: IRVerifier = IRVerifier(allowsTraces: true), residents: [Place] = []) {
        let residence = Residence(residents)
        copies = CopyForwarding(residence: residence)
        addresses = AddressFusion(residence: residence)
        comparisons = CompareFusion(residence: residence)
        self.verifier = verifier
    }

    mutating func optimize(_ block: inout IRBlock) {
        assert(isSound(block, after: "the front-end"))
        constants.run(&block)
        assert(isSound(block, after: "constant propagation"))
        shifts.run(&block)
        assert(isSound(block, after: "shift fusion"))
        copies.run(&block)
        assert(isSound(block, after: "copy forwarding"))
        boxes.run(&block)
        assert(isSound(block, after: "box forwarding"))
        addresses.run(&block)
        assert(isSound(block, after: "address fusion"))
        comparisons.run(&block)
        assert(isSound(block, after: "compare fusion"))
        deadCode.run(&block)
        assert(isSound(block, after: "dead-code elimination"))
    }

    /// Whether the block keeps its rules; if not, says which pass broke which.
    private func isSound(_ block: IRBlock, after pass: String) -> Bool {
        let violations = verifier.violations(of: block)
        for violation in violations {
            assertionFailure("after \(pass): \(violation)\n\(IRPrinter().text(block))")
        }
        return violations.isEmpty
    }
}
