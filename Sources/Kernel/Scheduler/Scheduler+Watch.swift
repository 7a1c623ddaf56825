extension Scheduler {
    /// Where it stands, for the life of the scheduler, which process runs: a word for each process, zero while none does.
    /// For another host thread that looks on.
    public var runningPlace: UnsafePointer<UInt> {
        let place = withUnsafeMutablePointer(to: &core.pointee.current) { UnsafeRawPointer($0) }
        return place.assumingMemoryBound(to: UInt.self)
    }

    /// The module whose process a word at `runningPlace` means; nothing for one that has ended.
    public func module(ofRunning word: UInt) -> Module? {
        processes.first { UInt(bitPattern: $0.record) == word }?.module
    }
}
