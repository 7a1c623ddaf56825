import Foundation
import Tandem
import Testing

/// What `docs/concepts/outside-world.md` shows.
struct OutsideWorldExamples {
    @Test("example: mail from a host thread wakes a simulation that has nothing else to do")
    func mail() {
        let simulation = Simulation()
        let console = Module(ModuleContext(name: "console", parent: simulation.root))
        var received: [UInt8] = []
        let port = simulation.inbox.register(owner: console, name: "input") { bytes in received += bytes }

        port.attach()  // a starved simulation now waits for this source
        Thread.detachNewThread {
            port.post(Array("ls\n".utf8))
            port.detach()  // the end of the input
        }

        #expect(simulation.run() == .starved)
        #expect(String(decoding: received, as: UTF8.self) == "ls\n")
    }

    @Test("example: another thread stops a simulation that would run for ever")
    func stop() {
        let simulation = Simulation()
        let heart = Module(ModuleContext(name: "heart", parent: simulation.root))
        let beat = Event("beat", in: heart)
        heart.method("on-beat", sensitiveTo: [beat]) { beat.notify(after: .nanoseconds(1)) }

        let handle = simulation.stopHandle
        Thread.detachNewThread { handle.requestStop(StopRequest(.interrupted, code: 130)) }

        #expect(simulation.run() == .stopped(StopRequest(.interrupted, code: 130)))
    }

    @Test("example: another thread holds a run, and time is the same before and after")
    func pause() {
        let simulation = Simulation()
        let heart = Module(ModuleContext(name: "heart", parent: simulation.root))
        let beat = Event("beat", in: heart)
        heart.method("on-beat", sensitiveTo: [beat]) { beat.notify(after: .nanoseconds(1)) }

        let handle = simulation.stopHandle
        Thread.detachNewThread {
            handle.pause()  // returns when everything stands
            let before = handle.glanceAtTime()
            let after = handle.glanceAtTime()
            handle.requestStop(StopRequest(before == after ? .quit : .simulationFailure))
            handle.resume()
        }

        #expect(simulation.run() == .stopped(StopRequest(.quit)))
    }
}
