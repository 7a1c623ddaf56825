import Glibc
import Synchronization

/// A terminal in raw mode: keys arrive one by one, unechoed. The mode before is restored when the object goes away, and at
/// every other end of the process: `exit`, a signal, a failed precondition, a fault. While the process is stopped
/// (SIGTSTP), the terminal is as it was.
///
/// Output is processed as before, so that messages of the host keep their line ends. The terminal's descriptor is never
/// made non-blocking, because that would be seen by the shell.
public final class TerminalMode {
    /// What the interrupt, quit and suspend keys do.
    public enum SpecialKeys: Sendable {
        /// They raise their signals, as in a shell.
        case raiseSignals
        /// They arrive as characters.
        case arrive
    }

    private let slot: UnsafeMutablePointer<TerminalModes.Slot>

    /// Puts the terminal behind `descriptor` into raw mode. Fails where that is no terminal, or where four already are in
    /// raw mode. With `screen`, a descriptor of the same terminal for output, the terminal also shows a screen of its own
    /// without cursor; what it showed before comes back with the mode before.
    public init(raw descriptor: Int32 = 0, specialKeys: SpecialKeys, screen: Int32 = -1) throws(OSError) {
        var mode = termios()
        guard tcgetattr(descriptor, &mode) == 0 else { throw OSError("tcgetattr") }
        let saved = mode
        mode.c_iflag &= ~tcflag_t(BRKINT | ICRNL | IGNBRK | IGNCR | INLCR | INPCK | ISTRIP | IXON | PARMRK)
        mode.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | IEXTEN)
        if specialKeys == .arrive { mode.c_lflag &= ~tcflag_t(ISIG) }
        mode.c_cflag = mode.c_cflag & ~tcflag_t(CSIZE | PARENB) | tcflag_t(CS8)
        // A read returns as soon as there is one byte.
        withUnsafeMutableBytes(of: &mode.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        guard let slot = TerminalModes.add(descriptor, saved: saved, raw: mode, screen: screen) else {
            throw OSError("tcsetattr", errno: Errno(rawValue: EBUSY))
        }
        self.slot = slot
        guard tcsetattr(descriptor, TCSADRAIN, &mode) == 0 else {
            let error = OSError("tcsetattr")
            TerminalModes.remove(slot)
            throw error
        }
        TerminalModes.show(ownScreen: true, on: screen)
    }

    deinit { restore() }

    /// Restores the mode that the terminal had before. Further calls do nothing.
    public func restore() { TerminalModes.remove(slot) }

    /// How many columns and rows the terminal behind `descriptor` has now; nothing where that is no terminal or it does not
    /// say.
    public static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

/// The terminals that are in raw mode, where a signal handler finds them.
enum TerminalModes {
    struct Slot: ~Copyable {
        /// The terminal; −1 while the slot is free, and −2 while it is being filled.
        let descriptor = Atomic<Int32>(-1)
        var saved = termios()
        var raw = termios()
        /// Where the screen is switched; −1 where it stays.
        var screen: Int32 = -1
    }

    private static let count = 4

    // SAFETY: never freed. all but `descriptor` is written while the slot is being filled, and read while it is taken.
    private nonisolated(unsafe) static let slots: UnsafeMutablePointer<Slot> = {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: count)
        for index in 0..<count { (slots + index).initialize(to: Slot()) }
        return slots
    }()

    /// The ends that restore the terminals, apart from faults, which ``FaultHandler`` sees.
    private static let guarded: Void = {
        FaultHandler.install()
        for signal in [
            SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGPIPE, SIGALRM, SIGTSTP, SIGCONT,
        ] {
            SignalTable.install(signal, isPolite: true)
        }
        atexit { TerminalModes.leaveAll() }
    }()

    static func add(_ descriptor: Int32, saved: termios, raw: termios, screen: Int32 = -1) -> UnsafeMutablePointer<
        Slot
    >? {
        guarded
        for index in 0..<count {
            let slot = slots + index
            guard
                slot.pointee.descriptor.compareExchange(
                    expected: -1, desired: -2, ordering: .acquiringAndReleasing
                ).exchanged
            else { continue }
            slot.pointee.saved = saved
            slot.pointee.raw = raw
            slot.pointee.screen = screen
            slot.pointee.descriptor.store(descriptor, ordering: .releasing)
            return slot
        }
        return nil
    }

    static func remove(_ slot: UnsafeMutablePointer<Slot>) {
        let descriptor = slot.pointee.descriptor.load(ordering: .acquiring)
        guard descriptor >= 0 else { return }
        leave(slot, descriptor)
        slot.pointee.descriptor.store(-1, ordering: .releasing)
    }

    /// Gives every terminal the mode that it had before. Async-signal-safe.
    static func leaveAll() {
        for index in 0..<count {
            let slot = slots + index
            let descriptor = slot.pointee.descriptor.load(ordering: .acquiring)
            if descriptor >= 0 { leave(slot, descriptor) }
        }
    }

    /// Puts every terminal back into raw mode. Async-signal-safe.
    static func enterAll() {
        for index in 0..<count {
            let slot = slots + index
            let descriptor = slot.pointee.descriptor.load(ordering: .acquiring)
            if descriptor >= 0, isOurs(descriptor) {
                tcsetattr(descriptor, TCSANOW, &slot.pointee.raw)
                show(ownScreen: true, on: slot.pointee.screen)
            }
        }
    }

    private static func leave(_ slot: UnsafeMutablePointer<Slot>, _ descriptor: Int32) {
        guard isOurs(descriptor) else { return }
        show(ownScreen: false, on: slot.pointee.screen)
        tcsetattr(descriptor, TCSANOW, &slot.pointee.saved)
    }

    /// In the background the terminal is somebody else's, and setting it would stop the process.
    private static func isOurs(_ descriptor: Int32) -> Bool {
        let foreground = tcgetpgrp(descriptor)
        return foreground < 0 || foreground == getpgrp()
    }

    /// Switches to a screen of our own, which is empty and has no cursor, or back (xterm's private modes 1049 and 25).
    /// Async-signal-safe.
    static func show(ownScreen: Bool, on output: Int32) {
        guard output >= 0 else { return }
        let sequence: StaticString = ownScreen ? "\u{1B}[?1049h\u{1B}[?25l" : "\u{1B}[?25h\u{1B}[?1049l"
        _ = write(output, sequence.utf8Start, sequence.utf8CodeUnitCount)
    }
}
