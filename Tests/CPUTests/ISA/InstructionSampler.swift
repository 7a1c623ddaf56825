import TandemCPU

/// A small generator with a printed seed: the same seed gives the same instructions everywhere (SplitMix64).
struct SampleGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}

extension EncodingRow {
    /// Operands that the row can hold, and nothing where it has no field.
    func sampleOperands(using generator: inout SampleGenerator) -> InstructionOperands {
        var operands = InstructionOperands()
        if fields.contains(.rd) { operands.rd = .random(in: 0...31, using: &generator) }
        if fields.contains(.rs1) { operands.rs1 = .random(in: 0...31, using: &generator) }
        if fields.contains(.rs2) { operands.rs2 = .random(in: 0...31, using: &generator) }
        if fields.contains(.rs3) { operands.rs3 = .random(in: 0...31, using: &generator) }
        if fields.contains(.roundingMode) { operands.roundingMode = .random(in: 0...7, using: &generator) }
        if fields.contains(.ordering) {
            operands.aq = .random(using: &generator)
            operands.rl = .random(using: &generator)
        }
        let value = Int64.random(in: immediate.range, using: &generator)
        operands.immediate = value & ~(immediate.alignment - 1)
        return operands
    }
}
