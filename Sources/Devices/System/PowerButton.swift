public import TandemKernel

/// A module with a button by which a user asks the guest to switch itself off: what `system_powerdown` presses.
public protocol PowerButton: Module {
    /// Presses the button once. Called while the simulation rests: what follows from it is a matter of events.
    func pressPowerButton()
}
