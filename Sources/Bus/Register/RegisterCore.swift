public import TandemKernel

/// The registers of a device as a value: no bus, no time, no host. A copy of it is what a debugger reads; encoding it is
/// the snapshot; a fresh one is the reset.
///
/// A core either stores its state in properties of its own, or in a `RegisterFile`, which applies the field modes of the
/// table. Effects that reach out of the registers — a byte to send, a line to drive — it leaves in its state for the shell
/// to act on after the access.
public protocol RegisterCore: SnapshotPayload {
    associatedtype Register: RegisterName

    /// The block with the largest configuration that the device can have.
    static var registers: RegisterTable<Register> { get }

    /// Reads a register with all side effects. `index` is the element of an array, else 0.
    mutating func read(_ register: Register, at index: Int) -> UInt64

    /// Writes the bits of a register that are set in `mask`; `value` is in place, and zero outside of the mask.
    mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64)
}
