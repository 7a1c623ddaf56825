/// An integer instruction, without its operands. ``EncodingTable`` has the forms of each.
///
/// Names are the mnemonics of the Intel SDM, volume 2. Where a mnemonic covers sources of several sizes, the size of the
/// source in bits is part of the name: `movzx8` reads a byte and writes a register of the instruction's width.
@frozen
public enum Operation: UInt8, Sendable, CaseIterable {
    // Data movement.
    case mov, movzx8, movzx16, movsx8, movsx16, movsxd, lea, xchg, cmpxchg, movbe, bswap, push, pop
    // Arithmetic and logic.
    case add, or, adc, sbb, and, sub, xor, cmp, test
    case not, neg, inc, dec, mul, imul, div, idiv, cdq, cqo
    // Shifts; without an operand for the count they shift by cl.
    case shl, shr, sar, rol, ror, shlx, shrx, sarx, rorx
    // Bits.
    case andn, blsr, popcnt, lzcnt, tzcnt, bt, bts, btr, btc
    // By condition.
    case setcc, cmovcc, jcc
    // Control.
    case jmp, call, ret, ud2, nop
    // The control word of SSE, and the cache.
    case ldmxcsr, stmxcsr, prefetcht0, prefetchw
}
