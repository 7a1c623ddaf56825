public import TandemKernel

/// A device with a character port: what the far ends of serial lines link to.
public protocol CharacterDevice: Module {
    /// Where a far end is connected.
    var characters: CharacterPort { get }
}

extension ModuleInterface {
    /// What the property `device` of far ends links to.
    public static let characterDevice = ModuleInterface(
        "character-device", (any CharacterDevice).self, "Sends and receives characters: a serial port")
    /// What stands at the far end of a serial line.
    public static let characterBackend = ModuleInterface(
        "character-backend", (any CharacterBackend).self, "The far end of a serial line")
}

extension CharacterBackend where Self: Module {
    /// Connects this object to the device that `link` names; for `elaborated`.
    public func connect(to link: ModulePath) throws(ElaborationError) {
        let module = try simulation.root.resolve(link, from: path)
        guard let device = module as? any CharacterDevice else {
            throw ElaborationError(
                at: path, "“\(module.path)” has no character port", expected: "a serial port, such as a uart16550")
        }
        do throws(ElaborationError) { try device.characters.connect(self) } catch {
            throw ElaborationError(
                at: path, "“\(module.path)” leads elsewhere already", expected: "a serial port without a far end")
        }
    }

    /// Takes it away again; for `unrealized`.
    public func disconnect(from link: ModulePath) {
        guard let device = simulation.root.find(link.text) as? any CharacterDevice else { return }
        // A module that could not be connected does not end what another one has connected.
        if device.characters.backend === self { device.characters.disconnect() }
    }
}
