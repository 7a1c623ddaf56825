import TandemBus
import TandemCPU
import TandemKernel
import TandemMachine

/// Looking at memory, and writing it to files.
enum MemoryCommands {
    static let all = [examine, examinePhysical, print, sum, save, savePhysical, dump, translate]

    static let format = Property<String>("format", default: "", "Count, form and size, such as 16xw.")
    static let address = Property<UInt64>(required: "address", "Where, as an expression.")
    static let value = Property<UInt64>(required: "expression", "What: numbers, registers, symbols and operators.")
    static let hart = HartCommands.optionalNumber

    static let examine = MonitorCommand(
        machine: nil, human: "x", "Shows memory as the selected hart sees it.",
        arguments: [format.erased, address.erased], returns: .text
    ) { call in try show(call, isPhysical: false) }

    static let examinePhysical = MonitorCommand(
        machine: nil, human: "xp", "Shows memory at a physical address.", arguments: [format.erased, address.erased],
        returns: .text
    ) { call in try show(call, isPhysical: true) }

    private static func show(_ call: CommandCall, isPhysical: Bool) throws -> CommandValue {
        let memory = GuestMemory(hart: try HartCommands.hart(nil, call), isPhysical: isPhysical)
        let format = try MemoryFormat(call[format], of: isPhysical ? "xp" : "x")
        return .text(
            format.form == .instruction
                ? try instructions(memory, format, call[address], call.machine)
                : try values(memory, format, call[address]))
    }

    private static func values(
        _ memory: GuestMemory, _ format: MemoryFormat, _ start: UInt64
    ) throws(CommandError) -> String {
        let bytes = try memory.bytes(at: start, count: format.count * format.size)
        var text = ""
        for index in 0..<format.count {
            if index % format.perLine == 0 {
                text += (index == 0 ? "" : "\n") + digits(start &+ UInt64(index * format.size)) + ":"
            }
            var value: UInt64 = 0
            for place in 0..<format.size { value |= UInt64(bytes[index * format.size + place]) << UInt64(8 * place) }
            text += " " + format.text(of: value)
        }
        return text + "\n"
    }

    /// Instructions are of 2 or 4 bytes: the lowest bits say which (unprivileged spec §1.5).
    private static func instructions(
        _ memory: GuestMemory, _ format: MemoryFormat, _ start: UInt64, _ machine: Machine
    ) throws(CommandError) -> String {
        var text = ""
        var place = start
        for _ in 0..<format.count {
            let half = try memory.bytes(at: place, count: 2)
            let isLong = half[0] & 3 == 3
            let bytes = isLong ? try memory.bytes(at: place, count: 4) : half
            let word = bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let name = machine.symbols.describe(place).map { " <\($0)>" } ?? ""
            text += "\(digits(place))\(name): \(memory.hart.disassemble(word, at: place))\n"
            place &+= isLong ? 4 : 2
        }
        return text
    }

    static func digits(_ address: UInt64) -> String {
        let text = String(address, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }

    static let print = MonitorCommand(
        machine: nil, human: "print", aliases: ["p"], "Shows the value of an expression.",
        arguments: [format.erased, value.erased], returns: .text
    ) { call in
        var format = try MemoryFormat(call[format], of: "print", size: 8)
        if call[Self.format].isEmpty { format.form = .hexadecimal }
        // Without a size no leading zeros: it is a number, not a word of memory.
        if format.form == .hexadecimal, format.size == 8 { return .text("0x" + String(call[value], radix: 16)) }
        return .text(format.text(of: call[value]))
    }

    static let start = Property<UInt64>(required: "start", "The first physical address.")
    static let count = Property<UInt64>(required: "size", range: 1...UInt64.max, "How many bytes.")

    static let sum = MonitorCommand(
        machine: nil, human: "sum", "The BSD checksum of 16 bits over physical memory.",
        arguments: [start.erased, count.erased], returns: .integer, text: { CommandText.word($0) }
    ) { call in
        let memory = GuestMemory(hart: try HartCommands.hart(nil, call), isPhysical: true)
        guard !call[start].addingReportingOverflow(call[count] - 1).overflow else {
            throw CommandError(at: "sum", "the range leaves the address space")
        }
        var sum: UInt16 = 0
        var done: UInt64 = 0
        while done < call[count] {
            let part = min(call[count] - done, 1 << 20)
            for byte in try memory.bytes(at: call[start] + done, count: Int(part)) {
                // Wrapping: the checksum is defined modulo 2^16.
                sum = (sum >> 1 | sum << 15) &+ UInt16(byte)
            }
            done += part
        }
        return .unsigned(UInt64(sum))
    }

    static let from = Property<UInt64>(required: "val", "The first address, as the hart sees it.")
    static let fromPhysical = Property<UInt64>(required: "val", "The first physical address.")
    static let file = Property<String>(required: "filename", "The file; one that is there is replaced.")

    static let save = MonitorCommand(
        "memsave", "Writes memory to a file, as a hart sees it.",
        arguments: [from.erased, count.erased, file.erased, hart.erased]
    ) { call in
        let memory = GuestMemory(hart: try HartCommands.hart(call[hart], call), isPhysical: false)
        try memory.save(from: call[from], count: call[count], to: call[file], of: "memsave")
        return .nothing
    }

    static let savePhysical = MonitorCommand(
        "pmemsave", "Writes physical memory to a file.", arguments: [fromPhysical.erased, count.erased, file.erased]
    ) { call in
        let memory = GuestMemory(hart: try HartCommands.hart(nil, call), isPhysical: true)
        try memory.save(from: call[fromPhysical], count: call[count], to: call[file], of: "pmemsave")
        return .nothing
    }

    static let paging = Property<Bool>(
        "paging", default: false, "By the virtual addresses of the harts' page tables.")
    static let target = Property<String>(required: "protocol", "The file; “file:” may stand before its path.")
    static let begin = Property<UInt64?>("begin", default: nil, "The first physical address; all RAM if not given.")
    static let length = Property<UInt64?>("length", default: nil, "How many bytes from there.")

    static let dump = MonitorCommand(
        "dump-guest-memory", "Writes RAM and the registers of all harts to an ELF core, which GDB opens.",
        arguments: [paging.erased, target.erased, begin.erased, length.erased],
        documentation: """
            Addresses in the file are physical ones. With `paging` they are virtual, as far as the page tables of a hart \
            lead to RAM; of harts that map an address differently the first counts. A guest without page tables is \
            written as without `paging`.
            """
    ) { call in
        let path = call[target].hasPrefix("file:") ? String(call[target].dropFirst(5)) : call[target]
        guard (call[begin] == nil) == (call[length] == nil) else {
            throw CommandError(at: "dump-guest-memory", "“begin” and “length” go together", expected: "both, or none")
        }
        try GuestCore(call.machine, begin: call[begin], length: call[length], hasPaging: call[paging]).write(to: path)
        return .nothing
    }

    static let translate = MonitorCommand(
        machine: nil, human: "gva2gpa", "The physical address behind a virtual one, for the selected hart.",
        arguments: [address.erased], returns: .text
    ) { call in
        let hart = try HartCommands.hart(nil, call)
        guard let physical = hart.translateForDebugger(call[address]) else {
            throw CommandError(
                at: "0x" + String(call[address], radix: 16), "\(hart.path) has no translation of this address")
        }
        return .text("gpa: 0x" + String(physical, radix: 16))
    }
}
