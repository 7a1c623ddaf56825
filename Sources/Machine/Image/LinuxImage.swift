/// The header at the start of a RISC-V Linux kernel Image (Linux, Documentation/arch/riscv/boot-image-header.rst).
public struct LinuxImage: Equatable, Sendable {
    /// Where the kernel wants to stand, relative to the start of RAM.
    public var textOffset: UInt64
    /// Bytes that the kernel occupies in memory, zeroed data included; at least the size of the file.
    public var imageSize: UInt64

    /// The header, or nothing where the file does not begin with one.
    public init?(_ file: ImageBytes) {
        // "RISCV\0\0\0" at 48 and "RSC\x05" at 56.
        guard file.integer(UInt64.self, at: 48) == 0x0000_0056_4353_4952,
            file.integer(UInt32.self, at: 56) == 0x0543_5352,
            let textOffset = file.integer(UInt64.self, at: 8), let size = file.integer(UInt64.self, at: 16)
        else { return nil }
        self.textOffset = textOffset
        imageSize = max(size, UInt64(file.count))
    }
}
