import Glibc

/// How a terminal treats its keys.
struct TerminalFlags: Equatable {
    let isEchoing: Bool
    let raisesSignals: Bool

    init(_ descriptor: Int32) {
        var mode = termios()
        tcgetattr(descriptor, &mode)
        isEchoing = mode.c_lflag & tcflag_t(ECHO) != 0
        raisesSignals = mode.c_lflag & tcflag_t(ISIG) != 0
    }
}
