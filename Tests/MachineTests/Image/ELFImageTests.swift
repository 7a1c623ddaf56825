import TandemKernel
import Testing

@testable import TandemMachine

@Suite struct ELFImageTests {
    private func read(_ builder: ELFBuilder) throws(PlatformError) -> ELFImage {
        try ELFImage(ImageBytes(builder.bytes, name: "x.elf"))
    }

    static let forms = [(true, false), (true, true), (false, false), (false, true)]

    @Test("segments, entry and symbols are read in both widths and byte orders", arguments: forms)
    func readsForm(is64: Bool, isBigEndian: Bool) throws {
        var builder = ELFBuilder(is64: is64, isBigEndian: isBigEndian, entry: 0x8000_0004)
        builder.segments = [
            .init(address: 0x8000_1000, bytes: [5, 6], memorySize: 100),
            .init(address: 0x8000_0000, bytes: [1, 2, 3, 4]),
        ]
        builder.symbols = [("main", 0x8000_0004, 8), ("_start", 0x8000_0000, 0)]
        let image = try read(builder)
        #expect(image.entry == 0x8000_0004)
        #expect(image.segments.map(\.physicalAddress) == [0x8000_0000, 0x8000_1000])
        #expect(image.segments.map(\.memorySize) == [4, 100])
        let table = SymbolTable(image.symbols())
        #expect(table.describe(0x8000_0008) == "main+0x4")
        #expect(table.describe(0x8000_0000) == "_start")
        #expect(table.describe(0x8000_0100) == "_start+0x100")
        #expect(table.describe(0x7FFF_FFFF) == nil)
    }

    private static let good = ELFBuilder(segments: [.init(address: 0x8000_0000, bytes: [1, 2, 3, 4])])

    static let mistakes: [(ELFBuilder, String)] = [
        (
            ELFBuilder(machine: 62, segments: good.segments),
            "x.elf: offset 18: the ELF file is for x86-64 (machine 62); expected RISC-V (machine 243)"
        ),
        (
            ELFBuilder(is64: false, segments: good.segments),
            "x.elf: offset 4: the ELF file is for a processor of 32 bits; expected 64 bits, as the platform's harts have"
        ),
        (
            ELFBuilder(isBigEndian: true, segments: good.segments),
            "x.elf: offset 5: the ELF file is big-endian; expected little-endian"
        ),
        (
            ELFBuilder(type: 1, segments: good.segments),
            "x.elf: the ELF file is of type 1; expected an executable (2) or a shared object (3)"
        ),
        (ELFBuilder(), "x.elf: the ELF file has nothing to load; expected at least one segment PT_LOAD"),
        (
            ELFBuilder(segments: [
                .init(address: 0x8000_0000, bytes: [1], memorySize: 0x2000), .init(address: 0x8000_1000, bytes: [2]),
            ]),
            "x.elf: the segments at 0x80000000–0x80001fff and 0x80001000–0x80001000 overlap; expected segments apart"
        ),
        (
            ELFBuilder(segments: [.init(address: 0x8000_0000, bytes: [1, 2], memorySize: 1)]),
            "x.elf: segment 0 at 0x80000000 has 2 bytes in the file and 1 in memory; expected at least as many in memory"
        ),
        (
            ELFBuilder(segments: [.init(address: .max, bytes: [1, 2])]),
            "x.elf: segment 0 at 0xffffffffffffffff of 2 bytes leaves the address space; expected an end at or below 0xffffffffffffffff"
        ),
        (
            ELFBuilder(segments: [.init(address: 0x8000_0000, bytes: [1], memorySize: 0x10_0000, fileSize: 0x10_0000)]),
            "x.elf: the ELF file is truncated: segment 0 at 0x80000000 ends at byte 1048696 and the file at 338; expected the whole file"
        ),
    ]

    @Test("a bad ELF file is refused with what and where", arguments: mistakes.indices)
    func refusesMistake(index: Int) {
        let (builder, message) = Self.mistakes[index]
        do throws(PlatformError) {
            try read(builder).checkRISCV(width: .bits64)
            Issue.record("no mistake")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test("an ELF file cut off anywhere is an error or loads what it has, and never more", arguments: [true, false])
    func truncated(is64: Bool) {
        var builder = Self.good
        builder.is64 = is64
        let whole = builder.bytes
        for length in 0..<whole.count {
            let file = ImageBytes(Array(whole[..<length]), name: "x.elf")
            guard let image = try? ELFImage(file) else { continue }
            #expect(image.segments[0].fileSize == 4)
            _ = image.symbols()
        }
    }

    @Test("no sequence of bytes crashes the ELF reader", arguments: [1, 2, 3, 4] as [UInt64])
    func fuzz(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var builder = Self.good
        builder.symbols = [("main", 0x8000_0000, 4)]
        builder.is64 = seed % 2 == 0
        let whole = builder.bytes
        for _ in 0..<4000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 4..<bytes.count, using: &random)
                bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)].randomElement(
                    using: &random)!
            }
            let file = ImageBytes(bytes, name: "fuzz \(seed)")
            guard let image = try? ELFImage(file) else { continue }
            for segment in image.segments {
                #expect(segment.fileOffset + segment.fileSize <= UInt64(bytes.count))
                #expect(segment.end >= segment.physicalAddress)
            }
            _ = SymbolTable(image.symbols()).describe(0x8000_0002)
        }
    }

    @Test("the header of a Linux Image says how much memory it takes")
    func linux() {
        var bytes = [UInt8](repeating: 0, count: 64)
        bytes.replaceSubrange(8..<16, with: [0, 0, 0x20, 0, 0, 0, 0, 0])
        bytes.replaceSubrange(16..<24, with: [0, 0x10, 0, 0, 0, 0, 0, 0])
        bytes.replaceSubrange(48..<56, with: Array("RISCV\0\0\0".utf8))
        bytes.replaceSubrange(56..<60, with: Array("RSC\u{5}".utf8))
        let image = LinuxImage(ImageBytes(bytes, name: "Image"))
        #expect(image?.textOffset == 0x20_0000)
        #expect(image?.imageSize == 0x1000)
        bytes[56] = 0
        #expect(LinuxImage(ImageBytes(bytes, name: "Image")) == nil)
    }
}
