/// The interfaces of TLM-1 (IEEE 1666-2023 §17.2), for ports that do not care what stands behind them:
/// `PortTo<any Getting<Packet>>`. A `Fifo` has all of them.

/// Gives away values; may wait.
public protocol Putting<Value>: AnyObject {
    associatedtype Value
    /// Puts `value`; waits until it is taken.
    func put(_ value: Value) throws(ProcessKilled)
    /// Puts `value` if that is possible without waiting; whether it was.
    func tryPut(_ value: Value) -> Bool
    /// Whether `tryPut` would succeed now.
    var canPut: Bool { get }
    /// Fires when `tryPut` may succeed again.
    var okToPut: Event { get }
}

/// Looks at values without taking them; may wait.
public protocol Peeking<Value>: AnyObject {
    associatedtype Value
    /// The next value, which stays; waits until there is one.
    func peek() throws(ProcessKilled) -> Value
    /// The next value, which stays; nothing if there is none.
    func tryPeek() -> Value?
    /// Whether there is one now.
    var canPeek: Bool { get }
    /// Fires when there may be one again.
    var okToPeek: Event { get }
}

/// Takes values; may wait.
public protocol Getting<Value>: AnyObject {
    associatedtype Value
    /// Takes the next value; waits until there is one.
    func get() throws(ProcessKilled) -> Value
    /// Takes the next value; nothing if there is none.
    func tryGet() -> Value?
    /// Whether there is one now.
    var canGet: Bool { get }
    /// Fires when there may be one again.
    var okToGet: Event { get }
}

/// Hears every value and cannot refuse one: the receiving end of an analysis port.
public protocol AnalysisSink<Value>: AnyObject {
    associatedtype Value
    /// Takes note of `value`. Does not wait.
    func receive(_ value: Value)
}

extension Fifo: Putting {
    @inlinable @inline(__always) public func put(_ value: Value) throws(ProcessKilled) { try write(value) }
    @inlinable public func tryPut(_ value: Value) -> Bool { tryWrite(value) }
    public var canPut: Bool { freeCount > 0 }
    public var okToPut: Event { dataRead }
}

extension Fifo: Peeking {
    @inlinable public func tryPeek() -> Value? { tryPeek(at: 0) }
    public var canPeek: Bool { availableCount > 0 }
    public var okToPeek: Event { dataWritten }
}

extension Fifo: Getting {
    @inlinable @inline(__always) public func get() throws(ProcessKilled) -> Value { try read() }
    @inlinable public func tryGet() -> Value? { tryRead() }
    public var canGet: Bool { availableCount > 0 }
    public var okToGet: Event { dataWritten }
}

extension Fifo: AnalysisSink {
    /// Appends `value`. A FIFO that is full loses it, and the run ends with an error: what hears an analysis port has no
    /// bound.
    public func receive(_ value: Value) {
        if !tryWrite(value) { refuse("the FIFO is full and hears an analysis port", expected: "a FIFO without bound") }
    }
}

/// Tells every value to any number of sinks, in the order in which they were bound (`tlm_analysis_port`).
public final class AnalysisPort<Value>: PortTo<any AnalysisSink<Value>> {
    /// A port of `owner`.
    public convenience init(_ name: String, in owner: Module) { self.init(name, in: owner, count: .any) }

    /// A port of the module that `context` describes.
    public convenience init(_ name: String, _ context: ModuleContext) { self.init(name, context, count: .any) }

    /// Tells `value` to all sinks.
    public func write(_ value: Value) {
        for index in 0..<count { self[index].receive(value) }
    }
}
