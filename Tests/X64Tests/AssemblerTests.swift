import Testing

@testable import TandemX64

@Suite("Assembler")
struct AssemblerTests {
    /// The listing of what `body` writes, without addresses.
    private func listing(capacity: Int = 4096, _ body: (inout Assembler) -> Void) -> [String] {
        let place = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        defer { place.deallocate() }
        var assembler = Assembler(writingAt: place, executingAt: 0x1000, capacity: capacity)
        body(&assembler)
        let bytes = UnsafeRawBufferPointer(start: place, count: assembler.position)
        return Disassembler.listing(bytes, at: 0x1000).map { String($0.split(separator: ": ")[1]) }
    }

    @Test(
        "a constant is loaded in the shortest way",
        arguments: [
            (0, 2, "xor ecx, ecx"), (1, 5, "mov ecx, 0x1"), (0xffff_ffff, 5, "mov ecx, 0xffffffff"),
            (0xffff_ffff_8000_0000, 7, "mov rcx, -0x80000000"), (0xffff_ffff_ffff_ffff, 7, "mov rcx, -0x1"),
            (0x1_0000_0000, 10, "movabs rcx, 0x100000000"),
            (0xffff_ffff_7fff_ffff, 10, "movabs rcx, -0x80000001"),
        ] as [(UInt64, Int, String)])
    func constants(value: UInt64, byteCount: Int, text: String) {
        let lines = listing { assembler in
            assembler.move(.rcx, value)
            #expect(assembler.position == byteCount)
        }
        #expect(lines == [text])
    }

    @Test("zero is loaded without changing the flags where they are needed")
    func keepingFlags() {
        #expect(listing { $0.move(.rcx, 0, keepingFlags: true) } == ["mov ecx, 0x0"])
    }

    @Test("an immediate takes one byte where it fits")
    func immediates() {
        let lines = listing { assembler in
            assembler.emit(.add, .quad, .rcx, imm: 127)
            #expect(assembler.position == 4)
            assembler.emit(.add, .quad, .rcx, imm: 128)
            #expect(assembler.position == 11)
            assembler.emit(.imul, .long, .rcx, .rdx, imm: -128)
            #expect(assembler.position == 14)
        }
        #expect(lines == ["add rcx, 0x7f", "add rcx, 0x80", "imul ecx, edx, -0x80"])
    }

    @Test("jumps to a label that is bound later go there, and back to one that is bound are short when near")
    func labels() {
        let lines = listing { assembler in
            let back = assembler.makeLabel()
            let end = assembler.makeLabel()
            assembler.bind(back)
            assembler.jump(end)
            assembler.jump(if: .less, end)
            assembler.call(end)
            #expect(!assembler.isComplete && assembler.position(of: end) == nil)
            assembler.jump(back)
            assembler.nop(bytes: 120)
            assembler.jump(if: .above, back)
            assembler.bind(end)
            #expect(assembler.isComplete && assembler.position(of: end) == 144)
            assembler.ret()
        }
        #expect(lines.first == "jmp 0x1090")
        #expect(lines[1] == "jl 0x1090")
        #expect(lines[2] == "call 0x1090")
        #expect(lines[3] == "jmp 0x1000")
        #expect(lines.suffix(2) == ["ja 0x1000", "ret"])
    }

    @Test("a short jump reaches 128 bytes back and not one more")
    func shortReach() {
        for (filling, size) in [(126, 2), (127, 5)] {
            _ = listing { assembler in
                let back = assembler.makeLabel()
                assembler.bind(back)
                assembler.nop(bytes: filling)
                assembler.jump(back)
                #expect(assembler.position == filling + size)
            }
        }
    }

    @Test("many labels and many uses are completed")
    func manyLabels() {
        let place = UnsafeMutableRawPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { place.deallocate() }
        var assembler = Assembler(writingAt: place, executingAt: 0x1000, capacity: 1 << 16)
        for _ in 0..<3 {
            assembler.restart(writingAt: place, executingAt: 0x1000, capacity: 1 << 16)
            let labels = (0..<500).map { _ in assembler.makeLabel() }
            for round in 0..<4 {
                for label in labels { round & 1 == 0 ? assembler.jump(label) : assembler.jump(if: .equal, label) }
            }
            for label in labels {
                assembler.bind(label)
                assembler.ud2()
            }
            #expect(assembler.isComplete && !assembler.hasOverflowed)
            let first = 500 * (5 + 6 + 5 + 6)
            for number in 0..<500 {
                let distance = (place + number * 5 + 1).loadUnaligned(as: Int32.self)
                #expect(number * 5 + 5 + Int(distance) == first + number * 2)
            }
        }
    }

