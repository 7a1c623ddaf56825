public import TandemBus
public import TandemKernel

/// A device that is its registers and one interrupt line, as a value: what registers there are, what a write does to them,
/// and when the line is high. `RegisterDevice` is its shell.
///
/// ```swift
/// struct Adder: DeviceCore {
///     enum Register: Int, RegisterName { case add, sum }
///     static let schema = SnapshotSchema("adder")
///     static let registers = RegisterTable<Register>(
///         size: 8, [.init(.add, "ADD", offset: 0, width: 4), .init(.sum, "SUM", offset: 4, width: 4, .readOnly)])
///     var file = RegisterFile(registers)
///     var isInterruptAsserted: Bool { file[.sum] >= 100 }
///     mutating func didWrite(_: Register, at _: Int, from _: UInt64) { file[.sum] += file[.add] }
/// }
/// let catalog = Catalog.standard.adding(Adder.Device.self)
/// ```
///
/// The register file is all of its state: a reset makes a fresh core, a snapshot holds the file. A device with more than
/// that, such as time, a back-end or a second line, has a core and a shell of its own: `CONTRIBUTING.md`.
public protocol DeviceCore: StoredRegisterCore {
    /// The core after a reset.
    init()

    /// One line for lists of types. The name of the type is that of the schema.
    static var summary: String { get }

    /// The level of the line “interrupt” that the registers ask for; looked at after each access.
    var isInterruptAsserted: Bool { get }
}

extension DeviceCore {
    /// The module type for the catalogue.
    public typealias Device = RegisterDevice<Self>

    public static var summary: String { "Registers and an interrupt line" }

    public func encode(to writer: inout SnapshotWriter) { file.encode(to: &writer) }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        self.init()
        file = try RegisterFile(from: &reader, Self.registers)
    }
}
