public import TandemBus
public import TandemKernel

/// A module that executes instructions: what reports and rates count.
public protocol ProcessorModule: Module {
    /// Instructions that have retired since the start.
    var instructionsRetired: UInt64 { get }
    /// Interrupts that arise inside the processor, on no line: a timer of its own.
    var ownInterrupts: [LineRecord] { get }
}

extension Machine {
    /// The processors of the platform, in platform order.
    public var processors: [any ProcessorModule] {
        plan.modules.compactMap { module($0.path) as? any ProcessorModule }
    }
}
