/// A bus that may let modules come and go while the machine exists.
public protocol PluggingBus: Module {
    /// Whether it does.
    var acceptsPlugging: Bool { get }
}
