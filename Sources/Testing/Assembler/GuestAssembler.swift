public import TandemCPU

/// Assembles RISC-V source for tests and examples: every mnemonic of the encoding tables, the usual pseudo-instructions,
/// labels, and directives for data.
///
/// ```
/// let bytes = try GuestAssembler.assemble(
///     """
///         li   a0, 10
///     1:  addi a0, a0, -1
///         bnez a0, 1b
///         ret
///     """, at: 0x8000_0000, xlen: .rv64)
/// ```
///
/// ### Language
/// - A statement ends at the end of the line or at `;`. `#` and `//` begin a comment. Labels end in `:`; numeric labels are
///   referred to as `1f` and `1b`.
/// - Expressions have C's operators and precedence over 64-bit integers; `.` is the address of the statement; functions are
///   `%hi`, `%lo`, `%pcrel_hi`, `%pcrel_lo`.
/// - Directives: `.byte .half .word .dword .ascii .asciz .space .align .balign .org .equ`; `.globl .text .option` are read
///   and ignored.
/// - Nothing is compressed behind the author's back: 16-bit instructions are written `c.…`. `la` and `call` always take
///   8 bytes.
public enum GuestAssembler {
    /// Assembles `source` for address `address`.
    public static func assemble(
        _ source: String, at address: UInt64, xlen: XLEN
    ) throws(AssemblerError) -> [UInt8] {
        try program(source, at: address, xlen: xlen).bytes
    }

    /// Assembles `source` for address `address`, and keeps its symbols.
    public static func program(
        _ source: String, at address: UInt64, xlen: XLEN
    ) throws(AssemblerError) -> GuestProgram {
        let statements = SourceReader.statements(of: source)
        var assembly = Assembly(xlen: xlen, base: address)
        // The first pass finds the addresses of labels, the second encodes with all of them known. Both run the same
        // code, so that sizes cannot differ.
        for pass in [Assembly.Pass.layout, .encoding] {
            assembly.begin(pass)
            for statement in statements {
                do throws(AssemblyFault) {
                    try assembly.assemble(statement)
                } catch {
                    throw AssemblerError(line: statement.line, statement: statement.text, reason: error.reason)
                }
            }
        }
        return GuestProgram(address: address, bytes: assembly.bytes, symbols: assembly.symbols)
    }

    /// Assembles one instruction, at address 0: its word, or the 16 bits of a compressed one.
    public static func assemble(_ instruction: String, xlen: XLEN = .rv64) throws(AssemblerError) -> UInt32 {
        let bytes = try assemble(instruction, at: 0, xlen: xlen)
        guard bytes.count == 4 || bytes.count == 2 else {
            throw AssemblerError(
                line: 1, statement: instruction,
                reason: "assembles to \(bytes.count) bytes; expected one instruction of 2 or 4")
        }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
