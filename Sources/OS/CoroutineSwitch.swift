import Glibc

/// The switch from one stack to another: the one seam between coroutines and the host's instruction set.
///
/// A suspended stack is represented by one pointer. `switchStack(save, to)` stores the pointer of the running stack in
/// `save` and continues the stack of `to`; the call returns when somebody switches back to what was saved.
typealias SwitchStack =
    @convention(c) (_ save: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ to: UnsafeMutableRawPointer) -> Void

/// What the first switch to a stack calls, with the argument that the stack was prepared with. Never returns.
typealias StackEntry = @convention(c) (_ argument: UnsafeMutableRawPointer) -> Void

#if arch(x86_64) && !TANDEM_UCONTEXT

    enum CoroutineSwitch {
        /// The switch, as machine code in pages that are readable and executable.
        ///
        /// System V ABI, AMD64 supplement §3.2.1: rbx, rbp and r12 to r15 belong to the caller; so do the control words
        /// of x87 and SSE, which all coroutines of a thread share. `pop rcx; jmp rcx` in place of `ret`: a stack is mostly
        /// continued at another place than where it was left, which the processor's return stack would predict wrongly.
        static let switchStack: SwitchStack = unsafeBitCast(code, to: SwitchStack.self)

        /// The same with a `ret`, for switches between stacks that wait in the same function. Then what the processor's
        /// return stack holds of the calls on the old stack is right for the returns on the new one; after a jump it
        /// would be one off for each of them.
        static let switchToPeer: SwitchStack = unsafeBitCast(code + peerOffset, to: SwitchStack.self)

        /// Lays the first frame below `top`, which must be aligned to 64, and returns the pointer of the suspended stack.
        static func prepare(
            top: UnsafeMutableRawPointer, bottom: UnsafeMutableRawPointer, entry: StackEntry,
            argument: UnsafeMutableRawPointer
        ) -> UnsafeMutableRawPointer {
            let frame = (top - 7 * 8).assumingMemoryBound(to: UInt.self)
            frame[0] = 0  // r15
            frame[1] = 0  // r14
            frame[2] = 0  // r13
            frame[3] = UInt(bitPattern: argument)  // r12
            frame[4] = UInt(bitPattern: unsafeBitCast(entry, to: UnsafeRawPointer.self))  // rbx
            frame[5] = 0  // rbp
            frame[6] = UInt(bitPattern: code + trampolineOffset)
            return UnsafeMutableRawPointer(frame)
        }

        private static let trampolineOffset = 32
        private static let peerOffset = 64

        // swift-format-ignore
        private static let instructions: [(offset: Int, bytes: [UInt8])] = [
            (0, [
                0x55,                    // push rbp
                0x53,                    // push rbx
                0x41, 0x54,              // push r12
                0x41, 0x55,              // push r13
                0x41, 0x56,              // push r14
                0x41, 0x57,              // push r15
                0x48, 0x89, 0x27,        // mov  [rdi], rsp
                0x48, 0x89, 0xf4,        // mov  rsp, rsi
                0x41, 0x5f,              // pop  r15
                0x41, 0x5e,              // pop  r14
                0x41, 0x5d,              // pop  r13
                0x41, 0x5c,              // pop  r12
                0x5b,                    // pop  rbx
                0x5d,                    // pop  rbp
                0x59,                    // pop  rcx
                0xff, 0xe1,              // jmp  rcx
            ]),
            // The first switch to a stack arrives here: rbx holds the entry, r12 its argument.
            (trampolineOffset, [
                0x4c, 0x89, 0xe7,        // mov  rdi, r12
                0x31, 0xed,              // xor  ebp, ebp
                0xff, 0xd3,              // call rbx
                0x0f, 0x0b,              // ud2
            ]),
            (peerOffset, [
                0x55,                    // push rbp
                0x53,                    // push rbx
                0x41, 0x54,              // push r12
                0x41, 0x55,              // push r13
                0x41, 0x56,              // push r14
                0x41, 0x57,              // push r15
                0x48, 0x89, 0x27,        // mov  [rdi], rsp
                0x48, 0x89, 0xf4,        // mov  rsp, rsi
                0x41, 0x5f,              // pop  r15
                0x41, 0x5e,              // pop  r14
                0x41, 0x5d,              // pop  r13
                0x41, 0x5c,              // pop  r12
                0x5b,                    // pop  rbx
                0x5d,                    // pop  rbp
                0xc3,                    // ret
            ]),
        ]

        // SAFETY: the page is written before the pointer escapes and never afterwards; it is never unmapped.
        private nonisolated(unsafe) static let code: UnsafeMutableRawPointer = {
            let flags = MAP_PRIVATE | MAP_ANONYMOUS
            guard let page = mmap(nil, Page.size, PROT_READ | PROT_WRITE, flags, -1, 0), page != MAP_FAILED else {
                Fatal.exit(OSError("mmap"), while: "making room for the coroutine switch")
            }
            for part in instructions { (page + part.offset).copyMemory(from: part.bytes, byteCount: part.bytes.count) }
            guard mprotect(page, Page.size, PROT_READ | PROT_EXEC) == 0 else {
                Fatal.exit(OSError("mprotect"), while: "making the coroutine switch executable")
            }
            return page
        }()
    }

