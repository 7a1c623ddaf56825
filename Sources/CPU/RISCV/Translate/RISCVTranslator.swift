/// The front-end: guest instructions of one page into a block of the intermediate form.
///
/// One file per chapter of the manual holds what the instructions mean; this one holds the loop.
struct RISCVTranslator {
    /// The most instructions in a block: long enough to spread the cost of entering one, short enough that a limit is rarely
    /// met in the middle.
    static let longestBlock = 32

    let decoder: Decoder
    let xlen: XLEN
    let hasCompressed: Bool

    var builder = IRBuilder()
    /// The instruction being translated.
    var pc: UInt64 = 0
    var mode = TranslationMode(privilege: 3, isFloatEnabled: false, isFloatDirty: false, frm: 0)
    /// Whether the block has noted already that floating-point state changed.
    private var hasMarkedDirty = false
    private var hasEnded = false

    init(xlen: XLEN, extensions: ExtensionSet) {
        decoder = Decoder(xlen: xlen, extensions: extensions)
        self.xlen = xlen
        hasCompressed = extensions.contains(.c)
    }

    /// The code that a block may be made of: the rest of a page, and the first half-word of the next page.
    struct Source {
        /// Half-words from the first instruction to the end of its page.
        var halfwords: UnsafeBufferPointer<UInt16>
        /// What follows in the next page: needed only when the first instruction crosses into it.
        var following: UInt16?
    }

    /// Whether the instruction at the start of `halfwords`, alone in its page, reaches into the next.
    static func crosses(_ halfwords: UnsafeBufferPointer<UInt16>) -> Bool {
        halfwords.count == 1 && halfwords[0] & 3 == 3
    }

    /// Translates from `pc` on: at most `limit` instructions, not past the end of the page.
    mutating func translate(pc start: UInt64, mode: TranslationMode, limit: Int, source: Source) -> IRBlock {
        self.mode = mode
        pc = start
        hasEnded = false
        hasMarkedDirty = mode.isFloatDirty
        builder.begin(pc: start)
        var position = 0
        var count = 0
        while !hasEnded {
            if count == limit || position >= source.halfwords.count {
                builder.end(.jump(pc))
                break
            }
            var word = UInt32(source.halfwords[position])
            if word & 3 == 3 {
                if position + 1 < source.halfwords.count {
                    word |= UInt32(source.halfwords[position + 1]) << 16
                } else if count == 0, let following = source.following {
                    word |= UInt32(following) << 16
                } else {
                    // The next block starts with the instruction that crosses.
                    builder.end(.jump(pc))
                    break
                }
            }
            let length = Decoder.length(of: word)
            builder.boundary(pc: pc, length: length)
            if let instruction = decoder.decode(word) {
                translate(instruction)
            } else {
                illegal(length == 2 ? word & 0xffff : word)
            }
            count += 1
            position += length / 2
            pc = wrapped(pc &+ UInt64(length))
        }
        assert(isVerified(builder.block))
        return builder.block
    }

    /// Whether a block keeps the rules of the intermediate form; if not, says which it breaks. Debug builds ask for every
    /// block.
    private func isVerified(_ block: IRBlock) -> Bool {
        let violations = IRVerifier.riscv.violations(of: block)
        for violation in violations {
            assertionFailure("\(violation)\n\(IRPrinter(functions: RISCVFunction.names).text(block))")
        }
        return violations.isEmpty
    }

    // MARK: What the chapters use

    /// Ends the block.
    mutating func end(_ terminal: IRTerminal) {
        builder.end(terminal)
        hasEnded = true
    }

    mutating func illegal(_ raw: UInt32) {
        end(.guestExit(function: RISCVFunction.illegal.rawValue, argument: raw))
    }

    mutating func exit(_ function: RISCVFunction, _ argument: UInt32 = 0) {
        end(.guestExit(function: function.rawValue, argument: argument))
    }

    /// A source register: x0 is a constant.
    func x(_ number: UInt8) -> IROperand {
        number == 0 ? .zero : .place(RISCVPlace.integer(number))
    }

    /// A destination register; nil for x0.
    func destination(_ number: UInt8) -> Place? {
        number == 0 ? nil : RISCVPlace.integer(number)
    }

    func f(_ number: UInt8) -> IROperand { .place(RISCVPlace.float(number)) }

    /// The type of a register-wide operation.
    var registerType: IRType { xlen == .rv32 ? .i32 : .i64 }

    /// The type of comparisons and bitwise operations. Sign extension keeps the order of words, signed and unsigned, and
    /// what is computed bit by bit from two sign-extended values is sign-extended: RV32 needs no narrower operation.
    var orderedType: IRType { .i64 }

    /// An address of this hart's width.
    func wrapped(_ address: UInt64) -> UInt64 {
        xlen == .rv32 ? UInt64(UInt32(truncatingIfNeeded: address)) : address
    }

    /// Notes once in a block that floating-point state changes (Priv. spec §3.1.6.6).
    mutating func markFloatDirty() {
        guard !hasMarkedDirty else { return }
        hasMarkedDirty = true
        builder.emit(.move, .i64, to: RISCVPlace.floatDirty, .constant(1))
    }
}
