import TandemKernel
import TandemX64

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

    /// The host's code of what is compiled.
    public static let hostCode = HartLogOptions(rawValue: 1 << 5)
    /// Every instruction, and the registers that it changes.
    public static let registers = HartLogOptions(rawValue: 1 << 6)
    /// What the guest does wrong on its buses: messages of the level `debug`, which modules write.
    public static let guestErrors = HartLogOptions(rawValue: 1 << 7)

    /// The words of `-d`, in the order of the help.
    public static let named: [(name: String, option: HartLogOptions, meaning: String)] = [
        ("in_asm", .instructions, "guest instructions, when they are translated"),
        ("op", .operations, "the intermediate form of what is translated"),
        ("out_asm", .hostCode, "the host's code of what is compiled"),
        ("exec", .execution, "every block that is executed"),
        ("cpu", .registers, "every instruction that is executed, and the registers that it changes"),
        ("int", .interrupts, "exceptions and interrupts"),
        ("mmu", .translation, "page walks"),
        ("guest_errors", .guestErrors, "accesses of the guest to addresses and registers that are not there"),
        ("unimp", .guestErrors, "the same: what is not modelled is not there"),
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
    var wantsEveryBlock: Bool { !options.isDisjoint(with: [.execution, .registers]) }

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

    func compiled(_ hart: Hart, _ pc: UInt64, _ code: UnsafeRawBufferPointer, at address: UInt) {
        guard options.contains(.hostCode) else { return }
        sink("\(hart.path): out_asm \(symbolic(pc)), \(code.count) bytes")
        for line in TandemX64.Disassembler.listing(code, at: address) { sink("  \(line)") }
    }

    /// `cpu0: cpu 0x80000000 M addi a0, zero, 1 | a0=0x1`: the registers that the instruction has changed come last.
    func executed(_ hart: Hart, _ before: LoggedInstruction) {
        let word = hart.readVirtual(before.pc, count: 4) ?? hart.readVirtual(before.pc, count: 2) ?? []
        let bits = word.reversed().reduce(0) { $0 << 8 | UInt32($1) }
        let text = hart.disassemble(bits & 3 == 3 ? bits : bits & 0xffff, at: before.pc)
        var line = "\(hart.path): cpu 0x\(String(before.pc, radix: 16)) \(before.letter) \(text) |"
        for number in 1..<64 {
            let value = number < 32 ? hart.integerRegister(number) : hart.floatRegister(number - 32)
            let old = number < 32 ? hart.xlen.truncate(before.registers[number]) : before.registers[number]
            if value == old { continue }
            let name = number < 32 ? RegisterNames.integer[number] : RegisterNames.floatingPoint[number - 32]
            line += " \(name)=0x\(String(value, radix: 16))"
        }
        sink(line)
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
