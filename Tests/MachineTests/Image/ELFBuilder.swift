/// Builds ELF files, good and bad, for tests of the loader.
struct ELFBuilder {
    struct Segment {
        var address: UInt64
        var bytes: [UInt8]
        var memorySize: UInt64?
        var fileSize: UInt64?
        var virtual: UInt64?
    }

    var is64 = true
    var isBigEndian = false
    var type: UInt16 = 2
    var machine: UInt16 = 243
    var entry: UInt64 = 0x8000_0000
    var segments: [Segment] = []
    var symbols: [(name: String, address: UInt64, size: UInt64)] = []

    var bytes: [UInt8] {
        let headerSize = is64 ? 64 : 52
        let programSize = is64 ? 56 : 32
        let sectionSize = is64 ? 64 : 40
        let dataAt = headerSize + programSize * segments.count
        var data: [UInt8] = []
        var places: [Int] = []
        for segment in segments {
            places.append(dataAt + data.count)
            data += segment.bytes
        }
        var names: [UInt8] = [0]
        var table = [UInt8](repeating: 0, count: is64 ? 24 : 16)
        for symbol in symbols {
            let name = names.count
            names += Array(symbol.name.utf8) + [0]
            if is64 {
                table +=
                    word(UInt64(name), 4) + [0x12, 0] + word(1, 2) + word(symbol.address, 8) + word(symbol.size, 8)
            } else {
                table +=
                    word(UInt64(name), 4) + word(symbol.address, 4) + word(symbol.size, 4) + [0x12, 0] + word(1, 2)
            }
        }
        let tableAt = dataAt + data.count
        let namesAt = tableAt + table.count
        let sectionsAt = namesAt + names.count
        let width = is64 ? 8 : 4
        var file: [UInt8] =
            [0x7F, 0x45, 0x4C, 0x46, is64 ? 2 : 1, isBigEndian ? 2 : 1, 1, 0] + [UInt8](repeating: 0, count: 8)
        file += word(UInt64(type), 2) + word(UInt64(machine), 2) + word(1, 4) + word(entry, width)
        file += word(UInt64(headerSize), width) + word(UInt64(sectionsAt), width) + word(0, 4)
        file += word(UInt64(headerSize), 2) + word(UInt64(programSize), 2) + word(UInt64(segments.count), 2)
        file += word(UInt64(sectionSize), 2) + word(3, 2) + word(0, 2)
        for (segment, place) in zip(segments, places) {
            let fileSize = segment.fileSize ?? UInt64(segment.bytes.count)
            let memorySize = segment.memorySize ?? UInt64(segment.bytes.count)
            file += word(1, 4) + (is64 ? word(7, 4) : [])
            file += word(UInt64(place), width) + word(segment.virtual ?? segment.address, width)
            file += word(segment.address, width) + word(fileSize, width) + word(memorySize, width)
            file += (is64 ? [] : word(7, 4)) + word(4096, width)
        }
        file += data + table + names
        func section(_ type: UInt64, _ offset: Int, _ size: Int, link: UInt64) -> [UInt8] {
            word(0, 4) + word(type, 4) + word(0, width) + word(0, width) + word(UInt64(offset), width)
                + word(UInt64(size), width) + word(link, 4) + word(0, 4) + word(1, width)
                + word(UInt64(is64 ? 24 : 16), width)
        }
        file += section(0, 0, 0, link: 0) + section(2, tableAt, table.count, link: 2)
        file += section(3, namesAt, names.count, link: 0)
        return file
    }

    private func word(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { index in
            UInt8(truncatingIfNeeded: value >> UInt64(8 * (isBigEndian ? count - 1 - index : index)))
        }
    }
}
