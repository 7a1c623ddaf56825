/// Until `TandemOS` brings the switch: threads cannot begin.
final class CoroutineStackPool {
    init(stackSize: Int) {}
}

/// See `CoroutineStackPool`.
final class Coroutine {
    var name = ""
    var isFinished: Bool { true }
    init(pool: CoroutineStackPool, body: @escaping () -> Void) {}
    func resume() { preconditionFailure("Threads need the coroutine switch of TandemOS.") }
    func suspend() { preconditionFailure("Threads need the coroutine switch of TandemOS.") }
}
