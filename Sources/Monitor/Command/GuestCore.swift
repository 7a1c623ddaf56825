import TandemBus
import TandemCPU
import TandemKernel
import TandemMachine
import TandemOS

/// The guest's RAM and the registers of its harts as an ELF core file (System V gABI, chapter 5; the notes are those of
/// Linux for RISC-V, `struct elf_prstatus`). Virtual addresses in it are the physical ones, or those of the page tables.
struct GuestCore {
    private let machine: Machine
    private let ranges: [(start: UInt64, base: UnsafeRawPointer, count: UInt64)]
    /// What stands where in the ranges, which follow each other in the file.
    private var segments: [Segment] = []

    /// A part of the file's memory.
    private struct Segment {
        var virtual: UInt64
        var physical: UInt64
        /// From where the contents of memory begin.
        var offset: UInt64
        var size: UInt64
    }

    /// All RAM, or a part of it; with paging by virtual addresses.
    init(_ machine: Machine, begin: UInt64?, length: UInt64?, hasPaging: Bool) throws(CommandError) {
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
        let whole = all.map { AddressMapping(virtual: $0.start, physical: $0.start, size: $0.count) }
        let isPaged = hasPaging && machine.harts.contains(where: \.hasPageTables)
        segments = (isPaged ? try Self.mappings(of: machine.harts) : whole).flatMap(segments)
    }

    /// What the harts map, in the order of virtual addresses; of those that map an address differently the first counts.
    private static func mappings(of harts: [Hart]) throws(CommandError) -> [AddressMapping] {
        var all: [AddressMapping] = []
        for hart in harts {
            guard let more = hart.addressMappings() else {
                throw CommandError(
                    at: "dump-guest-memory", "the page tables of \(hart.path) are without end", expected: "paging off")
            }
            all = added(more.sorted { $0.virtual < $1.virtual }, to: all)
        }
        return all
    }

    /// Both in one list, without what `more` has where `known` has something too. All are in the order of addresses.
    static func added(_ more: [AddressMapping], to known: [AddressMapping]) -> [AddressMapping] {
        var all = known
        var index = 0
        for mapping in more {
            var rest = mapping
            while rest.size > 0 {
                // Ends are inclusive: the last page of the address space has an end too.
                while index < known.count, known[index].virtual + (known[index].size - 1) < rest.virtual { index += 1 }
                let next = index < known.count ? known[index] : nil
                var free = rest.size
                if let next, next.virtual <= rest.virtual + (rest.size - 1) {
                    free = next.virtual > rest.virtual ? next.virtual - rest.virtual : 0
                }
                if free > 0 { all.append(AddressMapping(virtual: rest.virtual, physical: rest.physical, size: free)) }
                guard free < rest.size, let next else { break }
                let covered = min(rest.size, free + (next.virtual + (next.size - 1) - (rest.virtual + free)) + 1)
                rest.virtual &+= covered
                rest.physical &+= covered
                rest.size -= covered
            }
        }
        return all.sorted { $0.virtual < $1.virtual }
    }

    /// The parts of a mapping that lie in the ranges.
    private func segments(of mapping: AddressMapping) -> [Segment] {
        var found: [Segment] = []
        var offset: UInt64 = 0
        let end = mapping.physical + (mapping.size - 1)
        for range in ranges {
            let first = max(mapping.physical, range.start)
            let last = min(end, range.start + (range.count - 1))
            if first <= last {
                found.append(
                    Segment(
                        virtual: mapping.virtual &+ (first - mapping.physical), physical: first,
                        offset: offset + (first - range.start), size: last - first + 1))
            }
            offset += range.count
        }
        return found
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

    /// PN_XNUM.
    private static let escapedCount = 0xffff

    /// Everything before the contents of memory.
    private var header: [UInt8] {
        let notes = machine.harts.enumerated().reduce(into: Fields(is32Bit)) {
            $0.note(status(of: $1.element, $1.offset))
        }.bytes
        let programHeaders = 1 + segments.count
        let headerSize = is32Bit ? 52 : 64
        let entrySize = is32Bit ? 32 : 56
        // A number that does not fit stands in the first section header (gABI, chapter 4: PN_XNUM).
        let hasSection = programHeaders >= Self.escapedCount
        let sectionAt = headerSize + programHeaders * entrySize
        let sectionSize = is32Bit ? 40 : 64
        let notesAt = sectionAt + (hasSection ? sectionSize : 0)
        // Contents begin at a page, so that they can be mapped.
        let contentsAt = (notesAt + notes.count + 4095) & ~4095
        var fields = Fields(is32Bit)
        fields.bytes += [0x7F] + Array("ELF".utf8) + [is32Bit ? 1 : 2, 1, 1] + [UInt8](repeating: 0, count: 9)
        fields.half(4)  // ET_CORE
        fields.half(243)  // EM_RISCV
        fields.word(1)
        fields.address(0)
        fields.address(UInt64(headerSize))
        fields.address(hasSection ? UInt64(sectionAt) : 0)
        fields.word(0)
        fields.half(UInt16(headerSize))
        fields.half(UInt16(entrySize))
        fields.half(UInt16(min(programHeaders, Self.escapedCount)))
        fields.half(hasSection ? UInt16(sectionSize) : 0)
        fields.half(hasSection ? 1 : 0)
        fields.half(0)
        fields.programHeader(type: 4, offset: notesAt, virtual: 0, physical: 0, size: notes.count)
        for segment in segments {
            fields.programHeader(
                type: 1, offset: contentsAt + Int(segment.offset), virtual: segment.virtual,
                physical: segment.physical, size: Int(segment.size))
        }
        if hasSection {
            // Of an empty section header only sh_info says something.
            for index in 0..<(sectionSize / 4) {
                fields.word(index == (is32Bit ? 7 : 11) ? UInt32(programHeaders) : 0)
            }
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

        mutating func programHeader(type: UInt32, offset: Int, virtual: UInt64, physical: UInt64, size: Int) {
            word(type)
            // PF_R, PF_W and PF_X of what can be executed.
            let flags: UInt32 = type == 1 ? 7 : 0
            if !is32Bit { word(flags) }
            address(UInt64(offset))
            address(virtual)
            address(physical)
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
