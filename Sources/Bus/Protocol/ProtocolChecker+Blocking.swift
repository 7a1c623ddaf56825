import TandemKernel

/// Blocking accesses.
extension ProtocolChecker {
    func checkBlocking(
        _ transaction: inout Transaction, delay: inout SimTime, _ call: (inout Transaction, inout SimTime) -> Void
    ) {
        let summary =
            "a \(transaction.command) of \(transaction.count) bytes at \(hexadecimal(transaction.address))"
        if directory.openCalls > 0 {
            report(
                .nesting, "\(summary) is made as a blocking access from within a non-blocking call",
                expected: "a thread that makes it later")
        }
        checkPayload(transaction, summary)
        let attributes = CheckedAttributes(transaction)
        let start = scheduler.now.picoseconds &+ delay.picoseconds
        call(&transaction, &delay)
        if scheduler.now.picoseconds &+ delay.picoseconds < start {
            report(
                .delay, "\(summary) comes back with a delay of \(delay), before the time that it was made for",
                expected: "a delay that shrinks only by time that has passed")
        }
        if let name = attributes.changed(in: transaction, exceptAddress: false) {
            report(
                .attributes, "\(name) of \(summary) has changed on its way",
                expected: "a target that leaves it as it is, and routers that put the address back")
        } else if let name = attributes.changedBytes(in: transaction) {
            report(.data, "\(name) has changed on the way of \(summary)", expected: "bytes that stay as they are")
        }
        if transaction.response == .incomplete && transaction.command != .ignore {
            report(.response, "\(summary) comes back with an incomplete response", expected: "a target that sets it")
        }
    }
}
