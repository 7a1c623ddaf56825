public import TandemKernel

/// A chip on an SPI bus.
public protocol SPITarget: Module {
    /// Its select line has become active or inactive.
    func spiSelect(_ isSelected: Bool, at time: SimTime)

    /// Eight bits have gone in each direction; on two or four lanes, in one of them.
    /// - Parameters:
    ///   - byte: What the controller sends, ones where it only receives.
    ///   - lanes: 1, 2 or 4 bits for each clock.
    /// - Returns: what the chip sends, ones where it does not.
    func spiExchange(_ byte: UInt8, lanes: Int, at time: SimTime) -> UInt8

    /// The clock has run without data.
    func spiIdle(clocks: Int, at time: SimTime)
}

/// A chip whose contents a controller shows in the memory map.
public protocol SPIMemory: SPITarget {
    /// For debuggers, without side effects; nil beyond the end.
    func spiPeek(_ address: Int) -> UInt8?
    /// For debuggers and loaders. Returns false beyond the end.
    func spiPoke(_ byte: UInt8, at address: Int) -> Bool
}

/// A module that controls an SPI bus.
public protocol SPIController: PluggingBus {
    var spi: SPIBus { get }
}

extension SPIController {
    /// Chips come and go as in a socket; where none is selected, ones are read.
    public var acceptsPlugging: Bool { true }
}

extension ModuleInterface {
    /// What the property `bus` of SPI chips links to.
    public static let spiController = ModuleInterface(
        "spi-controller", (any SPIController).self, "Controls an SPI bus")
}

/// An SPI bus with one controller and a chip at each of its select lines, byte by byte. How long a byte takes is the
/// controller's affair: it calls when the byte is through.
public final class SPIBus {
    /// The chips, by select line.
    public private(set) var targets: [(any SPITarget)?]
    /// Ones for the select lines that are active.
    public private(set) var selected: UInt32 = 0
    private unowned(unsafe) let controller: Module

    /// The bus of a controller with that many select lines, which outlives it.
    public init(of controller: Module, lines: Int) {
        self.controller = controller
        targets = Array(repeating: nil, count: lines)
    }

    /// Adds a chip, at any time. Refuses a select line that there is not or that another chip has.
    public func attach(_ target: any SPITarget, at line: Int) throws(ElaborationError) {
        guard targets.indices.contains(line) else {
            throw ElaborationError(
                at: target.path, "“\(controller.path)” has no select line \(line)",
                expected: targets.count == 1 ? "0" : "0 to \(targets.count - 1)")
        }
        if let other = targets[line] {
            throw ElaborationError(
                at: target.path, "the select line \(line) of “\(controller.path)” leads to “\(other.path)” already",
                expected: "a line of its own for each chip")
        }
        targets[line] = target
        if selected >> UInt32(line) & 1 != 0 { target.spiSelect(true, at: target.now) }
    }

    /// Takes a chip away, at any time; its line leads nowhere then.
    public func detach(_ target: any SPITarget) {
        guard let line = targets.firstIndex(where: { $0 === target }) else { return }
        targets[line] = nil
        if selected >> UInt32(line) & 1 != 0 { target.spiSelect(false, at: target.now) }
    }

    // MARK: For the controller

    /// Makes these select lines active, and all others inactive: first the others.
    public func select(_ lines: UInt32, at time: SimTime) {
        let before = selected
        selected = lines
        for (line, target) in targets.enumerated() where (before & ~lines) >> UInt32(line) & 1 != 0 {
            target?.spiSelect(false, at: time)
        }
        for (line, target) in targets.enumerated() where (lines & ~before) >> UInt32(line) & 1 != 0 {
            target?.spiSelect(true, at: time)
        }
    }

    /// Exchanges a byte with every chip that is selected; ones if none is.
    public func exchange(_ byte: UInt8, lanes: Int, at time: SimTime) -> UInt8 {
        guard selected != 0 else { return 0xff }
        var answer: UInt8 = 0xff
        for (line, target) in targets.enumerated() where selected >> UInt32(line) & 1 != 0 {
            if let target { answer &= target.spiExchange(byte, lanes: lanes, at: time) }
        }
        return answer
    }

    /// Lets the clock run without data.
    public func idle(clocks: Int, at time: SimTime) {
        for (line, target) in targets.enumerated() where selected >> UInt32(line) & 1 != 0 {
            target?.spiIdle(clocks: clocks, at: time)
        }
    }

    /// Takes over the levels of the lines from a snapshot; no chip hears of it.
    public func restore(selected: UInt32) { self.selected = selected }
}
