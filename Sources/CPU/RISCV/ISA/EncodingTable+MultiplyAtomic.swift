extension EncodingTable {
    // swift-format-ignore
    /// Unpriv. spec "M".
    static let multiplication: [EncodingRow] = [
        EncodingRow(.mul,    "mul",    "0000001 ttttt sssss 000 ddddd 0110011", "d,s,t", .m),
        EncodingRow(.mulh,   "mulh",   "0000001 ttttt sssss 001 ddddd 0110011", "d,s,t", .m),
        EncodingRow(.mulhsu, "mulhsu", "0000001 ttttt sssss 010 ddddd 0110011", "d,s,t", .m),
        EncodingRow(.mulhu,  "mulhu",  "0000001 ttttt sssss 011 ddddd 0110011", "d,s,t", .m),
        EncodingRow(.div,    "div",    "0000001 ttttt sssss 100 ddddd 0110011", "d,s,t", .m),
        EncodingRow(.divu,   "divu",   "0000001 ttttt sssss 101 ddddd 0110011", "d,s,t", .m),
        EncodingRow(.rem,    "rem",    "0000001 ttttt sssss 110 ddddd 0110011", "d,s,t", .m),
        EncodingRow(.remu,   "remu",   "0000001 ttttt sssss 111 ddddd 0110011", "d,s,t", .m),
        EncodingRow(.mulw,   "mulw",   "0000001 ttttt sssss 000 ddddd 0111011", "d,s,t", .m, .rv64),
        EncodingRow(.divw,   "divw",   "0000001 ttttt sssss 100 ddddd 0111011", "d,s,t", .m, .rv64),
        EncodingRow(.divuw,  "divuw",  "0000001 ttttt sssss 101 ddddd 0111011", "d,s,t", .m, .rv64),
        EncodingRow(.remw,   "remw",   "0000001 ttttt sssss 110 ddddd 0111011", "d,s,t", .m, .rv64),
        EncodingRow(.remuw,  "remuw",  "0000001 ttttt sssss 111 ddddd 0111011", "d,s,t", .m, .rv64),
    ]

    // swift-format-ignore
    /// Unpriv. spec "A", words.
    static let atomicWords: [EncodingRow] = [
        EncodingRow(.lr_w,      "lr.w",      "00010 q l 00000 sssss 010 ddddd 0101111", "d,(s)",   .a),
        EncodingRow(.sc_w,      "sc.w",      "00011 q l ttttt sssss 010 ddddd 0101111", "d,t,(s)", .a),
        EncodingRow(.amoswap_w, "amoswap.w", "00001 q l ttttt sssss 010 ddddd 0101111", "d,t,(s)", .a),
        EncodingRow(.amoadd_w,  "amoadd.w",  "00000 q l ttttt sssss 010 ddddd 0101111", "d,t,(s)", .a),
        EncodingRow(.amoxor_w,  "amoxor.w",  "00100 q l ttttt sssss 010 ddddd 0101111", "d,t,(s)", .a),
        EncodingRow(.amoand_w,  "amoand.w",  "01100 q l ttttt sssss 010 ddddd 0101111", "d,t,(s)", .a),
        EncodingRow(.amoor_w,   "amoor.w",   "01000 q l ttttt sssss 010 ddddd 0101111", "d,t,(s)", .a),
        EncodingRow(.amomin_w,  "amomin.w",  "10000 q l ttttt sssss 010 ddddd 0101111", "d,t,(s)", .a),
        EncodingRow(.amomax_w,  "amomax.w",  "10100 q l ttttt sssss 010 ddddd 0101111", "d,t,(s)", .a),
        EncodingRow(.amominu_w, "amominu.w", "11000 q l ttttt sssss 010 ddddd 0101111", "d,t,(s)", .a),
        EncodingRow(.amomaxu_w, "amomaxu.w", "11100 q l ttttt sssss 010 ddddd 0101111", "d,t,(s)", .a),
    ]

    // swift-format-ignore
    /// Unpriv. spec "A", doublewords.
    static let atomicDoubles: [EncodingRow] = [
        EncodingRow(.lr_d,      "lr.d",      "00010 q l 00000 sssss 011 ddddd 0101111", "d,(s)",   .a, .rv64),
        EncodingRow(.sc_d,      "sc.d",      "00011 q l ttttt sssss 011 ddddd 0101111", "d,t,(s)", .a, .rv64),
        EncodingRow(.amoswap_d, "amoswap.d", "00001 q l ttttt sssss 011 ddddd 0101111", "d,t,(s)", .a, .rv64),
        EncodingRow(.amoadd_d,  "amoadd.d",  "00000 q l ttttt sssss 011 ddddd 0101111", "d,t,(s)", .a, .rv64),
        EncodingRow(.amoxor_d,  "amoxor.d",  "00100 q l ttttt sssss 011 ddddd 0101111", "d,t,(s)", .a, .rv64),
        EncodingRow(.amoand_d,  "amoand.d",  "01100 q l ttttt sssss 011 ddddd 0101111", "d,t,(s)", .a, .rv64),
        EncodingRow(.amoor_d,   "amoor.d",   "01000 q l ttttt sssss 011 ddddd 0101111", "d,t,(s)", .a, .rv64),
        EncodingRow(.amomin_d,  "amomin.d",  "10000 q l ttttt sssss 011 ddddd 0101111", "d,t,(s)", .a, .rv64),
        EncodingRow(.amomax_d,  "amomax.d",  "10100 q l ttttt sssss 011 ddddd 0101111", "d,t,(s)", .a, .rv64),
        EncodingRow(.amominu_d, "amominu.d", "11000 q l ttttt sssss 011 ddddd 0101111", "d,t,(s)", .a, .rv64),
        EncodingRow(.amomaxu_d, "amomaxu.d", "11100 q l ttttt sssss 011 ddddd 0101111", "d,t,(s)", .a, .rv64),
    ]
}
