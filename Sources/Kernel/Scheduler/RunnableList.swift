/// A first-in first-out list of processes, linked through their records.
struct RunnableList {
    private(set) var first: ProcessPointer?
    /// Stale while the list is empty. What it links to is stale too.
    private var last: ProcessPointer?

    @inline(__always) var isEmpty: Bool { first == nil }
    /// Whether there is exactly one process. The list must not be empty.
    @inline(__always) var isSingle: Bool { first.unsafelyUnwrapped == last.unsafelyUnwrapped }

    @inline(__always) mutating func append(_ process: ProcessPointer) {
        if first == nil { first = process } else { last.unsafelyUnwrapped.pointee.nextRunnable = process }
        last = process
    }

    @inline(__always) mutating func popFirst() -> ProcessPointer? {
        guard let process = first else { return nil }
        first = process == last ? nil : process.pointee.nextRunnable
        return process
    }

    /// Takes `process` out, if it is here. Cost: linear; for control calls only.
    mutating func remove(_ process: ProcessPointer) -> Bool {
        var kept = RunnableList()
        var isHere = false
        while let next = popFirst() {
            if next == process { isHere = true } else { kept.append(next) }
        }
        self = kept
        return isHere
    }

    @inline(__always) mutating func removeAll() { first = nil }

    func forEach(_ body: (ProcessPointer) -> Void) {
        guard var process = first else { return }
        body(process)
        while process != last, let next = process.pointee.nextRunnable {
            body(next)
            process = next
        }
    }

    /// Rearranges the list by `permutation`.
    mutating func permute(_ permutation: inout OrderPermutation) {
        var processes: [ProcessPointer] = []
        forEach { processes.append($0) }
        processes.withUnsafeMutableBufferPointer { permutation.shuffle($0) }
        removeAll()
        for process in processes { append(process) }
    }
}
