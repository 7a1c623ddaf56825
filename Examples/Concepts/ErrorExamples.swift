import Tandem
import Testing

/// What `docs/concepts/errors.md` shows.
struct ErrorExamples {
    @Test("example: a socket that is bound to nothing is found before the first event")
    func unbound() {
        final class Camera: Module {
            let memory: InitiatorSocket

            override init(_ context: ModuleContext) {
                memory = InitiatorSocket("memory", context)
                super.init(context)
            }
        }
        let simulation = Simulation()
        _ = Camera(ModuleContext(name: "camera", parent: simulation.root))

        let error = #expect(throws: ElaborationError.self) { try simulation.elaborate() }
        #expect(error?.description.contains("camera.memory") == true)
    }

    @Test("example: a module checks its own configuration")
    func ownCheck() {
        final class Sampler: Module {
            let period: SimTime

            init(_ context: ModuleContext, period: SimTime) {
                self.period = period
                super.init(context)
            }

            override func elaborated() throws(ElaborationError) {
                guard period > .zero else {
                    throw ElaborationError(at: path, "the period is zero", expected: "at least 1 ps")
                }
            }
        }
        let simulation = Simulation()
        _ = Sampler(ModuleContext(name: "sampler", parent: simulation.root), period: .zero)

        guard case .failed(let error) = simulation.run() else {
            Issue.record("the run should have failed")
            return
        }
        #expect(error.description.hasPrefix("sampler: the period is zero"))
    }

    @Test("example: what a thread throws ends the run, with the place and the time")
    func thrown() {
        struct Overrun: Error, CustomStringConvertible {
            var description: String { "the line buffer ran over" }
        }
        let simulation = Simulation()
        let camera = Module(ModuleContext(name: "camera", parent: simulation.root))
        camera.thread("capture") { context in
            try context.wait(for: .microseconds(3))
            throw Overrun()
        }

        guard case .failed(let error) = simulation.run() else {
            Issue.record("the run should have failed")
            return
        }
        #expect(error.diagnosis.place == "camera.capture")
        #expect(error.time == .microseconds(3))
    }
}
