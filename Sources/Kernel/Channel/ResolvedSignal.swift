/// A signal that several processes drive: each has a driver of its own, and the value is what all of them give together
/// (IEEE 1666-2023 §6.13). A driver keeps its value until its process writes another; Z lets the others decide.
///
/// Of `Logic` and `LogicVector`, or of a user's own `Resolvable`.
public final class ResolvedSignal<Value: Resolvable>: Signal<Value> {
    private struct Driver {
        /// Nothing: writes from outside of any process.
        let process: Process?
        var value: Value
    }

    private var drivers: [Driver] = []

    /// A signal of `module` that begins with `value` until somebody drives it.
    public init(_ name: String, in module: Module, _ value: Value) {
        super.init(name, .module(module), value, .any, isBuffer: false, isResolved: true)
    }

    /// A signal of the module that `context` describes.
    public init(_ name: String, _ context: ModuleContext, _ value: Value) {
        super.init(name, .context(context), value, .any, isBuffer: false, isResolved: true)
    }

    /// How many drivers it has.
    public var driverCount: Int { drivers.count }

    @usableFromInline override func drive(_ value: Value) {
        // By its handle: the record of a process that was spawned and has ended serves another one.
        let process = scheduler.currentProcess
        if let index = drivers.firstIndex(where: { $0.process === process }) {
            guard drivers[index].value != value else { return }
            drivers[index].value = value
        } else {
            drivers.append(Driver(process: process, value: value))
        }
        requestUpdate()
    }

    public override func update() {
        guard let first = drivers.first else { return }
        var resolved = first.value
        for driver in drivers.dropFirst() { resolved = Value.resolve(resolved, driver.value) }
        let side = signal.pointee.side
        signal.pointee.differs = resolved != places[side]
        places[side ^ 1] = resolved
        core.pointee.update(signal, false)
    }

    public override func reset() {
        drivers = []
        super.reset()
    }

    public override func save(to writer: inout SnapshotWriter) throws(SnapshotError) {
        try super.save(to: &writer)
        writer.write(UInt32(drivers.count))
        for driver in drivers {
            if let process = driver.process, process.isSpawned || process.isTerminated && process.module == nil {
                throw SnapshotError(
                    at: path, "“\(process.path)” drives it, which was spawned during the run",
                    expected: "drivers that are declared before the run")
            }
            writer.write(driver.process?.path ?? "")
            try writer.write(driver.value, of: self)
        }
    }

    public override func restore(from reader: inout SnapshotReader) throws(SnapshotError) {
        try super.restore(from: &reader)
        drivers = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            let path = try reader.read(String.self)
            var process: Process?
            if !path.isEmpty {
                process = scheduler.process(at: path)?.pointee.object?.takeUnretainedValue()
                if process == nil { throw reader.error("“\(path)” drives the signal, and there is no such process") }
            }
            drivers.append(Driver(process: process, value: try reader.read(Value.self, of: self)))
        }
    }
}
