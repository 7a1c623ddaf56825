#if arch(x86_64)

    import TandemOS
    import TandemX64
    import Testing

    /// A function that was assembled, in memory of its own.
    private struct Function: ~Copyable {
        private let memory: ExecutableMemory

        init(_ body: (inout Assembler, _ data: UInt) -> Void) throws {
            let memory = try ExecutableMemory(codeByteCount: 4096, dataByteCount: 4096)
            var assembler = Assembler(
                writingAt: memory.code, executingAt: memory.executable, capacity: memory.codeByteCount)
            body(&assembler, UInt(bitPattern: memory.data))
            try #require(assembler.isComplete && !assembler.hasOverflowed)
            self.memory = memory
        }

        /// Calls it with its arguments in rdi and rsi.
        func callAsFunction(_ a: UInt64, _ b: UInt64 = 0) -> UInt64 {
            let entry = UnsafeRawPointer(bitPattern: memory.executable)
            return unsafeBitCast(entry, to: (@convention(c) (UInt64, UInt64) -> UInt64).self)(a, b)
        }

        /// Calls it with its arguments in xmm0 and xmm1.
        func callAsFunction(_ a: Double, _ b: Double) -> Double {
            let entry = UnsafeRawPointer(bitPattern: memory.executable)
            return unsafeBitCast(entry, to: (@convention(c) (Double, Double) -> Double).self)(a, b)
        }

        func word(_ offset: Int) -> UInt64 { memory.data.load(fromByteOffset: offset, as: UInt64.self) }
    }

    @Suite("Assembled code, executed", .enabled(if: HostProcessor.current.hasTranslatorFeatures))
    struct ExecutionTests {
        @Test("a loop with labels computes a sum")
        func loop() throws {
            let sum = try Function { assembler, _ in
                let head = assembler.makeLabel()
                let done = assembler.makeLabel()
                assembler.move(.rax, 0)
                assembler.bind(head)
                assembler.emit(.test, .quad, .rdi, .rdi)
                assembler.jump(if: .equal, done)
                assembler.emit(.add, .quad, .rax, .rdi)
                assembler.emit(.dec, .quad, .rdi)
                assembler.jump(head)
                assembler.bind(done)
                assembler.ret()
            }
            #expect(sum(1000) == 500_500)
            #expect(sum(0) == 0)
        }

        @Test("memory relative to the code is reached through the other mapping")
        func relative() throws {
            let count = try Function { assembler, data in
                assembler.emit(.add, .quad, Memory.at(data + 64), imm: 3)
                assembler.emit(.mov, .quad, Memory.at(data + 72), imm: -0x1234_5678)
                assembler.emit(.mov, .quad, .rax, Memory.at(data + 64))
                assembler.ret()
            }
            #expect(count(0) == 3)
            #expect(count(0) == 6)
            #expect(count.word(72) == UInt64(bitPattern: -0x1234_5678))
        }

        @Test("shifts, bits and selection do what their names say")
        func bits() throws {
            let function = try Function { assembler, _ in
                assembler.emit(.shlx, .quad, .rax, .rdi, .rsi)
                assembler.emit(.rorx, .quad, .rcx, .rdi, imm: 8)
                assembler.emit(.andn, .quad, .rax, .rcx, .rax)
                assembler.emit(.popcnt, .quad, .rdx, .rdi)
                assembler.emit(.bswap, .quad, .rdx)
                assembler.emit(.xor, .quad, .rax, .rdx)
                assembler.emit(.cmp, .quad, .rdi, .rsi)
                assembler.emit(.mov, .long, .rdx, imm: 77)
                assembler.move(if: .below, .quad, .rax, .rdx)
                assembler.ret()
            }
            func expected(_ a: UInt64, _ b: UInt64) -> UInt64 {
                if a < b { return 77 }
                let rotated = a >> 8 | a << 56
                return (a << (b & 63)) & ~rotated ^ UInt64(a.nonzeroBitCount).byteSwapped
            }
            for (a, b) in [(0x1234_5678_9abc_def0, 13), (5, 9), (.max, 63), (1, 0)] as [(UInt64, UInt64)] {
                #expect(function(a, b) == expected(a, b))
            }
        }

        @Test("a call through rax and the stack come back")
        func calls() throws {
            let function = try Function { assembler, _ in
                let square = assembler.makeLabel()
                assembler.emit(.push, .quad, .rbx)
                assembler.emit(.mov, .quad, .rbx, .rdi)
                assembler.call(square)
                assembler.emit(.lea, .quad, .rax, Memory(.rax, index: .rbx, scale: 1, 1))
                assembler.emit(.pop, .quad, .rbx)
                assembler.ret()
                assembler.bind(square)
                assembler.emit(.imul, .quad, .rax, .rdi, imm: 1)
                assembler.emit(.imul, .quad, .rax, .rdi)
                assembler.ret()
            }
            #expect(function(12) == 169)
        }

        @Test("byte registers beyond dl are those of the REX prefix")
        func bytes() throws {
            let function = try Function { assembler, _ in
                assembler.move(.rax, 0x1122_3344_5566_7788)
                assembler.emit(.mov, .byte, .rax, .rdi)
                assembler.emit(.add, .byte, .rsi, .rdi)
                assembler.emit(.movzx8, .long, .rcx, .rsi)
                assembler.emit(.shl, .quad, .rcx, imm: 8)
                assembler.emit(.xor, .quad, .rax, .rcx)
                assembler.ret()
            }
            #expect(function(0xff0f, 0x11) == 0x1122_3344_5566_7788 & ~0xff | 0x0f ^ 0x2000)
        }

        @Test("floating point fuses, compares, converts and selects")
        func floatingPoint() throws {
            let function = try Function { assembler, _ in
                // max(a × b + a, truncated a), by hand.
                assembler.emit(.vmovapd, .xmm9, .xmm0)
                assembler.emit(.vfmadd213sd, .xmm9, .xmm1, .xmm0)
                assembler.emit(.vcvttsd2si, .quad, .rax, .xmm0)
                assembler.emit(.vxorpd, .xmm2, .xmm2, .xmm2)
                assembler.emit(.vcvtsi2sd, .quad, .xmm2, .xmm2, .rax)
                assembler.emit(.vcmpsd, .xmm10, .xmm9, .xmm2, imm: 1)
                assembler.emit(.vblendvpd, .xmm0, .xmm9, .xmm2, mask: .xmm10)
                assembler.ret()
            }
            #expect(function(2.75, 3) == 11)
            #expect(function(2.75, -3) == 2)
        }

        @Test("moves between general registers and vectors keep all bits")
        func moves() throws {
            let function = try Function { assembler, _ in
                assembler.emit(.vmovq, .quad, .xmm12, .rdi)
                assembler.emit(.vpinsrq, .xmm12, .xmm12, .rsi, imm: 1)
                assembler.emit(.vpshufd, .xmm3, .xmm12, imm: 0b01_00_11_10)
                assembler.emit(.vpsrlq, .xmm3, .xmm3, imm: 4)
                assembler.emit(.vpxor, .xmm3, .xmm3, .xmm12)
                assembler.emit(.vmovq, .quad, .rax, .xmm3)
                assembler.ret()
            }
            #expect(
                function(0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210) == 0x0123_4567_89ab_cdef ^ 0x0fed_cba9_8765_4321)
        }

        @Test("a patched jump is taken at once")
        func patch() throws {
            let memory = try ExecutableMemory(codeByteCount: 4096, dataByteCount: 0)
            var assembler = Assembler(writingAt: memory.code, executingAt: memory.executable, capacity: 4096)
            assembler.jump(to: memory.executable + 64)
            let field = assembler.position - 4
            for (place, value) in [(64, 1), (128, 2)] as [(Int, UInt64)] {
                assembler.restart(
                    writingAt: memory.code + place, executingAt: memory.executable + UInt(place), capacity: 64)
                assembler.move(.rax, value)
                assembler.ret()
            }
            let function = unsafeBitCast(
                UnsafeRawPointer(bitPattern: memory.executable), to: (@convention(c) () -> UInt64).self)
            #expect(function() == 1)
            Patch.displacement(
                at: memory.code + field, executedAt: memory.executable + UInt(field), to: memory.executable + 128)
            #expect(function() == 2)
        }
    }

#endif
