public import TandemKernel

/// Which way the bytes of a transfer go, as bit 0 of the address byte says it.
public enum I2CDirection: UInt8, Sendable {
    /// From the controller to the target.
    case write
    /// From the target to the controller.
    case read
}

/// A chip on an I2C bus. NXP UM10204 (I2C-bus specification) is the source of the rules.
public protocol I2CTarget: Module {
    /// The 7-bit addresses that it answers.
    var i2cAddresses: ClosedRange<UInt8> { get }

    /// A start or repeated start has been followed by one of its addresses, at `time`.
    /// - Returns: whether it acknowledges; if not, it takes no part in this transfer.
    func i2cBegin(_ address: UInt8, _ direction: I2CDirection, at time: SimTime) -> Bool

    /// The controller has sent a byte.
    /// - Returns: whether it acknowledges.
    func i2cReceive(_ byte: UInt8, at time: SimTime) -> Bool

    /// The byte that it sends next.
    func i2cSend(at time: SimTime) -> UInt8

    /// A stop condition has ended the transfer.
    func i2cEnd(at time: SimTime)
}

/// A module that controls an I2C bus.
public protocol I2CController: PluggingBus {
    var i2c: I2CBus { get }
}

extension I2CController {
    /// Targets come and go as on a connector; an address that nobody answers is no error.
    public var acceptsPlugging: Bool { true }
}

extension ModuleInterface {
    /// What the property `bus` of I2C targets links to.
    public static let i2cController = ModuleInterface(
        "i2c-controller", (any I2CController).self, "Controls an I2C bus")
}

/// An I2C bus with one controller and any number of targets, byte by byte. How long a byte takes is the controller's
/// affair: it calls when the byte is through.
public final class I2CBus {
    /// What the bus is doing.
    enum Phase: UInt8 {
        case idle
        /// A start condition has gone by; an address follows.
        case started
        /// A target has acknowledged its address.
        case writing, reading
        /// Nobody has, or the chip that had is gone.
        case ignored
    }

    /// The targets, in the order in which they were attached.
    public private(set) var targets: [any I2CTarget] = []
    private unowned(unsafe) let controller: Module
    private(set) var phase = Phase.idle
    private(set) var address: UInt8 = 0
    private var selected: (any I2CTarget)?

    /// The bus of a controller, which outlives it.
    public init(of controller: Module) { self.controller = controller }

    /// Between start and stop.
    public var isBusy: Bool { phase != .idle }

    // MARK: Targets

    /// Adds a target, at any time. Refuses one with an address that another has, or that the specification reserves.
    public func attach(_ target: any I2CTarget) throws(ElaborationError) {
        let addresses = target.i2cAddresses
        // UM10204 table 4: 0000 xxx and 1111 xxx are reserved.
        guard addresses.lowerBound >= 0x08, addresses.upperBound <= 0x77 else {
            throw ElaborationError(
                at: target.path, "the address \(Self.text(addresses)) is reserved or has more than 7 bits",
                expected: "an address from 0x08 to 0x77")
        }
        if let other = targets.first(where: { $0.i2cAddresses.overlaps(addresses) }) {
            throw ElaborationError(
                at: target.path,
                "the address \(Self.text(addresses)) on “\(controller.path)” belongs to “\(other.path)” already",
                expected: "an address of its own for each target")
        }
        targets.append(target)
    }

    /// Takes a target away, at any time; a transfer with it goes on with nobody there.
    public func detach(_ target: any I2CTarget) {
        targets.removeAll { $0 === target }
        if selected === target {
            selected = nil
            phase = .ignored
        }
    }

    private static func text(_ addresses: ClosedRange<UInt8>) -> String {
        let first = "0x" + String(addresses.lowerBound, radix: 16)
        return addresses.count == 1 ? first : "\(first)–0x\(String(addresses.upperBound, radix: 16))"
    }

    // MARK: For the controller

    /// A start, or in a transfer a repeated start.
    public func start() {
        phase = .started
        selected = nil
    }

    /// Sends a byte; after a start it is the address.
    /// - Returns: whether anybody acknowledged it.
    public func send(_ byte: UInt8, at time: SimTime) -> Bool {
        switch phase {
        case .started:
            address = byte >> 1
            let direction = byte & 1 == 0 ? I2CDirection.write : .read
            phase = .ignored
            guard let target = target(at: address), target.i2cBegin(address, direction, at: time) else { return false }
            selected = target
            phase = direction == .write ? .writing : .reading
            return true
        case .writing: return selected?.i2cReceive(byte, at: time) ?? false
        case .idle, .reading, .ignored: return false
        }
    }

    /// Receives a byte: ones where nobody sends.
    public func receive(at time: SimTime) -> UInt8 {
        guard phase == .reading, let selected else { return 0xff }
        return selected.i2cSend(at: time)
    }

    /// A stop.
    public func stop(at time: SimTime) {
        phase = .idle
        selected?.i2cEnd(at: time)
        selected = nil
    }

    private func target(at address: UInt8) -> (any I2CTarget)? { targets.first { $0.i2cAddresses.contains(address) } }

    // MARK: Reset and snapshot

    /// The controller went through a reset: nothing is under way, and no target hears of it.
    public func reset() {
        phase = .idle
        address = 0
        selected = nil
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(phase.rawValue)
        writer.write(address)
    }

    func restore(from reader: inout SnapshotReader) throws(SnapshotError) {
        let number: UInt8 = try reader.read()
        let address: UInt8 = try reader.read()
        guard let phase = Phase(rawValue: number) else {
            throw reader.error("the I2C bus is in phase \(number)", expected: "0 to 4")
        }
        self.phase = phase
        self.address = address
        selected = phase == .writing || phase == .reading ? target(at: address) : nil
    }
}
