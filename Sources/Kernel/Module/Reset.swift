/// What kind of reset the platform goes through.
public enum ResetKind: Sendable {
    /// As after switching on: contents of memories may be lost.
    case cold
    /// As by a reset line: memories keep their contents.
    case warm
}

/// The phases of a reset. Each one reaches the whole tree before the next begins, so that no module sees another one
/// half-way.
public enum ResetPhase: Equatable, Sendable {
    /// Sets the module's own state. Touches nothing else: no line, no bus, no other module.
    case enter(ResetKind)
    /// Drives lines and other outputs to the levels that follow from the state.
    case hold
    /// The module goes to work: may notify events.
    case exit
}
