/// A local of a process that says when it is released.
final class Local {
    let bench: Bench
    let name: String
    init(_ bench: Bench, _ name: String = "local") {
        self.bench = bench
        self.name = name
    }
    deinit { bench.say("\(name) released") }
}
