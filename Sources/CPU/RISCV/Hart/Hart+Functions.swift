import TandemBus
import TandemKernel

/// What translated code leaves to the hart: CSRs, traps, fences, waiting.
extension Hart {
    func call(function: UInt16, argument: UInt32, _ a: UInt64, _ b: UInt64, index: Int) -> UInt64 {
        accessIndex = index
        switch RISCVFunction(rawValue: function) {
        case .csrRead: return readCSR(argument, index)
        case .csrWrite: return writeCSR(argument, operand: a, index)
        case .cacheBlockZero, .cacheBlockClean, .cacheBlockFlush, .cacheBlockInvalidate:
            cacheBlock(RISCVFunction(rawValue: function) ?? .cacheBlockClean, argument, a)
            if state.pointee.exitRequest == ExitRequest.none { settle(index) }
            return 0
        default:
            preconditionFailure("function \(function) cannot be called within a block")
        }
    }

    func exit(function: UInt16, argument: UInt32, index: Int) {
        accessIndex = index
        guard let block = state.pointee.block, let function = RISCVFunction(rawValue: function) else { return }
        let boundary = block.pointee.boundaries[index]
        let own = block.pointee.pc &+ UInt64(bitPattern: Int64(boundary.pcOffset))
        let next = wrapped(own &+ UInt64(boundary.length))
        pc = next
        needsAttention = true
        switch function {
        case .illegal: fault(.illegalInstruction, UInt64(argument))
        case .ecall: environmentCall()
        case .ebreak: fault(.breakpoint, own)
        case .mret: returnFromTrap(argument) { $0.returnFromMachine() }
        case .sret: returnFromTrap(argument) { $0.returnFromSupervisor() }
        case .wfi: waitForInterrupt(argument)
        case .waitOnReservation: break  // May end at once for any reason (Unpriv. spec "Zawrs").
        case .fenceTranslation: fenceTranslation(argument)
        case .fenceInvalidation:
            if privileged.privilege == .user { fault(.illegalInstruction, UInt64(argument)) }
        case .checkTarget: jump(argument, own: own, next: next)
        case .csrRead, .csrWrite, .cacheBlockZero, .cacheBlockClean, .cacheBlockFlush, .cacheBlockInvalidate:
            preconditionFailure("\(function) does not end a block")
        }
    }

    // MARK: CSRs

    /// What a CSR access at boundary `index` sees of the hart.
    func csrEnvironment(_ index: Int) -> CSREnvironment {
        let time = startInstant(index)
        // Time passes by instructions only through their cycles, so that the clock gives the cycles.
        var pending = lines
        if timerTime != .never, time >= timerTime { pending |= InterruptBits.sti }
        return CSREnvironment(
            cycles: time.picoseconds / cyclePicoseconds, retired: retired(before: index),
            time: ticks(at: time), lines: pending,
            floatFlags: UInt8(truncatingIfNeeded: frame[Int(Place.floatFlags.index)]))
    }

    /// CSRRW, CSRRS, CSRRC and their immediate forms, where they write (Unpriv. spec "Zicsr").
    private func writeCSR(_ word: UInt32, operand: UInt64, _ index: Int) -> UInt64 {
        foldFloatState()
        let csr = UInt16(word >> 20)
        let rd = Int(word >> 7 & 31)
        let operation = word >> 12 & 7
        var environment = csrEnvironment(index)
        var old: UInt64 = 0
        // CSRRW with rd = x0 does not read.
        if rd != 0 || operation & 3 != 1 {
            guard
                let value = privileged.read(csr, configuration, environment)
                    ?? readAdvanced(csr, lines: environment.lines)
            else {
                fault(.illegalInstruction, UInt64(word))
                return 0
            }
            old = value
        }
        var base = old
        // Read-modify-write of mip must not make a line's SEIP stick (Priv. spec §3.1.9).
        if csr == CSRAddress.mip { base = old & ~InterruptBits.sei | privileged.softwarePending & InterruptBits.sei }
        let new: UInt64
        switch operation & 3 {
        case 1: new = operand
        case 2: new = base | operand
        default: new = base & ~operand
        }
        guard let effects = privileged.write(csr, new, configuration, &environment) ?? writeAdvanced(csr, new) else {
            fault(.illegalInstruction, UInt64(word))
            return 0
        }
        frame[Int(Place.floatFlags.index)] = UInt64(environment.floatFlags)
        apply(effects, csr)
        // What the block relies on may be gone: its mode, the mapping of its code, that no interrupt is pending.
        if needsAttention || state.pointee.mode != state.pointee.block?.pointee.mode || csr == CSRAddress.satp
            || effects.contains(.translation) || privileged.interrupt(lines: liveLines) != nil
        {
            needsAttention = true
            state.pointee.limit = CPUState.stopped
            state.pointee.exitRequest = ExitRequest.leave
        }
        return configuration.xlen.extend(old)
    }

    private func apply(_ effects: CSREffects, _ csr: UInt16) {
        if effects.contains(.translation) { flushTranslations() }
        if effects.contains(.addressSpace) { addressSpaceChanged() }
        switch csr {
        case CSRAddress.stimecmp, CSRAddress.stimecmph, CSRAddress.menvcfg, CSRAddress.menvcfgh: timerChanged()
        default: break
        }
        modeChanged()
    }

    // MARK: Privileged instructions

    private func environmentCall() {
        switch privileged.privilege {
        case .user: fault(.callFromUser, 0)
        case .supervisor: fault(.callFromSupervisor, 0)
        case .machine: fault(.callFromMachine, 0)
        }
    }

