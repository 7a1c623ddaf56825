import TandemKernel

/// How a chip finds the bus that its property `bus` names.
enum BusLink {
    /// The controller that `link` leads to from `module`, or an error that lists those that there are.
    /// - Parameter kind: What messages call the bus: "I2C", "SPI".
    static func resolve<Controller>(
        _ link: ModulePath?, of module: Module, kind: String, as type: Controller.Type
    ) throws(ElaborationError) -> Controller {
        let root = module.simulation.root
        // Asked for only where something is wrong: asking every module what it can be takes time.
        var choices: [String] {
            var paths: [String] = []
            root.forEachDescendant { if $0 is Controller { paths.append($0.path) } }
            return paths
        }
        guard let link else {
            throw ElaborationError(
                at: module.path, "nothing says on which \(kind) bus it stands",
                expected: "the property “bus” with the path of an \(kind) controller", choices: choices)
        }
        guard let controller = try root.resolve(link, from: module.path) as? Controller else {
            throw ElaborationError(
                at: module.path, "“\(link)” controls no \(kind) bus", expected: "an \(kind) controller",
                choices: choices)
        }
        return controller
    }
}
