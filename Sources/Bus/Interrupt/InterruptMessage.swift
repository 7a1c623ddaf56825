public import TandemKernel

/// The privilege level that an interrupt file of a hart is for.
public enum InterruptLevel: UInt8, Sendable, CaseIterable {
    case machine, supervisor
}

/// A hart with interrupt files of its own, as messages reach them.
public protocol InterruptMessageReceiver: AnyObject {
    /// The module's path, by which the device tree points at it.
    var path: String { get }

    /// A message has been written to an interrupt file of the receiver, at `time`, which may be later than the kernel's
    /// now. A receiver whose own time is past it takes the message at once.
    /// - Parameter identity: 1 to the controller's `identityCount`.
    func messageArrived(_ identity: UInt32, at level: InterruptLevel, at time: SimTime)
}

/// What gives interrupt files addresses in memory: an incoming-MSI controller.
public protocol InterruptMessageController: AnyObject {
    /// The module's path, by which the device tree points at it.
    var path: String { get }

    /// The identities that each file tells apart, 1 to this number.
    var identityCount: Int { get }

    /// Has the messages for the hart with that number go to `receiver`. Not kept.
    /// - Throws: Where there is no such number, or another hart has it.
    func attach(_ receiver: any InterruptMessageReceiver, hart: UInt64) throws(ElaborationError)
}

extension Module {
    /// The controller that a link of this module leads to. Once the modules exist.
    public final func messageController(
        _ link: ModulePath
    ) throws(ElaborationError) -> any InterruptMessageController {
        let module = try simulation.root.resolve(link, from: path)
        if let controller = module as? any InterruptMessageController { return controller }
        throw ElaborationError(
            at: path, "the module “\(module.path)” receives no interrupts as messages",
            expected: "a module that does, such as an imsic")
    }
}

extension ModuleInterface {
    /// What the `imsic` of a hart links to.
    public static let interruptMessages = ModuleInterface(
        "imsic", (any InterruptMessageController).self, "Receives interrupts as messages for harts")
}