    private func returnFromTrap(_ raw: UInt32, _ body: (inout PrivilegedState) -> UInt64?) {
        foldFloatState()
        guard let target = body(&privileged) else { return fault(.illegalInstruction, UInt64(raw)) }
        pc = target
        modeChanged()
    }

    /// Priv. spec §3.3.3. TW makes it illegal below M at once; in U it is illegal where S exists and TW is set too.
    private func waitForInterrupt(_ raw: UInt32) {
        if privileged.privilege == .user
            || privileged.privilege == .supervisor && privileged.status & Status.tw != 0
        {
            return fault(.illegalInstruction, UInt64(raw))
        }
        applyDueChanges()
        guard !privileged.wakes(lines: liveLines) else { return }
        isWaiting = true
        if trace.wait.isOn { trace.wait.tell(of: path, at: localNow, .number(pc)) }
    }

    /// Priv. spec §12.2.1. With an address, the address space is not looked at: to forget too much is allowed.
    private func fenceTranslation(_ word: UInt32) {
        guard privileged.privilege != .user, privileged.mayUseTranslation else {
            return fault(.illegalInstruction, UInt64(word))
        }
        let address = Int(word >> 15 & 31)
        let space = Int(word >> 20 & 31)
        if address != 0 {
            flushTranslation(of: wrapped(frame[address]))
        } else if space != 0 {
            let mask: UInt64 = configuration.xlen == .rv32 ? 0x1ff : 0xffff
            flushTranslations(ofSpace: frame[space] & mask)
        } else {
            flushTranslations()
        }
    }

    /// JAL, JALR and branches of a hart without C.
    private func jump(_ word: UInt32, own: UInt64, next: UInt64) {
        guard let i = translator.decoder.decode(word) else { return fault(.illegalInstruction, UInt64(word)) }
        let a = frame[Int(i.rs1)]
        let b = frame[Int(i.rs2)]
        let isTaken: Bool
        switch i.operation {
        case .beq: isTaken = a == b
        case .bne: isTaken = a != b
        case .blt: isTaken = Int64(bitPattern: a) < Int64(bitPattern: b)
        case .bge: isTaken = Int64(bitPattern: a) >= Int64(bitPattern: b)
        case .bltu: isTaken = a < b
        case .bgeu: isTaken = a >= b
        default: isTaken = true
        }
        guard isTaken else { return }
        let base = i.operation == .jalr ? a : own
        let target = wrapped(base &+ UInt64(bitPattern: i.immediate)) & ~1
        guard target & 3 == 0 else { return fault(.instructionMisaligned, target) }
        if i.operation == .jal || i.operation == .jalr, i.rd != 0 { frame[Int(i.rd)] = configuration.xlen.extend(next) }
        pc = target
    }

    // MARK: Cache blocks

    /// Bytes of a cache block: what the device tree announces.
    static var cacheBlockSize: UInt64 { 64 }

    /// Unpriv. spec "CMO" §19.5 and §19.6: permissions by `menvcfg` and `senvcfg`. Nothing is cached apart from memory,
    /// so that clean and flush only check the address.
    private func cacheBlock(_ function: RISCVFunction, _ word: UInt32, _ address: UInt64) {
        let machine = privileged.machineEnvironment
        let supervisor = privileged.supervisorEnvironment
        func isEnabled(_ mask: UInt64) -> Bool {
            switch privileged.privilege {
            case .machine: true
            case .supervisor: machine & mask != 0
            case .user: machine & mask != 0 && supervisor & mask != 0
            }
        }
        let mask: UInt64
        switch function {
        case .cacheBlockZero: mask = EnvironmentBits.cbze
        case .cacheBlockInvalidate: mask = EnvironmentBits.cbie
        default: mask = EnvironmentBits.cbcfe
        }
        guard isEnabled(mask) else { return fault(.illegalInstruction, UInt64(word)) }
        let block = address & ~(Self.cacheBlockSize - 1)
        if function == .cacheBlockZero {
            zero(block, reported: address)
            return
        }
        // No data is read or written that a debugger might watch.
        access.pointee.skippedWatch = retired(before: accessIndex)
        // Permitted where a load or a store is; the faults are a store's.
        if resolve(block, .load, count: 1) == nil {
            state.pointee.exitRequest = ExitRequest.none
            guard resolve(block, .store, count: 1) != nil else {
                trapValue = address
                return
            }
        }
    }

    private func zero(_ block: UInt64, reported: UInt64) {
        guard let place = resolve(block, .store, count: Int(Self.cacheBlockSize)) else {
            trapValue = reported
            return
        }
        var zeros: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)
        let count = Int(Self.cacheBlockSize)
        withUnsafeMutableBytes(of: &zeros) { bytes in
            guard let base = bytes.baseAddress else { return }
            let start = SimTime(picoseconds: UInt64(max(0, startTime(accessIndex))))
            var delay = start
            if place.grant >= 0, grants[place.grant].allowsWrite {
                grants[place.grant].write(at: place.physical, from: base, count: count, delay: &delay)
                if self.access.pointee.meter != nil {
                    measure(.write, count, place.physical, at: place.grant, delay - start)
                }
                charge(delay - start)
                return
            }
            let attributes = Attributes(privilege: privileged.dataPrivilege.rawValue)
            var transaction = Transaction(
                .write, address: place.physical, data: base, count: count, attributes: attributes)
            publishReservation()
            bus.transport(&transaction, delay: &delay)
            charge(delay - start)
            if self.access.pointee.attribution != nil { attribute(transaction, latency: (delay - start).picoseconds) }
            if transaction.response != .ok { fault(.storeAccessFault, reported) }
        }
    }
}