#else

    @_extern(c, "getcontext") private func getContext(_ context: UnsafeMutableRawPointer) -> Int32
    @_extern(c, "swapcontext") private func swapContext(
        _ save: UnsafeMutableRawPointer, _ to: UnsafeMutableRawPointer
    ) -> Int32
    /// The C declaration is variadic; integers travel the same way in both kinds of call on LP64 Linux hosts.
    @_extern(c, "makecontext") private func makeContext(
        _ context: UnsafeMutableRawPointer, _ entry: @convention(c) (UInt32, UInt32) -> Void, _ count: Int32,
        _ high: UInt32, _ low: UInt32)

    /// The switch of the C library, for hosts whose instruction set has no switch of ours. A suspended stack is the
    /// address of its `ucontext_t`, which lies on that stack.
    enum CoroutineSwitch {
        static let switchStack: SwitchStack = { save, to in
            withUnsafeTemporaryAllocation(of: ucontext_t.self, capacity: 1) { context in
                guard let here = UnsafeMutableRawPointer(context.baseAddress) else { return }
                save.pointee = here
                _ = swapContext(here, to)
            }
        }

        static let switchToPeer = switchStack

        /// The two words that the entry of a new stack needs.
        private struct First {
            var entry: StackEntry
            var argument: UnsafeMutableRawPointer
        }

        /// Lays the first context below `top`, and returns the pointer of the suspended stack.
        static func prepare(
            top: UnsafeMutableRawPointer, bottom: UnsafeMutableRawPointer, entry: StackEntry,
            argument: UnsafeMutableRawPointer
        ) -> UnsafeMutableRawPointer {
            let first = (top - 64).bindMemory(to: First.self, capacity: 1)
            first.initialize(to: First(entry: entry, argument: argument))
            let size = (MemoryLayout<ucontext_t>.size + 63) & ~63
            let raw = UnsafeMutableRawPointer(first) - size
            let context = raw.bindMemory(to: ucontext_t.self, capacity: 1)
            guard getContext(raw) == 0 else { Fatal.exit(OSError("getcontext"), while: "preparing a coroutine") }
            context.pointee.uc_stack.ss_sp = bottom
            context.pointee.uc_stack.ss_size = (raw - bottom) & ~63
            context.pointee.uc_link = nil
            let word = UInt64(UInt(bitPattern: first))
            makeContext(
                raw,
                { high, low in
                    let word = UInt(UInt64(high) << 32 | UInt64(low))
                    guard let first = UnsafeMutablePointer<First>(bitPattern: word) else { return }
                    first.pointee.entry(first.pointee.argument)
                }, 2, UInt32(word >> 32), UInt32(truncatingIfNeeded: word))
            return raw
        }
    }

#endif
