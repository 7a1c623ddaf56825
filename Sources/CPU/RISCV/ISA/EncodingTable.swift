/// Every 32-bit instruction that this project knows, chapter by chapter. The one place where encodings are written.
///
/// The order matters in one way: where two rows match the same word, the earlier is meant. So the hints come first, whose
/// words are also ordinary instructions; without their extension they are those instructions.
public enum EncodingTable {
    /// All rows. A row's index is stable within one build only.
    public static let rows: [EncodingRow] =
        hints + base + registerOperations + system + multiplication + atomicWords + atomicDoubles + singlePrecision
        + doublePrecision + bitManipulation

    // swift-format-ignore
    /// Hints in the space of ordinary instructions: Zihintpause, Zicbop (Unpriv. spec "Zihintpause", "CMO"),
    /// and `fence.tso`, a fence with a mnemonic of its own (§2.7).
    private static let hints: [EncodingRow] = [
        EncodingRow(.pause,      "pause",      "0000 0001 0000 00000 000 00000 0001111", "",         .zihintpause),
        EncodingRow(.fence,      "fence.tso",  "1000 0011 0011 ----- 000 ----- 0001111", "",         .i),
        EncodingRow(.prefetch_i, "prefetch.i", "ooooooo 00000 sssss 110 00000 0010011",  "o(s)",     .zicbop),
        EncodingRow(.prefetch_r, "prefetch.r", "ooooooo 00001 sssss 110 00000 0010011",  "o(s)",     .zicbop),
        EncodingRow(.prefetch_w, "prefetch.w", "ooooooo 00011 sssss 110 00000 0010011",  "o(s)",     .zicbop),
    ]

