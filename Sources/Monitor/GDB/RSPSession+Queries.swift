/// Packets that begin with `q` or `Q`: what the stub can do and what there is.
extension RSPSession {
    /// Threads named in one answer.
    private static let threadsInAList = 1024

    mutating func answerQuery(_ packet: inout PacketReader) {
        if packet.skip("qSupported") {
            negotiate(&packet)
        } else if packet.skip("QStartNoAckMode") {
            send("OK")
            acknowledges = false
        } else if packet.skip("qXfer:features:read:") {
            readDocument(&packet, annex: "target.xml:", target.description.xml)
        } else if packet.skip("qXfer:memory-map:read:") {
            readDocument(&packet, annex: ":", memoryMap)
        } else if packet.skip("qXfer:threads:read:") {
            readDocument(&packet, annex: ":", threadList)
        } else if packet.skip("qqemu.PhyMemMode") {
            send(usesPhysicalMemory ? "1" : "0")
        } else if packet.skip("Qqemu.PhyMemMode:") {
            choosePhysicalMemory(&packet)
        } else if packet.skip("qfThreadInfo") {
            listedThread = 0
            listThreads()
        } else if packet.skip("qsThreadInfo") {
            listThreads()
        } else if packet.skip("qThreadExtraInfo,") {
            describeThread(&packet)
        } else if packet.skip("qAttached") {
            // The guest was there before the debugger: at its end the debugger leaves it alone.
            send("1")
        } else if packet.skip("qRcmd,") {
            performCommand(&packet)
        } else if packet.skip("qC") && packet.isAtEnd {
            send("QC\(String(generalThread + 1, radix: 16))")
        } else {
            send("")
        }
    }

    private mutating func negotiate(_ packet: inout PacketReader) {
        _ = packet.skip(":")
        while !packet.isAtEnd {
            let feature = packet.word(before: ";")
            if feature.elementsEqual("swbreak+".utf8) { understandsSoftwareStops = true }
            if feature.elementsEqual("hwbreak+".utf8) { understandsHardwareStops = true }
        }
        send(
            "PacketSize=\(String(RSPCodec.largestBody, radix: 16));QStartNoAckMode+;qXfer:features:read+;"
                + "qXfer:memory-map:read+;qXfer:threads:read+;swbreak+;hwbreak+;vContSupported+"
        )
    }

    /// `ANNEX:OFFSET,LENGTH`: a piece of a document, with `m` before it if more follows and `l` if not.
    private mutating func readDocument(_ packet: inout PacketReader, annex: StaticString, _ document: [UInt8]) {
        guard packet.skip(annex) else { return send("E00") }
        guard let (offset, length) = packet.pair(), packet.isAtEnd else { return send(failure: .malformed) }
        let start = Int(min(offset, UInt64(document.count)))
        // An escape doubles a byte.
        let end = min(start + Int(min(length, UInt64(RSPCodec.largestBody / 2 - 1))), document.count)
        send([UInt8(ascii: end < document.count ? "m" : "l")] + document[start..<end])
    }

    /// What cannot be written, so that the debugger chooses hardware breakpoints there; all the rest counts as RAM, for
    /// virtual addresses are not known to be anything ("Debugging with GDB", "Memory Map Format").
    private var memoryMap: [UInt8] {
        var text = """
            <?xml version="1.0"?>
            <!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" \
            "http://sourceware.org/gdb/gdb-memory-map.dtd">
            <memory-map>

            """
        func add(_ type: String, _ first: UInt64, _ last: UInt64) {
            text += "<memory type=\"\(type)\" start=\"0x\(String(first, radix: 16))\" "
            text += "length=\"0x\(String(last &- first &+ 1, radix: 16))\"/>\n"
        }
        let top = target.description.xlen == 32 ? UInt64(UInt32.max) : .max
        var next: UInt64? = 0
        for range in target.readOnlyMemory where range.upperBound <= top {
            guard let first = next, first <= range.lowerBound else { continue }
            if first < range.lowerBound { add("ram", first, range.lowerBound - 1) }
            add("rom", range.lowerBound, range.upperBound)
            next = range.upperBound < top ? range.upperBound + 1 : nil
        }
        // A length of 2⁶⁴ cannot be said: the last byte is left out.
        if let next { add("ram", next, next == 0 && top == .max ? top - 1 : top) }
        return Array((text + "</memory-map>\n").utf8)
    }

    private var threadList: [UInt8] {
        var text = "<?xml version=\"1.0\"?>\n<threads>\n"
        for thread in 0..<target.threadCount {
            let summary = target.summary(of: thread)
            let name = summary.prefix { $0 != "," }
            text += "<thread id=\"\(String(thread + 1, radix: 16))\" core=\"\(thread)\" name=\"\(name)\">"
            text += "\(summary)</thread>\n"
        }
        return Array((text + "</threads>\n").utf8)
    }

    private mutating func choosePhysicalMemory(_ packet: inout PacketReader) {
        guard let mode = packet.number(), mode <= 1, packet.isAtEnd else { return send(failure: .malformed) }
        usesPhysicalMemory = mode == 1
        send("OK")
    }

    private mutating func listThreads() {
        let end = min(listedThread + Self.threadsInAList, target.threadCount)
        guard listedThread < end else { return send("l") }
        let numbers = (listedThread..<end).map { String($0 + 1, radix: 16) }
        listedThread = end
        send("m" + numbers.joined(separator: ","))
    }

    private mutating func describeThread(_ packet: inout PacketReader) {
        guard let number = packet.number(), packet.isAtEnd, number > 0, number <= UInt64(target.threadCount) else {
            return send(failure: .noSuchThread)
        }
        send(Hexadecimal.digits(of: target.summary(of: Int(number) - 1).utf8))
    }

    /// `monitor …`: the command in hex, and so is what it prints. Of a long text, all but the end goes before, in packets of
    /// its own. An empty answer would say that there are no such commands.
    private mutating func performCommand(_ packet: inout PacketReader) {
        guard let bytes = Hexadecimal.bytes(of: packet.rest) else { return send(failure: .malformed) }
        let command = String(decoding: bytes, as: UTF8.self)
        guard let text = target.perform(command) else { return send("") }
        var rest = Array(text.utf8)[...]
        while rest.count > Self.memoryLimit {
            send([UInt8(ascii: "O")] + Hexadecimal.digits(of: rest.prefix(Self.memoryLimit)))
            rest = rest.dropFirst(Self.memoryLimit)
        }
        if rest.isEmpty { send("OK") } else { send(Hexadecimal.digits(of: rest)) }
    }
}
