import Glibc
import Synchronization

/// The process's handler of SIGSEGV and SIGBUS.
///
/// A fault in the guard of a coroutine's stack is an overflow: the message names the coroutine, and the process exits with
/// status 2. Terminals are restored first. Any other fault goes to whoever handled the signal before, by default to its end.
enum FaultHandler {
    /// The handlers that were there before, of SIGSEGV and of SIGBUS.
    ///
    /// On the heap: at -O the compiler gives a global of this C type eight bytes too few, and `sigaction` writes them all.
    // SAFETY: written once, before the handler is installed, and only read afterwards.
    private nonisolated(unsafe) static let previous: UnsafeMutablePointer<sigaction> = {
        let previous = UnsafeMutablePointer<sigaction>.allocate(capacity: 2)
        previous.initialize(repeating: sigaction(), count: 2)
        return previous
    }()

    private static let installed: Void = {
        sigaction(SIGSEGV, nil, previous)
        sigaction(SIGBUS, nil, previous + 1)
        var action = sigaction()
        action.__sigaction_handler.sa_sigaction = { signal, details, context in
            FaultHandler.handle(signal, details, context)
        }
        action.sa_flags = SA_SIGINFO | SA_ONSTACK
        sigemptyset(&action.sa_mask)
        sigaction(SIGSEGV, &action, nil)
        sigaction(SIGBUS, &action, nil)
    }()

    /// Installs the handler, once in a process, and provides the calling thread with a stack for it.
    static func install() {
        installed
        AlternateStack.provide()
    }

    /// Only calls that POSIX declares async-signal-safe, and no allocation, from here on.
    private static func handle(
        _ signal: Int32, _ details: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?
    ) {
        TerminalModes.leaveAll()
        if let address = details?.pointee._sifields._sigfault.si_addr,
            let stack = StackRegistry.overflowed(at: UInt(bitPattern: address))
        {
            write("tandem: The stack of the thread ")
            if let name = stack.control.pointee.name, name.pointee != 0 {
                write("“")
                _ = Glibc.write(2, name, strlen(name))
                write("” ")
            }
            write("overflowed its ")
            write(decimal: stack.stackSize / 1024)
            write(" KiB. Give it a larger one where it is declared (“stackSize”), or let it recurse less.\n")
            _exit(Fatal.status)
        }
        var before = previous[signal == SIGSEGV ? 0 : 1]
        if before.sa_flags & SA_SIGINFO != 0, let handler = before.__sigaction_handler.sa_sigaction {
            return handler(signal, details, context)
        }
        // Default, ignored or a plain handler: put it back, and let the instruction fault again.
        sigaction(signal, &before, nil)
    }

    private static func write(_ text: StaticString) {
        _ = Glibc.write(2, text.utf8Start, text.utf8CodeUnitCount)
    }

    private static func write(decimal value: Int) {
        if value >= 10 { write(decimal: value / 10) }
        var digit = UInt8(ascii: "0") + UInt8(value % 10)
        _ = Glibc.write(2, &digit, 1)
    }
}

/// A stack for signal handlers: a handler cannot run on the stack that has overflowed.
enum AlternateStack {
    private static let size = 64 * 1024

    /// Unmaps a thread's alternate stack when the thread ends.
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        let result = pthread_key_create(&key) { stack in
            var none = stack_t()
            none.ss_flags = Int32(SS_DISABLE)
            sigaltstack(&none, nil)
            munmap(stack, AlternateStack.size)
        }
        return result == 0 ? key : nil
    }()

    /// Gives the calling thread an alternate stack, unless it has one. Without memory for it, an overflow ends the process
    /// without its message.
    static func provide() {
        var current = stack_t()
        guard sigaltstack(nil, &current) == 0, current.ss_flags & Int32(SS_DISABLE) != 0, let key else {
            return
        }
        let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapped, mapped != MAP_FAILED else { return }
        var stack = stack_t()
        stack.ss_sp = mapped
        stack.ss_size = size
        sigaltstack(&stack, nil)
        pthread_setspecific(key, mapped)
    }
}
