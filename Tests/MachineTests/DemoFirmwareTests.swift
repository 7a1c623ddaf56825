import Testing

@testable import TandemMachine

struct DemoFirmwareTests {
    @Test("the embedded firmware is a 64-bit RISC-V ELF of less than 16 KiB that starts at the start of RAM")
    func image() {
        let image = DemoFirmware.image()
        #expect(image.prefix(5) == [0x7F, 0x45, 0x4C, 0x46, 2])
        #expect(image.count < 16384)
        // e_machine = EM_RISCV, e_entry (ELF-64 object file format, file header).
        #expect(image[18] == 243)
        #expect(Array(image[24..<32]) == [0, 0, 0, 0x80, 0, 0, 0, 0])
    }

    @Test(
        "base 64 is decoded whatever its length and line ends",
        arguments: [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v\n", "foo"), ("Zm9v\n  YmFy", "foobar")])
    func decoding(text: String, decoded: String) {
        let bytes = Array(text.utf8).withUnsafeBufferPointer(DemoFirmware.decode)
        #expect(bytes == Array(decoded.utf8))
    }
}
