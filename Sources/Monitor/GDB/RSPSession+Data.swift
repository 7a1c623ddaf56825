import TandemCPU

/// Packets that read and write registers and memory.
extension RSPSession {
    /// What stands for each digit of a register that the thread lacks.
    private static let unavailable = UInt8(ascii: "x")

    private func digits(of row: TargetDescription.Row) -> [UInt8] {
        guard let value = target.read(row.register, of: generalThread) else {
            return [UInt8](repeating: Self.unavailable, count: 2 * row.width)
        }
        return Hexadecimal.digits(of: value, width: row.width)
    }

    mutating func readGeneralRegisters() { send(target.description.general.flatMap(digits)) }

    mutating func writeGeneralRegisters(_ packet: inout PacketReader) {
        _ = packet.skip("G")
        let rows = target.description.general
        let width = 2 * rows[0].width
        guard packet.rest.count == rows.count * width else { return send(failure: .malformed) }
        var values: [UInt64] = []
        var start = packet.rest.startIndex
        for _ in rows {
            guard let value = Hexadecimal.value(of: packet.rest[start..<start + width]) else {
                return send(failure: .malformed)
            }
            values.append(value)
            start += width
        }
        for (row, value) in zip(rows, values) { _ = target.write(row.register, of: generalThread, value) }
        send("OK")
    }

    mutating func readRegister(_ packet: inout PacketReader) {
        _ = packet.skip("p")
        guard let number = packet.number(), packet.isAtEnd else { return send(failure: .malformed) }
        guard let row = target.description.row(number) else { return send(failure: .noSuchRegister) }
        send(digits(of: row))
    }

    mutating func writeRegister(_ packet: inout PacketReader) {
        _ = packet.skip("P")
        guard let number = packet.number(), packet.skip("=") else { return send(failure: .malformed) }
        guard let row = target.description.row(number) else { return send(failure: .noSuchRegister) }
        guard packet.rest.count == 2 * row.width, let value = Hexadecimal.value(of: packet.rest) else {
            return send(failure: .malformed)
        }
        if target.write(row.register, of: generalThread, value) {
            send("OK")
        } else {
            send(failure: .noSuchRegister)
        }
    }

    /// Answers with as much as can be read without a gap; with an error if that is nothing.
    mutating func readMemory(_ packet: inout PacketReader) {
        _ = packet.skip("m")
        guard let (address, count) = packet.pair(), packet.isAtEnd else { return send(failure: .malformed) }
        let end = Int(min(count, UInt64(Self.memoryLimit)))
        var bytes: [UInt8] = []
        while bytes.count < end {
            let place = address &+ UInt64(bytes.count)
            let part = min(end - bytes.count, 4096 - Int(place & 0xfff))
            guard
                let more = target.readMemory(
                    place, count: part, of: generalThread, physical: usesPhysicalMemory)
            else { break }
            bytes += more
        }
        if bytes.isEmpty && end > 0 { return send(failure: .noSuchMemory) }
        send(Hexadecimal.digits(of: bytes))
    }

    mutating func writeMemory(_ packet: inout PacketReader, isBinary: Bool) {
        _ = packet.skip(isBinary ? "X" : "M")
        guard let (address, count) = packet.pair(), packet.skip(":"),
            let bytes = isBinary ? Array(packet.rest) : Hexadecimal.bytes(of: packet.rest),
            UInt64(bytes.count) == count
        else { return send(failure: .malformed) }
        // Nothing written: the debugger asks whether the packet is known.
        if bytes.isEmpty || target.writeMemory(address, bytes, of: generalThread, physical: usesPhysicalMemory) {
            send("OK")
        } else {
            send(failure: .noSuchMemory)
        }
    }

    /// Z0 and Z1 are the same to the target, which writes nothing into memory for either; Z2, Z3 and Z4 watch.
    mutating func changeBreakpoint(_ packet: inout PacketReader, isInserted: Bool) {
        _ = packet.skip(isInserted ? "Z" : "z")
        guard let number = packet.number(), packet.skip(",") else { return send(failure: .malformed) }
        // Conditions and commands may follow, which are not announced.
        guard number <= 4 else { return send("") }
        guard let (address, length) = packet.pair(), packet.isAtEnd else { return send(failure: .malformed) }
        switch number {
        case 0: changeBreakpoint(.software, address, isInserted)
        case 1: changeBreakpoint(.hardware, address, isInserted)
        case 2: changeWatchpoint(.write, address, length, isInserted)
        case 3: changeWatchpoint(.read, address, length, isInserted)
        default: changeWatchpoint(.access, address, length, isInserted)
        }
    }

    private mutating func changeBreakpoint(_ kind: BreakpointKind, _ address: UInt64, _ isInserted: Bool) {
        let index = breakpoints.firstIndex { $0.kind == kind && $0.address == address }
        if isInserted {
            if index == nil {
                guard breakpoints.count < Self.breakpointLimit else { return send(failure: .tooManyBreakpoints) }
                breakpoints.append((kind, address))
                target.addBreakpoint(address)
            }
        } else if let index {
            breakpoints.remove(at: index)
            if !breakpoints.contains(where: { $0.address == address }) { target.removeBreakpoint(address) }
        }
        send("OK")
    }

    private mutating func changeWatchpoint(
        _ kind: HartWatchpoint.Kind, _ address: UInt64, _ length: UInt64, _ isInserted: Bool
    ) {
        guard length > 0 else { return send(failure: .malformed) }
        let watchpoint = HartWatchpoint(address, count: length, kind)
        let index = watchpoints.firstIndex(of: watchpoint)
        if isInserted {
            if index == nil {
                guard watchpoints.count < Self.breakpointLimit else { return send(failure: .tooManyBreakpoints) }
                watchpoints.append(watchpoint)
                target.addWatchpoint(watchpoint)
            }
        } else if let index {
            watchpoints.remove(at: index)
            target.removeWatchpoint(watchpoint)
        }
        send("OK")
    }
}
