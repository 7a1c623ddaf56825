/// An object of which every simulation has at most one, made when it is first asked for: the directory of a layer above
/// the kernel. It takes the place of a global variable, so that several simulations may live in one process.
public protocol SimulationService: AnyObject {
    init()
}

/// The services of one simulation: a handful, searched by type.
struct ServiceList {
    private var services: [any SimulationService] = []

    mutating func service<Service: SimulationService>(_ type: Service.Type) -> Service {
        for case let service as Service in services { return service }
        let service = Service()
        services.append(service)
        return service
    }
}