    // swift-format-ignore
    /// Upper immediates, jumps, branches, loads, stores and operations with an immediate: Unpriv. spec "RV32I" §2.4-§2.6,
    /// "RV64I" §4.2-§4.3.
    private static let base: [EncodingRow] = [
        EncodingRow(.lui,   "lui",   "kkkkkkkkkkkkkkkkkkkk ddddd 0110111",       "d,k",    .i),
        EncodingRow(.auipc, "auipc", "kkkkkkkkkkkkkkkkkkkk ddddd 0010111",       "d,k",    .i),
        EncodingRow(.jal,   "jal",   "jjjjjjjjjjjjjjjjjjjj ddddd 1101111",       "d,j",    .i),
        EncodingRow(.jalr,  "jalr",  "iiiiiiiiiiii sssss 000 ddddd 1100111",     "d,i(s)", .i),
        EncodingRow(.beq,   "beq",   "bbbbbbb ttttt sssss 000 bbbbb 1100011",    "s,t,b",  .i),
        EncodingRow(.bne,   "bne",   "bbbbbbb ttttt sssss 001 bbbbb 1100011",    "s,t,b",  .i),
        EncodingRow(.blt,   "blt",   "bbbbbbb ttttt sssss 100 bbbbb 1100011",    "s,t,b",  .i),
        EncodingRow(.bge,   "bge",   "bbbbbbb ttttt sssss 101 bbbbb 1100011",    "s,t,b",  .i),
        EncodingRow(.bltu,  "bltu",  "bbbbbbb ttttt sssss 110 bbbbb 1100011",    "s,t,b",  .i),
        EncodingRow(.bgeu,  "bgeu",  "bbbbbbb ttttt sssss 111 bbbbb 1100011",    "s,t,b",  .i),
        EncodingRow(.lb,    "lb",    "iiiiiiiiiiii sssss 000 ddddd 0000011",     "d,i(s)", .i),
        EncodingRow(.lh,    "lh",    "iiiiiiiiiiii sssss 001 ddddd 0000011",     "d,i(s)", .i),
        EncodingRow(.lw,    "lw",    "iiiiiiiiiiii sssss 010 ddddd 0000011",     "d,i(s)", .i),
        EncodingRow(.ld,    "ld",    "iiiiiiiiiiii sssss 011 ddddd 0000011",     "d,i(s)", .i, .rv64),
        EncodingRow(.lbu,   "lbu",   "iiiiiiiiiiii sssss 100 ddddd 0000011",     "d,i(s)", .i),
        EncodingRow(.lhu,   "lhu",   "iiiiiiiiiiii sssss 101 ddddd 0000011",     "d,i(s)", .i),
        EncodingRow(.lwu,   "lwu",   "iiiiiiiiiiii sssss 110 ddddd 0000011",     "d,i(s)", .i, .rv64),
        EncodingRow(.sb,    "sb",    "wwwwwww ttttt sssss 000 wwwww 0100011",    "t,w(s)", .i),
        EncodingRow(.sh,    "sh",    "wwwwwww ttttt sssss 001 wwwww 0100011",    "t,w(s)", .i),
        EncodingRow(.sw,    "sw",    "wwwwwww ttttt sssss 010 wwwww 0100011",    "t,w(s)", .i),
        EncodingRow(.sd,    "sd",    "wwwwwww ttttt sssss 011 wwwww 0100011",    "t,w(s)", .i, .rv64),
        EncodingRow(.addi,  "addi",  "iiiiiiiiiiii sssss 000 ddddd 0010011",     "d,s,i",  .i),
        EncodingRow(.slti,  "slti",  "iiiiiiiiiiii sssss 010 ddddd 0010011",     "d,s,i",  .i),
        EncodingRow(.sltiu, "sltiu", "iiiiiiiiiiii sssss 011 ddddd 0010011",     "d,s,i",  .i),
        EncodingRow(.xori,  "xori",  "iiiiiiiiiiii sssss 100 ddddd 0010011",     "d,s,i",  .i),
        EncodingRow(.ori,   "ori",   "iiiiiiiiiiii sssss 110 ddddd 0010011",     "d,s,i",  .i),
        EncodingRow(.andi,  "andi",  "iiiiiiiiiiii sssss 111 ddddd 0010011",     "d,s,i",  .i),
        EncodingRow(.slli,  "slli",  "0000000 hhhhh sssss 001 ddddd 0010011",    "d,s,h",  .i, .rv32),
        EncodingRow(.srli,  "srli",  "0000000 hhhhh sssss 101 ddddd 0010011",    "d,s,h",  .i, .rv32),
        EncodingRow(.srai,  "srai",  "0100000 hhhhh sssss 101 ddddd 0010011",    "d,s,h",  .i, .rv32),
        EncodingRow(.slli,  "slli",  "000000 hhhhhh sssss 001 ddddd 0010011",    "d,s,h",  .i, .rv64),
        EncodingRow(.srli,  "srli",  "000000 hhhhhh sssss 101 ddddd 0010011",    "d,s,h",  .i, .rv64),
        EncodingRow(.srai,  "srai",  "010000 hhhhhh sssss 101 ddddd 0010011",    "d,s,h",  .i, .rv64),
        EncodingRow(.addiw, "addiw", "iiiiiiiiiiii sssss 000 ddddd 0011011",     "d,s,i",  .i, .rv64),
        EncodingRow(.slliw, "slliw", "0000000 hhhhh sssss 001 ddddd 0011011",    "d,s,h",  .i, .rv64),
        EncodingRow(.srliw, "srliw", "0000000 hhhhh sssss 101 ddddd 0011011",    "d,s,h",  .i, .rv64),
        EncodingRow(.sraiw, "sraiw", "0100000 hhhhh sssss 101 ddddd 0011011",    "d,s,h",  .i, .rv64),
    ]

    // swift-format-ignore
    /// Operations on two registers: Unpriv. spec "RV32I" §2.4.2, "RV64I" §4.2.2.
    private static let registerOperations: [EncodingRow] = [
        EncodingRow(.add,   "add",   "0000000 ttttt sssss 000 ddddd 0110011", "d,s,t", .i),
        EncodingRow(.sub,   "sub",   "0100000 ttttt sssss 000 ddddd 0110011", "d,s,t", .i),
        EncodingRow(.sll,   "sll",   "0000000 ttttt sssss 001 ddddd 0110011", "d,s,t", .i),
        EncodingRow(.slt,   "slt",   "0000000 ttttt sssss 010 ddddd 0110011", "d,s,t", .i),
        EncodingRow(.sltu,  "sltu",  "0000000 ttttt sssss 011 ddddd 0110011", "d,s,t", .i),
        EncodingRow(.xor,   "xor",   "0000000 ttttt sssss 100 ddddd 0110011", "d,s,t", .i),
        EncodingRow(.srl,   "srl",   "0000000 ttttt sssss 101 ddddd 0110011", "d,s,t", .i),
        EncodingRow(.sra,   "sra",   "0100000 ttttt sssss 101 ddddd 0110011", "d,s,t", .i),
        EncodingRow(.or,    "or",    "0000000 ttttt sssss 110 ddddd 0110011", "d,s,t", .i),
        EncodingRow(.and,   "and",   "0000000 ttttt sssss 111 ddddd 0110011", "d,s,t", .i),
        EncodingRow(.addw,  "addw",  "0000000 ttttt sssss 000 ddddd 0111011", "d,s,t", .i, .rv64),
        EncodingRow(.subw,  "subw",  "0100000 ttttt sssss 000 ddddd 0111011", "d,s,t", .i, .rv64),
        EncodingRow(.sllw,  "sllw",  "0000000 ttttt sssss 001 ddddd 0111011", "d,s,t", .i, .rv64),
        EncodingRow(.srlw,  "srlw",  "0000000 ttttt sssss 101 ddddd 0111011", "d,s,t", .i, .rv64),
        EncodingRow(.sraw,  "sraw",  "0100000 ttttt sssss 101 ddddd 0111011", "d,s,t", .i, .rv64),
    ]

