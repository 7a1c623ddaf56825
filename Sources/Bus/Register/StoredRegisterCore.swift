/// A core whose registers all stand in a `RegisterFile`. What reads and writes do besides what the modes of the fields say
/// stands in hooks before and after them; each does nothing unless the core says otherwise.
///
/// ```swift
/// mutating func willRead(_ register: Register, at index: Int) {
///     if register == .status { file[.status] = queue.isEmpty ? 1 : 0 }
/// }
/// mutating func didWrite(_ register: Register, at index: Int, from before: UInt64) {
///     if register == .control, file[.control] & 1 != 0 { start() }
/// }
/// ```
public protocol StoredRegisterCore: RegisterCore {
    var file: RegisterFile<Register> { get set }

    /// Before a read: the place to bring the stored value up to date.
    mutating func willRead(_ register: Register, at index: Int)
    /// After a read that gave `value`: the place to take from a queue.
    mutating func didRead(_ register: Register, at index: Int, _ value: UInt64)
    /// Before a write: gives the value that is written instead, for legal values and locks.
    mutating func willWrite(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) -> UInt64
    /// After a write; `before` is the stored value that it changed.
    mutating func didWrite(_ register: Register, at index: Int, from before: UInt64)
}

extension StoredRegisterCore {
    @inlinable public mutating func willRead(_ register: Register, at index: Int) {}
    @inlinable public mutating func didRead(_ register: Register, at index: Int, _ value: UInt64) {}
    @inlinable public mutating func willWrite(
        _ register: Register, at index: Int, _ value: UInt64, mask: UInt64
    ) -> UInt64 { value }
    @inlinable public mutating func didWrite(_ register: Register, at index: Int, from before: UInt64) {}

    @inlinable public mutating func read(_ register: Register, at index: Int) -> UInt64 {
        willRead(register, at: index)
        let value = file.read(register, at: index)
        didRead(register, at: index, value)
        return value
    }

    @inlinable public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        let value = willWrite(register, at: index, value, mask: mask) & mask
        let before = file.write(register, at: index, value, mask: mask)
        didWrite(register, at: index, from: before)
    }
}
