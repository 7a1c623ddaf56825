import TandemBus
import TandemCPU
import TandemKernel
import TandemMachine
import TandemOS

/// The guest's RAM and the registers of its harts as an ELF core file (System V gABI, chapter 5; the notes are those of
/// Linux for RISC-V, `struct elf_prstatus`). Virtual addresses in it are the physical ones.
struct GuestCore {
    private let machine: Machine
    private let ranges: [(start: UInt64, base: UnsafeRawPointer, count: UInt64)]

    /// All RAM, or a part of it.
    init(_ machine: Machine, begin: UInt64?, length: UInt64?) throws(CommandError) {
        self.machine = machine
        var all: [(start: UInt64, base: UnsafeRawPointer, count: UInt64)] = []
        for module in machine.plan.modules {
            guard let memory = machine.module(module.path) as? Ram, let window = module.windows.first else { continue }
            all.append((window.start, UnsafeRawPointer(memory.base), min(memory.size, window.span)))
        }
        if let begin, let length {
            let last = begin.addingReportingOverflow(max(length, 1) - 1)
            guard length > 0, !last.overflow,
                let range = all.first(where: { begin >= $0.start && last.partialValue - $0.start < $0.count })
            else {
                throw CommandError(
                    at: "dump-guest-memory", "\(length) bytes from 0x\(String(begin, radix: 16)) are not RAM",
                    choices: all.map {
                        "0x\(String($0.start, radix: 16))…0x\(String($0.start + ($0.count - 1), radix: 16))"
                    })
            }
            all = [(begin, range.base + Int(begin - range.start), length)]
        }
        guard !all.isEmpty, !machine.harts.isEmpty else {
            throw CommandError(at: "dump-guest-memory", "the machine has no RAM or no hart to write")
        }
        ranges = all
    }

    private var is32Bit: Bool { machine.harts[0].xlen == .rv32 }

    /// Writes the file. Pages of zeros become holes.
    func write(to path: String) throws(CommandError) {
        let header = self.header
        try GuestMemory.telling(path) { () throws(OSError) in
            let file = try FileDescriptor(opening: path, .create)
            try file.write(header)
            var offset = header.count
            for range in ranges {
                let chunk = 64 << 10
                var done = 0
                while done < Int(range.count) {
                    let part = UnsafeRawBufferPointer(
                        start: range.base + done, count: min(chunk, Int(range.count) - done))
                    let isLast = done + part.count == Int(range.count)
                    // The last chunk is written in any case: it makes the file as long as it must be.
                    if isLast || part.contains(where: { $0 != 0 }) { try file.write(part, at: offset + done) }
                    done += part.count
                }
                offset += Int(range.count)
            }
            try file.close()
        }
    }

    /// Everything before the contents of memory.
    private var header: [UInt8] {
        let notes = machine.harts.enumerated().reduce(into: Fields(is32Bit)) {
            $0.note(status(of: $1.element, $1.offset))
        }.bytes
        let programHeaders = 1 + ranges.count
        let headerSize = is32Bit ? 52 : 64
        let entrySize = is32Bit ? 32 : 56
        let notesAt = headerSize + programHeaders * entrySize
        // Contents begin at a page, so that they can be mapped.
        let contentsAt = (notesAt + notes.count + 4095) & ~4095
        var fields = Fields(is32Bit)
        fields.bytes += [0x7F] + Array("ELF".utf8) + [is32Bit ? 1 : 2, 1, 1] + [UInt8](repeating: 0, count: 9)
        fields.half(4)  // ET_CORE
        fields.half(243)  // EM_RISCV
        fields.word(1)
        fields.address(0)
        fields.address(UInt64(headerSize))
        fields.address(0)
        fields.word(0)
        fields.half(UInt16(headerSize))
        fields.half(UInt16(entrySize))
        fields.half(UInt16(programHeaders))
        fields.half(0)
        fields.half(0)
        fields.half(0)
        fields.programHeader(type: 4, offset: notesAt, address: 0, size: notes.count)
        var offset = contentsAt
        for range in ranges {
            fields.programHeader(type: 1, offset: offset, address: range.start, size: Int(range.count))
            offset += Int(range.count)
        }
        fields.bytes += notes
        fields.bytes += [UInt8](repeating: 0, count: contentsAt - fields.bytes.count)
        return fields.bytes
    }

    /// `struct elf_prstatus`: a hart is a thread; its registers are pc, x1 … x31.
    private func status(of hart: Hart, _ index: Int) -> [UInt8] {
        var fields = Fields(is32Bit)
        fields.bytes += [UInt8](repeating: 0, count: is32Bit ? 24 : 32)
        // Threads are numbered from 1, as in the remote protocol.
        fields.word(UInt32(index + 1))
        fields.bytes += [UInt8](repeating: 0, count: (is32Bit ? 72 : 112) - fields.bytes.count)
        fields.address(hart.programCounter)
        for number in 1..<32 { fields.address(hart.integerRegister(number)) }
        fields.address(0)
        return fields.bytes
    }

    /// Little-endian fields of either width.
    private struct Fields {
        var bytes: [UInt8] = []
        let is32Bit: Bool

        init(_ is32Bit: Bool) { self.is32Bit = is32Bit }

        private mutating func append(_ value: UInt64, _ count: Int) {
            for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place))) }
        }
        mutating func half(_ value: UInt16) { append(UInt64(value), 2) }
        mutating func word(_ value: UInt32) { append(UInt64(value), 4) }
        mutating func address(_ value: UInt64) { append(value, is32Bit ? 4 : 8) }

        mutating func programHeader(type: UInt32, offset: Int, address place: UInt64, size: Int) {
            word(type)
            // PF_R, PF_W and PF_X of what can be executed.
            let flags: UInt32 = type == 1 ? 7 : 0
            if !is32Bit { word(flags) }
            address(UInt64(offset))
            address(place)
            address(place)
            address(UInt64(size))
            address(UInt64(size))
            if is32Bit { word(flags) }
            address(type == 1 ? 4096 : 4)
        }

        /// NT_PRSTATUS of “CORE”.
        mutating func note(_ contents: [UInt8]) {
            word(5)
            word(UInt32(contents.count))
            word(1)
            bytes += Array("CORE".utf8) + [0, 0, 0, 0] + contents
            bytes += [UInt8](repeating: 0, count: (4 - contents.count % 4) % 4)
        }
    }
}
