import Testing

@testable import TandemMachine

@Suite struct BootLayoutTests {
    private static let ram: ClosedRange<UInt64> = 0x8000_0000...0x87FF_FFFF

    private func raw(_ size: Int, _ name: String) -> ImageBytes {
        ImageBytes([UInt8](repeating: 1, count: size), name: name)
    }

    private func linux(size: UInt64) -> ImageBytes {
        var bytes = [UInt8](repeating: 0, count: 64)
        for index in 0..<8 { bytes[16 + index] = UInt8(truncatingIfNeeded: size >> UInt64(8 * index)) }
        bytes.replaceSubrange(48..<56, with: Array("RISCV\0\0\0".utf8))
        bytes.replaceSubrange(56..<60, with: Array("RSC\u{5}".utf8))
        return ImageBytes(bytes, name: "Image")
    }

    @Test("firmware, kernel, RAM disk and device tree stand where QEMU's virt board puts them")
    func places() throws {
        var layout = BootLayout(memory: 0x8000_0000...0xBFFF_FFFF)
        try layout.addFirmware(raw(0x4_1000, "fw.bin"))
        try layout.addKernel(linux(size: 0x200_0000), hasFirmware: true)
        #expect(layout.start == 0x8000_0000)
        #expect(layout.kernelEntry == 0x8020_0000)
        try layout.addInitialRAMDisk(raw(1000, "initrd"), kernelAt: 0x8020_0000)
        #expect(layout.initialRAMDisk == 0x8820_0000..<0x8820_03E8)
        #expect(try layout.placeDeviceTree(size: 5000) == 0xBFE0_0000 - 0x20_0000 + 0x20_0000)
    }

    @Test("the device tree stays below 3 GiB")
    func belowThreeGigabytes() throws {
        var layout = BootLayout(memory: 0x8000_0000...0x1_7FFF_FFFF)
        #expect(try layout.placeDeviceTree(size: 5000) == 0xBFE0_0000)
    }

    @Test("without firmware the machine starts at the kernel")
    func bareKernel() throws {
        var layout = BootLayout(memory: Self.ram)
        let elf = ELFBuilder(
            entry: 0x8000_0104, segments: [.init(address: 0x8000_0100, bytes: [1, 2, 3, 4, 5, 6, 7, 8])])
        try layout.addKernel(ImageBytes(elf.bytes, name: "k.elf"), hasFirmware: false)
        #expect(layout.start == 0x8000_0104)
    }

    @Test("an ELF file linked elsewhere enters at the physical address of its entry")
    func physicalEntry() throws {
        var layout = BootLayout(memory: Self.ram)
        let elf = ELFBuilder(
            entry: 0xFFFF_FFFF_8000_0004,
            segments: [.init(address: 0x8000_1000, bytes: [1, 2, 3, 4, 5, 6, 7, 8], virtual: 0xFFFF_FFFF_8000_0000)])
        try layout.addFirmware(ImageBytes(elf.bytes, name: "fw.elf"))
        #expect(layout.start == 0x8000_1004)
    }

    @Test("a position-independent file linked at 0 is moved to the start of RAM, symbols included")
    func positionIndependent() throws {
        var layout = BootLayout(memory: Self.ram)
        let elf = ELFBuilder(
            type: 3, entry: 4, segments: [.init(address: 0, bytes: [1, 2, 3, 4, 5, 6, 7, 8])],
            symbols: [("_start", 4, 0)])
        try layout.addFirmware(ImageBytes(elf.bytes, name: "fw.elf"))
        #expect(layout.start == 0x8000_0004)
        #expect(layout.symbols.describe(0x8000_0006) == "_start+0x2")
    }

    private func error(_ body: (inout BootLayout) throws(PlatformError) -> Void) -> String? {
        var layout = BootLayout(memory: Self.ram)
        do throws(PlatformError) {
            try body(&layout)
            return nil
        } catch { return error.description }
    }

