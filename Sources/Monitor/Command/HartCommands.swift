import TandemCPU
import TandemKernel
import TandemMachine

/// The harts: which one is meant, where they stand, what is in their registers.
enum HartCommands {
    static let all = [select, list, registers]

    /// The number of a hart that is there.
    static func index(_ number: UInt64, in machine: Machine) throws(CommandError) -> Int {
        let count = machine.harts.count
        guard number < UInt64(count) else {
            throw CommandError(
                at: "cpu-index", "there is no hart \(number)",
                expected: count == 0 ? "a machine with harts" : "0 to \(count - 1)")
        }
        return Int(number)
    }

    /// The hart that a command is about.
    static func hart(_ number: UInt64?, _ call: CommandCall) throws(CommandError) -> Hart {
        call.machine.harts[try index(number ?? UInt64(call.context.selectedHart), in: call.machine)]
    }

    static let number = Property<UInt64>(required: "index", "The number of the hart.")
    static let optionalNumber = Property<UInt64?>("cpu-index", default: nil, "The hart; the selected one if not given.")
    static let everyHart = Property<Bool>("all", default: false, "Every hart.")

    static let select = MonitorCommand(
        machine: nil, human: "cpu", "Selects the hart that further commands are about.", arguments: [number.erased]
    ) { call in
        call.context.selectedHart = try index(call[number], in: call.machine)
        return .nothing
    }

    static let list = MonitorCommand(
        machine: nil, human: "info cpus", "The harts and where they stand.",
        returns: .list(.any)
    ) { call in
        .list(
            call.machine.harts.enumerated().map { index, hart in
                .record([
                    "hart": .text("\(index == call.context.selectedHart ? "*" : " ") \(index)"),
                    "object": .text(hart.path), "pc": .text(place(hart.programCounter, call.machine)),
                    "mode": .text(mode(hart)), "instructions": .unsigned(hart.instructionsRetired),
                ])
            })
    }

    static func place(_ address: UInt64, _ machine: Machine) -> String {
        let name = machine.symbols.describe(address).map { " <\($0)>" } ?? ""
        return "0x" + String(address, radix: 16) + name
    }

    static func mode(_ hart: Hart) -> String {
        switch hart.privilege {
        case .user: "user"
        case .supervisor: "supervisor"
        case .machine: "machine"
        }
    }

    static let registers = MonitorCommand(
        machine: nil, human: "info registers", "The registers of a hart, a device, or one register of it.",
        arguments: [RegisterCommands.place.erased, everyHart.erased], returns: .text,
        documentation: """
            Without a name, of the selected hart; with a number, of that hart; `info registers uart0` shows the \
            registers of a device with their fields, `info registers uart0.LSR` one of them, and `info registers \
            plic.PRIORITY[3]` an element of an array. Of arrays those are shown that differ from their reset value. \
            Where registers stand behind several sockets, as `aplic.machine.domaincfg`, the socket is named before \
            them. Reading has no side effects.
            """
    ) { call in
        if call[everyHart] {
            return .text(call.machine.harts.map { text(of: $0, call.machine) }.joined(separator: "\n"))
        }
        guard let name = call[RegisterCommands.place] else {
            return .text(text(of: try hart(nil, call), call.machine))
        }
        if let number = UInt64(name) { return .text(text(of: try hart(number, call), call.machine)) }
        if let hart = try? ObjectLookup.find(name, in: call.machine) as? Hart {
            return .text(text(of: hart, call.machine))
        }
        return .text(try RegisterCommands.text(of: name, in: call.machine))
    }

    /// CSRs that say what a hart is about.
    private static let csrs = [
        "mhartid", "mstatus", "mip", "mie", "mideleg", "medeleg", "mtvec", "stvec", "mepc", "sepc", "mcause", "scause",
        "mtval", "stval", "mscratch", "sscratch", "satp",
    ]

    /// All integer registers and the CSRs that matter, four in a line.
    static func text(of hart: Hart, _ machine: Machine) -> String {
        let width = hart.xlen == .rv32 ? 8 : 16
        func digits(_ value: UInt64) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        func lines(_ rows: [(String, UInt64)], width: Int) -> String {
            var text = ""
            for (index, row) in rows.enumerated() {
                text += " \(row.0)\(String(repeating: " ", count: width - row.0.utf8.count)) \(digits(row.1))"
                if index % 4 == 3 || index == rows.count - 1 { text += "\n" }
            }
            return text
        }
        var text = "\(hart.path): \(mode(hart)) mode, \(hart.instructionsRetired) instructions retired\n"
        text += " pc   \(digits(hart.programCounter))"
        if let name = machine.symbols.describe(hart.programCounter) { text += " <\(name)>" }
        text += "\n" + lines((0..<32).map { (RegisterNames.integer[$0], hart.integerRegister($0)) }, width: 4)
        let symbols = CSRAddress.all
        let values = csrs.compactMap { name in
            symbols.first { $0.name == name }.flatMap { hart.csr($0.address) }.map { (name, $0) }
        }
        text += lines(values, width: 8)
        if hart.extensions.contains(.f) {
            text += lines((0..<32).map { (RegisterNames.floatingPoint[$0], hart.floatRegister($0)) }, width: 4)
        }
        return text
    }
}

extension CSRAddress {
    /// Every CSR that has a name.
    static let all: [(name: String, address: UInt16)] = (UInt16(0)..<4096).compactMap { address in
        name(of: address).map { ($0, address) }
    }
}
