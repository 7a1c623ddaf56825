import TandemKernel

/// What a hart writes about its work (`-d`).
public struct HartLogOptions: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Guest instructions, when they are translated.
    public static let instructions = HartLogOptions(rawValue: 1 << 0)
    /// The intermediate form of what is translated.
    public static let operations = HartLogOptions(rawValue: 1 << 1)
    /// Every block that is executed.
    public static let execution = HartLogOptions(rawValue: 1 << 2)
    /// Exceptions and interrupts that are taken.
    public static let interrupts = HartLogOptions(rawValue: 1 << 3)
    /// Page walks.
    public static let translation = HartLogOptions(rawValue: 1 << 4)

    /// The words of `-d`, in the order of the help.
    public static let named: [(name: String, option: HartLogOptions, meaning: String)] = [
        ("in_asm", .instructions, "guest instructions, when they are translated"),
        ("op", .operations, "the intermediate form of what is translated"),
        ("exec", .execution, "every block that is executed"),
        ("int", .interrupts, "exceptions and interrupts"),
        ("mmu", .translation, "page walks"),
    ]
}

/// The debug log of one hart: what to write, and where to.
public struct HartLog {
    public var options: HartLogOptions = []
    /// Receives whole lines without their ends.
    public var sink: (String) -> Void = { _ in }
    /// Names an address, as in `main+0x12`.
    public var symbolizer: (UInt64) -> String? = { _ in nil }

    public init() {}

    /// Blocks must pass the dispatcher one by one.
    var wantsEveryBlock: Bool { options.contains(.execution) }

    /// An address with its symbol, if it has one.
    public func symbolic(_ address: UInt64) -> String {
        let number = "0x" + String(address, radix: 16)
        guard let name = symbolizer(address) else { return number }
        return "\(number) <\(name)>"
    }

    @inline(__always)
    func executes(_ hart: Hart, _ block: BlockPointer) {
        if options.contains(.execution) {
            sink("\(hart.path): exec \(symbolic(block.pointee.pc)) ×\(block.pointee.count) at \(hart.localNow)")
        }
    }

    func translated(_ hart: Hart, _ ir: IRBlock) {
        guard !options.isDisjoint(with: [.instructions, .operations]) else { return }
        if options.contains(.instructions) {
            sink("\(hart.path): in_asm \(symbolic(ir.pc)) \(hart.privileged.privilege.letter)")
            for boundary in ir.boundaries {
                guard let bytes = hart.readVirtual(boundary.pc, count: boundary.length) else { continue }
                let word = bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
                sink("  \(symbolic(boundary.pc)): \(hart.disassemble(word, at: boundary.pc))")
            }
        }
        if options.contains(.operations) {
            sink("\(hart.path): op \(symbolic(ir.pc))")
            for line in IRPrinter(functions: RISCVFunction.names).text(ir).split(separator: "\n") { sink("  \(line)") }
        }
    }

    func interrupt(_ hart: Hart, _ cause: InterruptCause) {
        guard options.contains(.interrupts) else { return }
        sink("\(hart.path): interrupt \(cause) at \(symbolic(hart.pc)), \(hart.localNow)")
    }

    func exception(_ hart: Hart, _ cause: ExceptionCause, _ value: UInt64) {
        guard options.contains(.interrupts) else { return }
        sink(
            "\(hart.path): exception \(cause), value 0x\(String(value, radix: 16)), at \(symbolic(hart.pc)), "
                + "\(hart.localNow)")
    }

    func walked(_ hart: Hart, _ address: UInt64, _ access: MemoryAccess, _ physical: UInt64, _ span: UInt64) {
        guard options.contains(.translation) else { return }
        sink(
            "\(hart.path): mmu \(access) 0x\(String(address, radix: 16)) → 0x\(String(physical, radix: 16)), "
                + "\(span >> 10) KiB")
    }
}
