/// Every 16-bit instruction of RV32C and RV64C with its expansion: Unpriv. spec "C", §Compressed Instruction Formats and
/// the listings of the three quadrants.
///
/// Hints expand into base instructions that change nothing, as the manual defines them. What no row matches is reserved,
/// the all-zero word first.
public enum CompressedTable {
    // swift-format-ignore
    /// All rows. `x0` as a destination is a hint, save where a condition says that it is reserved.
    public static let rows: [CompressedRow] = [
        // Quadrant 0.
        CompressedRow("c.addi4spn", "000 nnnnnnnn ddd 00",    "5:4|9:6|2|3", "d,P,n",  .addi, rs1: 2, where: .immediateIsNotZero),
        CompressedRow("c.fld",      "001 nnn sss nn ddd 00",  "5:3|7:6",     "D,n(s)", .fld, [.c, .d]),
        CompressedRow("c.lw",       "010 nnn sss nn ddd 00",  "5:3|2|6",     "d,n(s)", .lw),
        CompressedRow("c.flw",      "011 nnn sss nn ddd 00",  "5:3|2|6",     "D,n(s)", .flw, [.c, .f], .rv32),
        CompressedRow("c.ld",       "011 nnn sss nn ddd 00",  "5:3|7:6",     "d,n(s)", .ld, .c, .rv64),
        CompressedRow("c.fsd",      "101 nnn sss nn ttt 00",  "5:3|7:6",     "T,n(s)", .fsd, [.c, .d]),
        CompressedRow("c.sw",       "110 nnn sss nn ttt 00",  "5:3|2|6",     "t,n(s)", .sw),
        CompressedRow("c.fsw",      "111 nnn sss nn ttt 00",  "5:3|2|6",     "T,n(s)", .fsw, [.c, .f], .rv32),
        CompressedRow("c.sd",       "111 nnn sss nn ttt 00",  "5:3|7:6",     "t,n(s)", .sd, .c, .rv64),
        // Quadrant 1.
        CompressedRow("c.nop",      "000 0 00000 00000 01",   "",            "",       .addi),
        CompressedRow("c.addi",     "000 i xxxxx iiiii 01",   "5|4:0",       "x,i",    .addi),
        CompressedRow("c.jal",      "001 iiiiiiiiiii 01", "11|4|9:8|10|6|7|3:1|5", "b", .jal, rd: 1, .c, .rv32),
        CompressedRow("c.addiw",    "001 i xxxxx iiiii 01",   "5|4:0",       "x,i",    .addiw, where: .destinationIsNotZero, .c, .rv64),
        CompressedRow("c.li",       "010 i ddddd iiiii 01",   "5|4:0",       "d,i",    .addi),
        CompressedRow("c.addi16sp", "011 i 00010 iiiii 01",   "9|4|6|8:7|5", "P,i",    .addi, rd: 2, rs1: 2, where: .immediateIsNotZero),
        CompressedRow("c.lui",      "011 i ddddd iiiii 01",   "17|16:12",    "d,k",    .lui, where: [.immediateIsNotZero, .destinationIsNotSP]),
        CompressedRow("c.srli",     "100 0 00 xxx nnnnn 01",  "4:0",         "x,n",    .srli, .c, .rv32),
        CompressedRow("c.srai",     "100 0 01 xxx nnnnn 01",  "4:0",         "x,n",    .srai, .c, .rv32),
        CompressedRow("c.srli",     "100 n 00 xxx nnnnn 01",  "5|4:0",       "x,n",    .srli, .c, .rv64),
        CompressedRow("c.srai",     "100 n 01 xxx nnnnn 01",  "5|4:0",       "x,n",    .srai, .c, .rv64),
        CompressedRow("c.andi",     "100 i 10 xxx iiiii 01",  "5|4:0",       "x,i",    .andi),
        CompressedRow("c.sub",      "100 0 11 xxx 00 ttt 01", "",            "x,t",    .sub),
        CompressedRow("c.xor",      "100 0 11 xxx 01 ttt 01", "",            "x,t",    .xor),
        CompressedRow("c.or",       "100 0 11 xxx 10 ttt 01", "",            "x,t",    .or),
        CompressedRow("c.and",      "100 0 11 xxx 11 ttt 01", "",            "x,t",    .and),
        CompressedRow("c.subw",     "100 1 11 xxx 00 ttt 01", "",            "x,t",    .subw, .c, .rv64),
        CompressedRow("c.addw",     "100 1 11 xxx 01 ttt 01", "",            "x,t",    .addw, .c, .rv64),
        CompressedRow("c.j",        "101 iiiiiiiiiii 01", "11|4|9:8|10|6|7|3:1|5", "b", .jal),
        CompressedRow("c.beqz",     "110 iii sss iiiii 01", "8|4:3|7:6|2:1|5", "s,b",  .beq),
        CompressedRow("c.bnez",     "111 iii sss iiiii 01", "8|4:3|7:6|2:1|5", "s,b",  .bne),
        // Quadrant 2.
        CompressedRow("c.slli",     "000 0 xxxxx nnnnn 10",   "4:0",         "x,n",    .slli, .c, .rv32),
        CompressedRow("c.slli",     "000 n xxxxx nnnnn 10",   "5|4:0",       "x,n",    .slli, .c, .rv64),
        CompressedRow("c.fldsp",    "001 n ddddd nnnnn 10",   "5|4:3|8:6",   "D,n(P)", .fld, rs1: 2, [.c, .d]),
        CompressedRow("c.lwsp",     "010 n ddddd nnnnn 10",   "5|4:2|7:6",   "d,n(P)", .lw, rs1: 2, where: .destinationIsNotZero),
        CompressedRow("c.flwsp",    "011 n ddddd nnnnn 10",   "5|4:2|7:6",   "D,n(P)", .flw, rs1: 2, [.c, .f], .rv32),
        CompressedRow("c.ldsp",     "011 n ddddd nnnnn 10",   "5|4:3|8:6",   "d,n(P)", .ld, rs1: 2, where: .destinationIsNotZero, .c, .rv64),
        CompressedRow("c.jr",       "100 0 sssss 00000 10",   "",            "s",      .jalr, where: .firstSourceIsNotZero),
        CompressedRow("c.mv",       "100 0 ddddd ttttt 10",   "",            "d,t",    .add, where: .secondSourceIsNotZero),
        CompressedRow("c.ebreak",   "100 1 00000 00000 10",   "",            "",       .ebreak),
        CompressedRow("c.jalr",     "100 1 sssss 00000 10",   "",            "s",      .jalr, rd: 1, where: .firstSourceIsNotZero),
        CompressedRow("c.add",      "100 1 xxxxx ttttt 10",   "",            "x,t",    .add, where: .secondSourceIsNotZero),
        CompressedRow("c.fsdsp",    "101 nnnnnn ttttt 10",    "5:3|8:6",     "T,n(P)", .fsd, rs1: 2, [.c, .d]),
        CompressedRow("c.swsp",     "110 nnnnnn ttttt 10",    "5:2|7:6",     "t,n(P)", .sw, rs1: 2),
        CompressedRow("c.fswsp",    "111 nnnnnn ttttt 10",    "5:2|7:6",     "T,n(P)", .fsw, rs1: 2, [.c, .f], .rv32),
        CompressedRow("c.sdsp",     "111 nnnnnn ttttt 10",    "5:3|8:6",     "t,n(P)", .sd, rs1: 2, .c, .rv64),
    ]
}
