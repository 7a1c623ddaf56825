public import TandemBus
public import TandemKernel

/// Interrupts as messages: the interrupt files of a hart with an IMSIC.
extension Hart: InterruptMessageReceiver {
    public func messageArrived(_ identity: UInt32, at level: InterruptLevel, at time: SimTime) {
        receive(InputChange(time: time, kind: .message(identity, level)))
    }

    /// A due message reaches its file.
    func deliver(_ identity: UInt32, _ level: InterruptLevel, at time: SimTime) {
        guard let files else { return }
        (level == .machine ? files.machine : files.supervisor).setPending(identity)
        filesChanged(at: time)
    }

    /// Brings `mip` in accord with the files. The inputs of external interrupts, which nothing else drives, show what the
    /// files signal: to reports, traces and recordings.
    func filesChanged(at time: SimTime) {
        guard let files else { return }
        privileged.advanced.machineTop = files.machine.top
        privileged.advanced.supervisorTop = files.supervisor.top
        lineInputs[HartLine.meip.rawValue].set(files.machine.isAsserted, at: time)
        lineInputs[HartLine.seip.rawValue].set(files.supervisor.isAsserted, at: time)
    }

    /// Finds the controller of messages, and makes the files as large as it wants them.
    func connectFiles(to link: ModulePath) throws(ElaborationError) {
        let controller = try messageController(link)
        for line in [HartLine.meip, .seip] where lineInputs[line.rawValue].isConnected {
            throw ElaborationError(
                at: lineInputs[line.rawValue].path, "a line drives external interrupts, which come as messages",
                expected: "no connection on a hart that has “imsic”")
        }
        try controller.attach(self, hart: configuration.hartID)
        files = InterruptFiles(identityCount: controller.identityCount)
    }

    /// What the interrupt files have signalled; nothing without an IMSIC.
    public var messageRecords: [LineRecord] {
        files == nil ? [] : [HartLine.meip, .seip].map { lineInputs[$0.rawValue].record }
    }

    // MARK: CSRs

    /// CSRs that the state alone does not know: those of the Advanced Interrupt Architecture.
    func readAdvanced(_ csr: UInt16, lines: UInt64) -> UInt64? {
        privilegedState.pointee.readAdvanced(csr, configuration, lines: lines, files)
    }

    func writeAdvanced(_ csr: UInt16, _ value: UInt64) -> CSREffects? {
        guard let effects = privileged.writeAdvanced(csr, configuration.xlen.truncate(value), configuration, files)
        else { return nil }
        if files != nil {
            if csr == CSRAddress.mtopei, privileged.advanced.machineTop != 0 { noteClaimed(.meip) }
            if csr == CSRAddress.stopei, privileged.advanced.supervisorTop != 0 { noteClaimed(.seip) }
            filesChanged(at: localNow)
        }
        return effects
    }

    private func noteClaimed(_ line: HartLine) { lineInputs[line.rawValue].noteClaimed(at: localNow) }
}
