/// Every instruction that we emit, in every form that we emit it: one line per encoding (Intel SDM, volume 2).
///
/// The assembler looks encodings up by operation and form, the disassembler by opcode; both derive their order from the
/// rows here.
public enum EncodingTable {
    /// An operation of either kind.
    public enum Mnemonic: Equatable, Sendable {
        case integer(Operation)
        case vector(VectorOperation)
    }

    /// One encoding of one operation.
    public struct Row: Sendable {
        /// What the instruction does.
        public let mnemonic: Mnemonic
        /// Where its operands stand.
        public let form: Form
        /// Its bytes.
        public let encoding: Encoding
    }

    /// All rows. Where two decode the same bytes, the first is the one that the disassembler shows.
    public static let rows: [Row] = integerRows + vectorRows

    private static func row(
        _ operation: Operation, _ form: Form, _ prefix: Encoding.Prefix, _ map: Encoding.Map, _ opcode: UInt8,
        _ digit: UInt8?, _ widths: Encoding.Widths, _ extent: Encoding.Extent, _ traits: Encoding.Traits = []
    ) -> Row {
        Row(
            mnemonic: .integer(operation), form: form,
            encoding: Encoding(prefix, map, opcode, digit: digit, widths, extent, traits))
    }

    // swift-format-ignore
    static let integerRows: [Row] = [
        //  operation  form   prefix map     opcode /digit widths  extent  traits
        row(.mov,      .rm,   .none, .one,   0x8b, nil, .all,   .width),
        row(.mov,      .mr,   .none, .one,   0x89, nil, .all,   .width),
        row(.mov,      .mi,   .none, .one,   0xc7, 0,   .all,   .width),
        row(.mov,      .oi,   .none, .one,   0xb8, nil, .lq,    .width),
        row(.movzx8,   .rm,   .none, .x0F,   0xb6, nil, .wlq,   .byte),
        row(.movzx16,  .rm,   .none, .x0F,   0xb7, nil, .lq,    .word),
        row(.movsx8,   .rm,   .none, .x0F,   0xbe, nil, .wlq,   .byte),
        row(.movsx16,  .rm,   .none, .x0F,   0xbf, nil, .lq,    .word),
        row(.movsxd,   .rm,   .none, .one,   0x63, nil, .quad,  .long),
        row(.lea,      .rm,   .none, .one,   0x8d, nil, .lq,    .none,  .memoryOnly),
        row(.xchg,     .mr,   .none, .one,   0x87, nil, .all,   .width),
        row(.xchg,     .rm,   .none, .one,   0x87, nil, .all,   .width),
        row(.cmpxchg,  .mr,   .none, .x0F,   0xb1, nil, .all,   .width),
        row(.movbe,    .rm,   .none, .x0F38, 0xf0, nil, .wlq,   .width, .memoryOnly),
        row(.movbe,    .mr,   .none, .x0F38, 0xf1, nil, .wlq,   .width, .memoryOnly),
        row(.bswap,    .o,    .none, .x0F,   0xc8, nil, .lq,    .width),
        row(.push,     .o,    .none, .one,   0x50, nil, [],     .quad),
        row(.push,     .m,    .none, .one,   0xff, 6,   [],     .quad,  .memoryOnly),
        row(.pop,      .o,    .none, .one,   0x58, nil, [],     .quad),
        row(.pop,      .m,    .none, .one,   0x8f, 0,   [],     .quad,  .memoryOnly),

        row(.add,      .rm,   .none, .one,   0x03, nil, .all,   .width),
        row(.add,      .mr,   .none, .one,   0x01, nil, .all,   .width),
        row(.add,      .mi,   .none, .one,   0x81, 0,   .all,   .width),
        row(.add,      .mi8,  .none, .one,   0x83, 0,   .wlq,   .width),
        row(.or,       .rm,   .none, .one,   0x0b, nil, .all,   .width),
        row(.or,       .mr,   .none, .one,   0x09, nil, .all,   .width),
        row(.or,       .mi,   .none, .one,   0x81, 1,   .all,   .width),
        row(.or,       .mi8,  .none, .one,   0x83, 1,   .wlq,   .width),
        row(.adc,      .rm,   .none, .one,   0x13, nil, .all,   .width),
        row(.adc,      .mr,   .none, .one,   0x11, nil, .all,   .width),
        row(.adc,      .mi,   .none, .one,   0x81, 2,   .all,   .width),
        row(.adc,      .mi8,  .none, .one,   0x83, 2,   .wlq,   .width),
        row(.sbb,      .rm,   .none, .one,   0x1b, nil, .all,   .width),
        row(.sbb,      .mr,   .none, .one,   0x19, nil, .all,   .width),
        row(.sbb,      .mi,   .none, .one,   0x81, 3,   .all,   .width),
        row(.sbb,      .mi8,  .none, .one,   0x83, 3,   .wlq,   .width),
        row(.and,      .rm,   .none, .one,   0x23, nil, .all,   .width),
        row(.and,      .mr,   .none, .one,   0x21, nil, .all,   .width),
        row(.and,      .mi,   .none, .one,   0x81, 4,   .all,   .width),
        row(.and,      .mi8,  .none, .one,   0x83, 4,   .wlq,   .width),
        row(.sub,      .rm,   .none, .one,   0x2b, nil, .all,   .width),
        row(.sub,      .mr,   .none, .one,   0x29, nil, .all,   .width),
        row(.sub,      .mi,   .none, .one,   0x81, 5,   .all,   .width),
        row(.sub,      .mi8,  .none, .one,   0x83, 5,   .wlq,   .width),
        row(.xor,      .rm,   .none, .one,   0x33, nil, .all,   .width),
        row(.xor,      .mr,   .none, .one,   0x31, nil, .all,   .width),
        row(.xor,      .mi,   .none, .one,   0x81, 6,   .all,   .width),
        row(.xor,      .mi8,  .none, .one,   0x83, 6,   .wlq,   .width),
        row(.cmp,      .rm,   .none, .one,   0x3b, nil, .all,   .width),
        row(.cmp,      .mr,   .none, .one,   0x39, nil, .all,   .width),
        row(.cmp,      .mi,   .none, .one,   0x81, 7,   .all,   .width),
        row(.cmp,      .mi8,  .none, .one,   0x83, 7,   .wlq,   .width),
        row(.test,     .mr,   .none, .one,   0x85, nil, .all,   .width),
        row(.test,     .rm,   .none, .one,   0x85, nil, .all,   .width),
        row(.test,     .mi,   .none, .one,   0xf7, 0,   .all,   .width),
        row(.not,      .m,    .none, .one,   0xf7, 2,   .all,   .width),
        row(.neg,      .m,    .none, .one,   0xf7, 3,   .all,   .width),
        row(.inc,      .m,    .none, .one,   0xff, 0,   .all,   .width),
        row(.dec,      .m,    .none, .one,   0xff, 1,   .all,   .width),
        row(.mul,      .m,    .none, .one,   0xf7, 4,   .all,   .width),
        row(.imul,     .m,    .none, .one,   0xf7, 5,   .all,   .width),
        row(.imul,     .rm,   .none, .x0F,   0xaf, nil, .wlq,   .width),
        row(.imul,     .rmi,  .none, .one,   0x69, nil, .wlq,   .width),
        row(.imul,     .rmi8, .none, .one,   0x6b, nil, .wlq,   .width),
        row(.div,      .m,    .none, .one,   0xf7, 6,   .all,   .width),
        row(.idiv,     .m,    .none, .one,   0xf7, 7,   .all,   .width),
        row(.cdq,      .zo,   .none, .one,   0x99, nil, [],     .none),
        row(.cqo,      .zo,   .none, .one,   0x99, nil, [],     .none,  .wide),

        row(.shl,      .mi8,  .none, .one,   0xc1, 4,   .all,   .width),
        row(.shl,      .m,    .none, .one,   0xd3, 4,   .all,   .width, .byCL),
        row(.shr,      .mi8,  .none, .one,   0xc1, 5,   .all,   .width),
        row(.shr,      .m,    .none, .one,   0xd3, 5,   .all,   .width, .byCL),
        row(.sar,      .mi8,  .none, .one,   0xc1, 7,   .all,   .width),
        row(.sar,      .m,    .none, .one,   0xd3, 7,   .all,   .width, .byCL),
        row(.rol,      .mi8,  .none, .one,   0xc1, 0,   .all,   .width),
        row(.rol,      .m,    .none, .one,   0xd3, 0,   .all,   .width, .byCL),
        row(.ror,      .mi8,  .none, .one,   0xc1, 1,   .all,   .width),
        row(.ror,      .m,    .none, .one,   0xd3, 1,   .all,   .width, .byCL),
        row(.shlx,     .rmv,  .x66,  .x0F38, 0xf7, nil, .lq,    .width, .vex),
        row(.shrx,     .rmv,  .xF2,  .x0F38, 0xf7, nil, .lq,    .width, .vex),
        row(.sarx,     .rmv,  .xF3,  .x0F38, 0xf7, nil, .lq,    .width, .vex),
        row(.rorx,     .rmi8, .xF2,  .x0F3A, 0xf0, nil, .lq,    .width, .vex),

        row(.andn,     .rvm,  .none, .x0F38, 0xf2, nil, .lq,    .width, .vex),
        row(.blsr,     .vm,   .none, .x0F38, 0xf3, 1,   .lq,    .width, .vex),
        row(.popcnt,   .rm,   .xF3,  .x0F,   0xb8, nil, .wlq,   .width),
        row(.lzcnt,    .rm,   .xF3,  .x0F,   0xbd, nil, .wlq,   .width),
        row(.tzcnt,    .rm,   .xF3,  .x0F,   0xbc, nil, .wlq,   .width),
        row(.bt,       .mr,   .none, .x0F,   0xa3, nil, .wlq,   .width),
        row(.bt,       .mi8,  .none, .x0F,   0xba, 4,   .wlq,   .width),
        row(.bts,      .mr,   .none, .x0F,   0xab, nil, .wlq,   .width),
        row(.bts,      .mi8,  .none, .x0F,   0xba, 5,   .wlq,   .width),
        row(.btr,      .mr,   .none, .x0F,   0xb3, nil, .wlq,   .width),
        row(.btr,      .mi8,  .none, .x0F,   0xba, 6,   .wlq,   .width),
        row(.btc,      .mr,   .none, .x0F,   0xbb, nil, .wlq,   .width),
        row(.btc,      .mi8,  .none, .x0F,   0xba, 7,   .wlq,   .width),

        row(.setcc,    .m,    .none, .x0F,   0x90, 0,   [],     .byte,  .condition),
        row(.cmovcc,   .rm,   .none, .x0F,   0x40, nil, .wlq,   .width, .condition),
        row(.jcc,      .d8,   .none, .one,   0x70, nil, [],     .none,  .condition),
        row(.jcc,      .d32,  .none, .x0F,   0x80, nil, [],     .none,  .condition),

        row(.jmp,      .d8,   .none, .one,   0xeb, nil, [],     .none),
        row(.jmp,      .d32,  .none, .one,   0xe9, nil, [],     .none),
        row(.jmp,      .m,    .none, .one,   0xff, 4,   [],     .quad),
        row(.call,     .d32,  .none, .one,   0xe8, nil, [],     .none),
        row(.call,     .m,    .none, .one,   0xff, 2,   [],     .quad),
        row(.ret,      .zo,   .none, .one,   0xc3, nil, [],     .none),
        row(.ud2,      .zo,   .none, .x0F,   0x0b, nil, [],     .none),
        row(.nop,      .zo,   .none, .one,   0x90, nil, [],     .none),
        row(.nop,      .zo,   .x66,  .one,   0x90, nil, [],     .none),
        row(.nop,      .m,    .none, .x0F,   0x1f, 0,   [.word, .long], .width),

        row(.ldmxcsr,  .m,    .none, .x0F,   0xae, 2,   [],     .long,  .memoryOnly),
        row(.stmxcsr,  .m,    .none, .x0F,   0xae, 3,   [],     .long,  .memoryOnly),
        row(.prefetcht0, .m,  .none, .x0F,   0x18, 1,   [],     .byte,  .memoryOnly),
        row(.prefetchw,  .m,  .none, .x0F,   0x0d, 1,   [],     .byte,  .memoryOnly),
    ]
}
