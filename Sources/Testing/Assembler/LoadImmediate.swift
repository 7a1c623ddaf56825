import TandemCPU

/// The instructions that build a constant: what `li` stands for.
enum LoadImmediate {
    /// Words that put `value` into x`register`. At most two on RV32, at most eight on RV64.
    static func words(_ value: Int64, into register: UInt8, xlen: XLEN) -> [UInt32] {
        var steps: [(RISCVOperation, Int64)] = []
        build(xlen == .rv64 ? value : Int64(Int32(truncatingIfNeeded: value)), xlen, &steps)
        var words: [UInt32] = []
        for (operation, immediate) in steps {
            var operands = InstructionOperands()
            operands.rd = register
            operands.rs1 = words.isEmpty ? 0 : register
            operands.immediate = immediate
            words.append(InstructionIndex.row(of: operation, xlen: xlen).encode(operands))
        }
        return words
    }

    /// The upper bits first, then, as often as bits remain below them, a shift and an addition of twelve bits.
    private static func build(_ value: Int64, _ xlen: XLEN, _ steps: inout [(RISCVOperation, Int64)]) {
        // addi sign-extends its twelve bits; what stands above makes up for that.
        let low = (value & 0xfff ^ 0x800) - 0x800
        if let small = Int32(exactly: value) {
            let upper = Int32(truncatingIfNeeded: Int64(small) - low)
            if upper != 0 { steps.append((.lui, Int64(upper))) }
            if low != 0 || upper == 0 { steps.append((xlen == .rv64 && upper != 0 ? .addiw : .addi, low)) }
            return
        }
        var upper = (value &- low) >> 12
        let shift = upper.trailingZeroBitCount
        upper >>= Int64(shift)
        build(upper, xlen, &steps)
        steps.append((.slli, Int64(shift + 12)))
        if low != 0 { steps.append((.addi, low)) }
    }
}
