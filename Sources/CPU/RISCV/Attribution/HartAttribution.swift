import TandemBus

/// Whose work a hart does: by function, by process, or both, while somebody wants to know (`TrafficDetail`).
///
/// Executions of blocks bring their work when they are folded; whatever the static tallies do not know is told where it
/// happens, as it is to the counters of traffic.
final class HartAttribution {
    let detail: TrafficDetail
    private var functions = FunctionTable()
    private var processes: ProcessTable

    /// - Parameter translation: the present `satp`.
    init(_ detail: TrafficDetail, translation: UInt64) {
        self.detail = detail
        processes = ProcessTable(translation)
    }

    var hasFunctions: Bool { detail.contains(.functions) }
    /// Whether what was done before belongs to another address space than what comes next.
    func leaves(_ translation: UInt64) -> Bool { detail.contains(.processes) && processes.current != translation }

    /// Everything that was done before has been told.
    func enter(_ translation: UInt64) { processes.enter(translation) }

    func number(at pc: UInt64, mode: UInt32, _ name: (UInt64) -> GuestFunction?) -> Int32 {
        functions.number(at: pc, isUser: mode & 3 == 0, name)
    }

    // MARK: Work

    /// So many executions of a block.
    func add(_ block: BlockPointer, times: UInt64) {
        guard let shares = block.pointee.shares else { return }
        let process = processes.work(mode: block.pointee.mode)
        for index in 0..<Int(block.pointee.shareCount) {
            process.pointee.add(shares[index], times: times)
            if hasFunctions { functions[shares[index].function].pointee.add(shares[index], times: times) }
        }
    }

    /// An instruction of a block was counted so many times too often.
    func takeBack(_ index: Int, of block: BlockPointer, times: UInt64) {
        let boundary = block.pointee.boundaries[index]
        change(index, of: block) { $0.takeBack(boundary, times: times) }
    }

    /// An instruction of a block has not begun after all. Its accesses are taken back already.
    func takeBackStart(of index: Int, in block: BlockPointer) {
        change(index, of: block) { $0.instructions &-= 1 }
    }

    /// An instruction of a block made a load or store more, or one less, than its block says.
    func add(isWrite: Bool, bytes: Int, times: Int64, by index: Int, of block: BlockPointer) {
        change(index, of: block) { $0.add(isWrite: isWrite, bytes: bytes, times: times) }
    }

    /// An access of an instruction went to a device.
    func addDevice(latency: UInt64, by index: Int, of block: BlockPointer) {
        change(index, of: block) {
            $0.deviceAccesses &+= 1
            $0.deviceLatency &+= latency
        }
    }

    @inline(__always)
    private func change(_ index: Int, of block: BlockPointer, _ body: (inout GuestWork) -> Void) {
        body(&processes.work(mode: block.pointee.mode).pointee)
        guard hasFunctions, let shares = block.pointee.shares else { return }
        for number in 0..<Int(block.pointee.shareCount)
        where index < Int(shares[number].first) + Int(shares[number].count) {
            return body(&functions[shares[number].function].pointee)
        }
    }

    // MARK: Results

    func functionRecords(of hart: String) -> [FunctionRecord] { hasFunctions ? functions.records(of: hart) : [] }

    func processRecords(of hart: String, _ xlen: XLEN) -> [ProcessRecord] {
        detail.contains(.processes) ? processes.records(of: hart, xlen) : []
    }

    func clear() {
        functions.clear()
        processes.clear()
    }
}
