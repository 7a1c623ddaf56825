import TandemBus
public import TandemKernel

/// The view of a debugger: registers and memory without side effects.
extension Hart {
    /// Instructions retired since the start.
    public var instructionsRetired: UInt64 { retired }

    /// What an instruction takes that accesses nothing slow.
    public var instructionTime: SimTime { .picoseconds(UInt64(instructionCost)) }

    public var privilege: Privilege { privileged.privilege }

    public var hartID: UInt64 { configuration.hartID }

    public var extensions: ExtensionSet { configuration.extensions }

    /// The width of the integer registers.
    public var xlen: XLEN { configuration.xlen }

    /// The largest translation scheme, as the device tree names it: `riscv,sv57` and so on; nil without translation.
    public var translationName: String? {
        switch configuration.maximumTranslation {
        case 1: "riscv,sv32"
        case 8: "riscv,sv39"
        case 9: "riscv,sv48"
        case 10: "riscv,sv57"
        default: nil
        }
    }

    public var programCounter: UInt64 {
        get { pc }
        set {
            pc = wrapped(newValue)
            wakeForDebugger()
        }
    }

    /// A debugger has changed what a waiting hart may be waiting for.
    private func wakeForDebugger() {
        guard isWaiting else { return }
        isWaiting = false
        wake.notify(after: .zero)
    }

    /// x0…x31, zero-extended on RV32. Writing x0 has no effect.
    public func integerRegister(_ number: Int) -> UInt64 { configuration.xlen.truncate(frame[number]) }
    public func setIntegerRegister(_ number: Int, _ value: UInt64) {
        if number != 0 { frame[number] = configuration.xlen.extend(value) }
    }

    /// f0…f31 as 64 bits; singles are boxed.
    public func floatRegister(_ number: Int) -> UInt64 { frame[32 + number] }
    public func setFloatRegister(_ number: Int, _ value: UInt64) { frame[32 + number] = value }

    /// A CSR as machine mode would read it; nil if there is none of that number.
    public func csr(_ number: UInt16) -> UInt64? {
        var view = privileged
        view.privilege = .machine
        if view.floatState == 0 { view.floatState = 1 }
        let isReal = number == CSRAddress.mstatus || number == CSRAddress.sstatus
        let environment = CSREnvironment(
            cycles: localNow.picoseconds / cyclePicoseconds, retired: retired,
            time: timebase?.ticks(at: localNow) ?? 0, lines: liveLines,
            floatFlags: UInt8(truncatingIfNeeded: frame[Int(Place.floatFlags.index)]))
        if isReal { return privileged.statusForDebugger(number) }
        return view.read(number, configuration, environment)
            ?? view.readAdvanced(number, configuration, lines: environment.lines, files)
    }

    /// Writes a CSR as machine mode would. False if there is none of that number, or it cannot be written.
    public func setCSR(_ number: UInt16, _ value: UInt64) -> Bool {
        let privilege = privileged.privilege
        privileged.privilege = .machine
        defer {
            privileged.privilege = privilege
            flushTranslations()
            timerChanged()
            modeChanged()
        }
        var environment = CSREnvironment(
            cycles: localNow.picoseconds / cyclePicoseconds, retired: retired, time: 0, lines: lines,
            floatFlags: UInt8(truncatingIfNeeded: frame[Int(Place.floatFlags.index)]))
        let effects =
            privileged.write(number, value, configuration, &environment) ?? writeAdvanced(number, value)
        guard effects != nil else { return false }
        frame[Int(Place.floatFlags.index)] = UInt64(environment.floatFlags)
        return true
    }

    // MARK: Memory

    /// The physical address behind a virtual one for the current privilege, without side effects.
    public func translateForDebugger(_ address: UInt64) -> UInt64? {
        let privilege = privileged.privilege
        guard privileged.isTranslated(privilege) else { return address }
        for access in [MemoryAccess.load, .fetch] {
            var walk = PageWalk(privileged, configuration, privilege: privilege)
            walk.looksOnly = true
            if case .mapped(let physical, _, _, _, _) = walk.translate(address, access, DebugPageTables(bus: bus)) {
                return physical
            }
        }
        return nil
    }

    /// Whether the hart has page tables, which count in supervisor and user mode.
    public var hasPageTables: Bool { privileged.translationMode != 0 }

    /// What the hart's page tables map, whoever may access it, lower virtual addresses first, without side effects; nil where
    /// more than 65536 tables would have to be read. Empty without page tables.
    public func addressMappings() -> [AddressMapping]? {
        guard hasPageTables else { return [] }
        let walk = PageWalk(privileged, configuration, privilege: .supervisor)
        return walk.mappings(atMost: 1 << 16) { table in
            guard let bytes = readPhysical(table, count: walk.tableSize) else { return nil }
            return stride(from: 0, to: bytes.count, by: walk.entryWidth).map { start in
                bytes[start..<start + walk.entryWidth].reversed().reduce(0) { $0 << 8 | UInt64($1) }
            }
        }
    }

    /// Bytes at a virtual address; nil where nothing is mapped.
    public func readVirtual(_ address: UInt64, count: Int) -> [UInt8]? {
        access(.read, address, [UInt8](repeating: 0, count: count))
    }

    /// Writes bytes at a virtual address. False where nothing is mapped.
    public func writeVirtual(_ address: UInt64, _ bytes: [UInt8]) -> Bool { access(.write, address, bytes) != nil }

    /// Bytes at a physical address; nil where part of them is not there.
    public func readPhysical(_ address: UInt64, count: Int) -> [UInt8]? {
        access(.read, address, [UInt8](repeating: 0, count: count), isPhysical: true)
    }

    /// Writes bytes at a physical address. False where part of them is not there.
    public func writePhysical(_ address: UInt64, _ bytes: [UInt8]) -> Bool {
        access(.write, address, bytes, isPhysical: true) != nil
    }

    private func access(
        _ command: Command, _ address: UInt64, _ bytes: [UInt8], isPhysical: Bool = false
    ) -> [UInt8]? {
        var bytes = bytes
        var done = 0
        while done < bytes.count {
            let place = isPhysical ? address &+ UInt64(done) : wrapped(address &+ UInt64(done))
            guard let physical = isPhysical ? place : translateForDebugger(place) else { return nil }
            let count = min(bytes.count - done, 4096 - Int(place & 0xfff))
            let moved = bytes.withUnsafeMutableBytes { data -> Int in
                guard let base = data.baseAddress else { return 0 }
                var transaction = Transaction(command, address: physical, data: base + done, count: count)
                return bus.debugTransport(&transaction)
            }
            guard moved == count else { return nil }
            done += count
        }
        return bytes
    }

    public func disassemble(_ word: UInt32, at address: UInt64) -> String {
        Disassembler(xlen: configuration.xlen, extensions: configuration.extensions).text(word, at: address)
    }
}

/// Page tables as a debugger reads them: nothing is counted, nothing is written.
private struct DebugPageTables: PageTableMemory {
    let bus: InitiatorSocket

    func readEntry(_ physical: UInt64, width: Int) -> UInt64? {
        var value: UInt64 = 0
        let moved = withUnsafeMutableBytes(of: &value) { bytes -> Int in
            guard let base = bytes.baseAddress else { return 0 }
            var transaction = Transaction(.read, address: physical, data: base, count: width)
            return bus.debugTransport(&transaction)
        }
        return moved == width ? value : nil
    }

    func updateEntry(_ physical: UInt64, width: Int, old: UInt64, new: UInt64) -> Bool? { true }
}
