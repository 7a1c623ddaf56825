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
            readFeatures(&packet)
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
            "PacketSize=\(String(RSPCodec.largestBody, radix: 16));QStartNoAckMode+;qXfer:features:read+;swbreak+;hwbreak+;vContSupported+"
        )
    }

    /// `ANNEX:OFFSET,LENGTH`: a piece of a document, with `m` before it if more follows and `l` if not.
    private mutating func readFeatures(_ packet: inout PacketReader) {
        guard packet.skip("target.xml:") else { return send("E00") }
        guard let (offset, length) = packet.pair(), packet.isAtEnd else { return send(failure: .malformed) }
        let document = target.description.xml
        let start = Int(min(offset, UInt64(document.count)))
        // An escape doubles a byte.
        let end = min(start + Int(min(length, UInt64(RSPCodec.largestBody / 2 - 1))), document.count)
        send([UInt8(ascii: end < document.count ? "m" : "l")] + document[start..<end])
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

    /// `monitor …`: the command in hex, and so is the answer.
    private mutating func performCommand(_ packet: inout PacketReader) {
        guard let bytes = Hexadecimal.bytes(of: packet.rest) else { return send(failure: .malformed) }
        let command = String(decoding: bytes, as: UTF8.self)
        let words = command.split(separator: " ").joined(separator: " ")
        let text = target.perform(words) ?? "unknown command “\(words.prefix(80))”; “help” lists those that are known\n"
        send(Hexadecimal.digits(of: text.utf8.prefix(Self.memoryLimit)))
    }
}
