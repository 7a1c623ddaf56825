/// An object of which every simulation has at most one, made when it is first asked for: the directory of a layer above
/// the kernel. It takes the place of a global variable, so that several simulations may live in one process.
public protocol SimulationService: AnyObject {
    init()
    /// All threads have ended and everything pending is dropped, because of a reset or of a restore: the service forgets
    /// what was under way.
    func rewind()
    /// The simulation goes away. Its modules are still there; no process runs any more.
    func end()
    /// Refuses, with the path of what is in the way, if the service holds what a snapshot cannot.
    func checkSnapshot() throws(SnapshotError)
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

    func rewind() {
        for service in services { service.rewind() }
    }

    func end() {
        for service in services { service.end() }
    }

    func checkSnapshot() throws(SnapshotError) {
        for service in services { try service.checkSnapshot() }
    }
}
