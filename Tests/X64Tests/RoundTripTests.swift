import Testing

@testable import TandemX64

@Suite("Encodings, read back")
struct RoundTripTests {
    @Test("every row reads back as it was written, with every register and every way to address memory")
    func everyRow() {
        let samples = Sample.all
        let assembled = Assembled(samples)
        assembled.bytes.withUnsafeBytes { bytes in
            for (number, sample) in samples.enumerated() {
                let range = assembled.offsets[number]..<assembled.offsets[number + 1]
                let address = Sample.codeAddress + UInt(range.lowerBound)
                let code = UnsafeRawBufferPointer(rebasing: bytes[range])
                guard let found = Disassembler.instruction(code, at: address) else {
                    Issue.record("\(sample.name) does not read back: \(Array(code))")
                    continue
                }
                var expected = sample.expected
                // A short jump is to itself.
                if sample.row.form == .d8 { expected = [.target(address)] }
                let isRight =
                    found.mnemonic == sample.row.mnemonic && found.condition == sample.condition
                    && found.operands == expected && found.byteCount == range.count
                if !isRight { Issue.record("\(sample.name) reads back as \(found): \(Array(code))") }
            }
        }
    }

    @Test("there are samples of every row, and operation and form name one encoding")
    func complete() {
        for row in EncodingTable.rows {
            #expect(Sample.all.contains { $0.row.encoding == row.encoding && $0.row.mnemonic == row.mnemonic })
        }
        for operation in Operation.allCases {
            #expect(EncodingTable.rows.contains { $0.mnemonic == .integer(operation) }, "\(operation)")
        }
        for operation in VectorOperation.allCases {
            #expect(EncodingTable.rows.contains { $0.mnemonic == .vector(operation) }, "\(operation)")
        }
    }

    @Test("what is cut short or not ours has no meaning")
    func foreign() {
        let samples = Sample.all.enumerated().filter { $0.offset % 37 == 0 }.map(\.element)
        let assembled = Assembled(samples)
        assembled.bytes.withUnsafeBytes { bytes in
            for number in samples.indices {
                for end in assembled.offsets[number]..<assembled.offsets[number + 1] {
                    let code = UnsafeRawBufferPointer(rebasing: bytes[assembled.offsets[number]..<end])
                    // Nothing shorter means the same; a prefix of some instructions is another one.
                    let found = Disassembler.instruction(code, at: 0)
                    #expect(found.map { $0.byteCount <= code.count } ?? true)
                }
            }
        }
        // mov ah, bl; int3; an empty place.
        for foreign: [UInt8] in [[0x88, 0xdc], [0xcc], []] {
            foreign.withUnsafeBytes { #expect(Disassembler.instruction($0, at: 0) == nil) }
        }
        let listing = [UInt8]([0xcc, 0xc3]).withUnsafeBytes { Disassembler.listing($0, at: 0x1000) }
        #expect(listing == ["1000: .byte 0xcc", "1001: ret"])
    }

    @Test("instructions read as in the Intel manual")
    func text() {
        let place = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 16)
        defer { place.deallocate() }
        var assembler = Assembler(writingAt: place, executingAt: 0x1000, capacity: 256)
        assembler.emit(.mov, .quad, Memory(.rbp, -128), .rax)
        assembler.emit(.cmp, .byte, .rsi, imm: -3)
        assembler.emit(.lea, .long, .r9, Memory(.rax, index: .rcx, scale: 3, 16))
        assembler.emit(.add, .long, Memory.at(0x2000), .r10)
        assembler.set(.notEqual, .rdi)
        assembler.emit(.vfmadd231sd, .xmm1, .xmm2, Memory(.rsp))
        assembler.move(.rcx, 0x1234_5678_9abc)
        let listing = Disassembler.listing(UnsafeRawBufferPointer(start: place, count: assembler.position), at: 0x1000)
        let texts = listing.map { $0.split(separator: ": ")[1] }
        #expect(
            texts == [
                "mov qword ptr [rbp - 0x80], rax",
                "cmp sil, -0x3",
                "lea r9d, [rax + rcx*8 + 0x10]",
                "add dword ptr [0x2000], r10d",
                "setne dil",
                "vfmadd231sd xmm1, xmm2, qword ptr [rsp]",
                "movabs rcx, 0x123456789abc",
            ])
    }
}
