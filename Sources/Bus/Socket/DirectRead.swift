public import TandemKernel

/// A permission to read one register by calling a function in place of sending a transaction: what `DirectMemory` is to
/// memory. The target gives it for a register whose value follows from its own state and the time alone. Every use
/// counts as the transaction would have, so that traffic is the same with and without.
///
/// A target that gives it promises that the function does what `transport` does with a plain read of that size at that
/// place, whoever sends it: the response is `.ok`, the delay stays as it was, and nothing outside of the target
/// changes — no line, no event, no grant. Where that depends on its state it answers `declined`, and the reader sends
/// the transaction. The function must not compute with floating point: translated code keeps the guest's flags in the
/// host's registers.
@frozen public struct DirectRead {
    /// Takes context, argument, and the delay of the access in picoseconds: it happens at now + delay. Gives the value,
    /// of which the reader takes the low bytes, or `declined`.
    public typealias Function = @convention(c) (UnsafeMutableRawPointer, UInt64, UInt64) -> UInt64

    public let function: Function
    /// The target. Readers end before it does.
    public let context: UnsafeMutableRawPointer
    /// What the function was told to read.
    public let argument: UInt64

    /// “Send a transaction.” A value that is all ones says the same, and the transaction finds it again.
    @inlinable public static var declined: UInt64 { .max }

    /// - Parameter function: gets `target` as an unretained reference.
    // SAFETY: the target lives as long as the module tree, which owns all initiators too.
    @inlinable public init<Target: BusTarget>(_ target: Target, argument: UInt64, _ function: @escaping Function) {
        self.function = function
        context = Unmanaged.passUnretained(target).toOpaque()
        self.argument = argument
    }

    /// Reads at now + `delay`. Does not count.
    @inlinable public func read(delay: SimTime) -> UInt64 { function(context, argument, delay.picoseconds) }
}