    @Test("an image outside of RAM is refused with its range and that of RAM")
    func outside() {
        let elf = ELFBuilder(entry: 0x1000, segments: [.init(address: 0x1000, bytes: [1, 2, 3, 4])])
        #expect(
            error { layout throws(PlatformError) in try layout.addFirmware(ImageBytes(elf.bytes, name: "x.elf")) }
                == "x.elf: a segment of “x.elf” at 0x1000–0x1003 lies outside of RAM; expected a range within 0x80000000–0x87ffffff; -m gives the machine more memory"
        )
        let high = ELFBuilder(segments: [.init(address: 0x87FF_FFFF, bytes: [1, 2])])
        #expect(
            error { layout throws(PlatformError) in try layout.addFirmware(ImageBytes(high.bytes, name: "x.elf")) }
                == "x.elf: a segment of “x.elf” at 0x87ffffff–0x88000000 lies outside of RAM; expected a range within 0x80000000–0x87ffffff; -m gives the machine more memory"
        )
        #expect(
            error { layout throws(PlatformError) in try layout.addKernel(linux(size: 1 << 40), hasFirmware: false) }
                == "Image: the kernel Image at 0x80000000–0x1007fffffff lies outside of RAM; expected a range within 0x80000000–0x87ffffff; -m gives the machine more memory"
        )
    }

    @Test("a kernel and a RAM disk that overlap are refused with both ranges")
    func overlap() {
        let message = error { layout throws(PlatformError) in
            try layout.addKernel(linux(size: 0x500_0000), hasFirmware: false)
            try layout.addInitialRAMDisk(raw(16, "initrd.gz"), kernelAt: 0x8000_0000)
        }
        #expect(
            message
                == "initrd.gz: the initial RAM disk at 0x84000000–0x8400000f overlaps the kernel Image at 0x80000000–0x84ffffff; expected ranges apart; -m gives the machine more memory"
        )
    }

    @Test("an empty image is refused")
    func empty() {
        #expect(
            error { layout throws(PlatformError) in try layout.addFirmware(raw(0, "fw.bin")) }
                == "fw.bin: the file is empty; expected an image")
    }

    @Test("the boot ROM loads a0, a1 and a2 and jumps (fw_dynamic, version 2)")
    func bootROM() {
        let rom = BootROM(start: 0x8000_0000, deviceTree: 0x87E0_0000, next: 0x8020_0000).bytes
        func word(_ at: Int) -> UInt64 { (0..<8).reduce(0) { $0 | UInt64(rom[at + $1]) << UInt64(8 * $1) } }
        #expect(rom.count == 88)
        // auipc t0,0 · addi a2,t0,40 · csrr a0,mhartid · ld a1,32(t0) · ld t0,24(t0) · jr t0
        let code: [UInt32] = [0x0000_0297, 0x0282_8613, 0xF140_2573, 0x0202_B583, 0x0182_B283, 0x0002_8067]
        for (index, instruction) in code.enumerated() {
            #expect(UInt32(truncatingIfNeeded: word(index / 2 * 8) >> UInt64(index % 2 * 32)) == instruction)
        }
        #expect([24, 32].map(word) == [0x8000_0000, 0x87E0_0000])
        #expect([40, 48, 56, 64, 72, 80].map(word) == [0x4942_534F, 2, 0x8020_0000, 1, 0, 0])
    }

    @Test("the boot ROM of RV32 does the same with words")
    func narrowBootROM() {
        let rom = BootROM(start: 0x8000_0000, deviceTree: 0x87E0_0000, next: 0x8040_0000, width: .bits32).bytes
        func word(_ at: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(rom[at + $1]) << UInt32(8 * $1) } }
        #expect(rom.count == 56)
        // auipc t0,0 · addi a2,t0,32 · csrr a0,mhartid · lw a1,28(t0) · lw t0,24(t0) · jr t0
        let code: [UInt32] = [0x0000_0297, 0x0202_8613, 0xF140_2573, 0x01C2_A583, 0x0182_A283, 0x0002_8067]
        #expect((0..<6).map { word(4 * $0) } == code)
        #expect([24, 28].map(word) == [0x8000_0000, 0x87E0_0000])
        #expect(stride(from: 32, to: 56, by: 4).map(word) == [0x4942_534F, 2, 0x8040_0000, 1, 0, 0])
    }

    @Test("a 32-bit kernel stands at a multiple of 4 MiB, the size of its largest page")
    func narrowKernel() throws {
        var layout = BootLayout(memory: 0x8000_0000...0xBFFF_FFFF, width: .bits32)
        try layout.addFirmware(raw(0x4_1000, "fw.bin"))
        try layout.addKernel(linux(size: 0x200_0000), hasFirmware: true)
        #expect(layout.kernelEntry == 0x8040_0000)
        try layout.addInitialRAMDisk(raw(1000, "initrd"), kernelAt: 0x8040_0000)
        #expect(layout.initialRAMDisk?.lowerBound == 0x8840_0000)
    }
}