    // swift-format-ignore
    /// Fences, CSRs, cache blocks and the privileged instructions: Unpriv. spec §2.7-§2.8, "Zifencei", "Zicsr", "Zawrs",
    /// "CMO"; Priv. spec §3.3, "Supervisor-Level ISA", "Svinval".
    ///
    /// A hart ignores the reserved fields of `fence` and `fence.i` (§2.7, "Zifencei"), so any value there decodes.
    /// Whether a mode exists or forbids an instruction (`sret` without S, TSR, TVM, TW) is judged at execution.
    private static let system: [EncodingRow] = [
        EncodingRow(.fence,           "fence",           "ffffffffffff ----- 000 ----- 0001111",   "f",     .i),
        EncodingRow(.fence_i,         "fence.i",         "------------ ----- 001 ----- 0001111",   "",      .zifencei),
        EncodingRow(.ecall,           "ecall",           "000000000000 00000 000 00000 1110011",   "",      .i),
        EncodingRow(.ebreak,          "ebreak",          "000000000001 00000 000 00000 1110011",   "",      .i),
        EncodingRow(.csrrw,           "csrrw",           "cccccccccccc sssss 001 ddddd 1110011",   "d,c,s", .zicsr),
        EncodingRow(.csrrs,           "csrrs",           "cccccccccccc sssss 010 ddddd 1110011",   "d,c,s", .zicsr),
        EncodingRow(.csrrc,           "csrrc",           "cccccccccccc sssss 011 ddddd 1110011",   "d,c,s", .zicsr),
        EncodingRow(.csrrwi,          "csrrwi",          "cccccccccccc zzzzz 101 ddddd 1110011",   "d,c,z", .zicsr),
        EncodingRow(.csrrsi,          "csrrsi",          "cccccccccccc zzzzz 110 ddddd 1110011",   "d,c,z", .zicsr),
        EncodingRow(.csrrci,          "csrrci",          "cccccccccccc zzzzz 111 ddddd 1110011",   "d,c,z", .zicsr),
        EncodingRow(.wrs_nto,         "wrs.nto",         "000000001101 00000 000 00000 1110011",   "",      .zawrs),
        EncodingRow(.wrs_sto,         "wrs.sto",         "000000011101 00000 000 00000 1110011",   "",      .zawrs),
        EncodingRow(.cbo_inval,       "cbo.inval",       "000000000000 sssss 010 00000 0001111",   "(s)",   .zicbom),
        EncodingRow(.cbo_clean,       "cbo.clean",       "000000000001 sssss 010 00000 0001111",   "(s)",   .zicbom),
        EncodingRow(.cbo_flush,       "cbo.flush",       "000000000010 sssss 010 00000 0001111",   "(s)",   .zicbom),
        EncodingRow(.cbo_zero,        "cbo.zero",        "000000000100 sssss 010 00000 0001111",   "(s)",   .zicboz),
        EncodingRow(.mret,            "mret",            "0011000 00010 00000 000 00000 1110011",  "",      .i),
        EncodingRow(.sret,            "sret",            "0001000 00010 00000 000 00000 1110011",  "",      .i),
        EncodingRow(.wfi,             "wfi",             "0001000 00101 00000 000 00000 1110011",  "",      .i),
        EncodingRow(.sfence_vma,      "sfence.vma",      "0001001 ttttt sssss 000 00000 1110011",  "s,t",   .i),
        EncodingRow(.sinval_vma,      "sinval.vma",      "0001011 ttttt sssss 000 00000 1110011",  "s,t",   .svinval),
        EncodingRow(.sfence_w_inval,  "sfence.w.inval",  "0001100 00000 00000 000 00000 1110011",  "",      .svinval),
        EncodingRow(.sfence_inval_ir, "sfence.inval.ir", "0001100 00001 00000 000 00000 1110011",  "",      .svinval),
    ]
}