    @Test("what is out of reach goes through rax")
    func farAway() {
        let lines = listing { assembler in
            assembler.jump(to: 0x7fff_0000_0000)
            assembler.call(address: 0x7fff_0000_0000)
            assembler.jump(if: .equal, to: 0x7fff_0000_0000)
            assembler.ret()
        }
        #expect(
            lines == [
                "movabs rax, 0x7fff00000000", "jmp rax", "movabs rax, 0x7fff00000000", "call rax", "jne 0x102a",
                "movabs rax, 0x7fff00000000", "jmp rax", "ret",
            ])
    }

    @Test("a full place drops instructions, writes nothing beyond, and can be started again")
    func overflow() {
        let place = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 16)
        defer { place.deallocate() }
        place.initializeMemory(as: UInt8.self, repeating: 0xaa, count: 128)
        var assembler = Assembler(writingAt: place, executingAt: 0x1000, capacity: 64)
        let label = assembler.makeLabel()
        while !assembler.hasOverflowed {
            assembler.move(.rax, 0x1234_5678_9abc_def0)
            assembler.jump(label)
        }
        let position = assembler.position
        assembler.nop(bytes: 100)
        assembler.jump(to: 0x7fff_0000_0000)
        assembler.data(1)
        assembler.emit(.vmovsd, .xmm1, Memory(.rax))
        assembler.emit(.push, .quad, .rax)
        assembler.bind(label)
        #expect(assembler.position <= 64 && assembler.position == position)
        for offset in 64..<128 { #expect(place.load(fromByteOffset: offset, as: UInt8.self) == 0xaa) }
        assembler.restart(writingAt: place + 64, executingAt: 0x2000, capacity: 64)
        #expect(!assembler.hasOverflowed && assembler.position == 0 && assembler.address == 0x2000)
        assembler.ret()
        #expect((place + 64).load(as: UInt8.self) == 0xc3 && assembler.room == 63)
    }

    @Test("fillings have the length that was asked for, in few instructions", arguments: 0...40)
    func fillings(byteCount: Int) {
        let lines = listing { assembler in
            assembler.nop(bytes: byteCount)
            #expect(assembler.position == byteCount)
        }
        #expect(lines.count == (byteCount + 8) / 9)
        #expect(lines.allSatisfy { $0.hasPrefix("nop") })
    }

    @Test("code is aligned by the address that it is executed at")
    func alignment() {
        _ = listing { assembler in
            assembler.ret()
            assembler.align(to: 16)
            #expect(assembler.address == 0x1010)
            assembler.align(to: 16)
            #expect(assembler.address == 0x1010)
        }
    }

    @Test("a jump that was emitted is sent elsewhere")
    func patch() {
        let place = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16)
        defer { place.deallocate() }
        var assembler = Assembler(writingAt: place, executingAt: 0x1000, capacity: 64)
        assembler.jump(if: .below, to: 0x1000)
        let field = assembler.position - 4
        #expect(Patch.target(at: place + field, executedAt: 0x1000 + UInt(field)) == 0x1000)
        Patch.displacement(at: place + field, executedAt: 0x1000 + UInt(field), to: 0x5678)
        let bytes = UnsafeRawBufferPointer(start: place, count: assembler.position)
        #expect(Disassembler.instruction(bytes, at: 0x1000)?.description == "jb 0x5678")
    }

    @Test("conditions and their opposites differ in one bit of the code")
    func conditions() {
        #expect(Condition.equal.inverted == .notEqual && Condition.greater.inverted == .lessOrEqual)
        for condition in Condition.allCases { #expect(condition.inverted.inverted == condition) }
    }

    @Test("a form that an instruction does not have is a caller's bug")
    func missingForm() async {
        await #expect(processExitsWith: .failure) {
            var assembler = Assembler(writingAt: .allocate(byteCount: 64, alignment: 16), executingAt: 0, capacity: 64)
            assembler.emit(.bswap, .quad, Memory(.rax))
        }
        await #expect(processExitsWith: .failure) {
            var assembler = Assembler(writingAt: .allocate(byteCount: 64, alignment: 16), executingAt: 0, capacity: 64)
            assembler.emit(.mov, .quad, .rax, Memory.at(0x1_0000_0000))
        }
    }
}
