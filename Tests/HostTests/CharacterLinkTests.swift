import TandemDevices
import TandemHost
import TandemKernel
import TandemOS
import TandemTesting
import Testing

/// A serial port whose line leads to a peer that comes and goes. The simulation has nothing to do and waits for input:
/// what is tested is ordered by what was sent, not by time.
@Suite(.timeLimit(.minutes(1))) struct CharacterLinkTests {
    private let bench = SimBench()
    private let folder = Folder()
    private let base: UInt64 = 0x1000_0000

    /// A folder that lives as long as the test.
    private final class Folder {
        private let directory: TemporaryDirectory
        init() {
            guard let directory = try? TemporaryDirectory() else { preconditionFailure("no temporary folder") }
            self.directory = directory
        }
        func path(_ name: String) -> String { directory.path(of: name) }
    }

    private func connect(_ text: String) throws -> (link: CharacterLink, uart: UART16550) {
        let uart = try bench.make(UART16550.self, "uart0")
        try bench.map(uart.bus, at: base, size: 0x100)
        var options = try CharacterOptions(parsing: text, option: "-serial")
        options.id = "serial0"
        let link = try CharacterLink(options, option: "-serial", stop: bench.simulation.stopHandle)
        try uart.characters.connect(LinkedBackend(link))
        return (link, uart)
    }

    private func send(_ text: String) { for character in text.utf8 { bench.probe.write(base, character) } }

    /// Lets the simulation wait for input until `count` characters have come.
    private func receive(_ count: Int, _ uart: UART16550) -> String {
        String(decoding: receiveBytes(count, uart), as: UTF8.self)
    }

    private func receiveBytes(_ count: Int, _ uart: UART16550) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            while bench.probe.read(base + 5, as: UInt8.self) & 1 == 0 { deliver() }
            bytes.append(bench.probe.read(base, as: UInt8.self))
        }
        return bytes
    }

    /// Waits for mail and hands it over.
    private func deliver() { _ = bench.simulation.inbox.rest() }

    private func read(_ count: Int, from peer: borrowing FileDescriptor) throws -> String {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let piece = try peer.read(atMost: count - bytes.count)
            if piece.isEmpty { break }
            bytes += piece
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func address(of link: CharacterLink) throws -> SocketAddress {
        let text = try #require(link.address)
        return text.hasPrefix("/") ? .unix(path: text) : try #require(CharacterOptions.address(parsing: text))
    }

    @Test("peers of a server come and go, and each has the line for itself", arguments: ["tcp::0", "unix"])
    func server(_ kind: String) throws {
        let place = kind == "unix" ? "unix:\(folder.path("socket"))" : kind
        let (link, uart) = try connect("\(place),server,nowait")
        try link.start()
        for round in 0..<3 {
            send("nobody hears this\n")
            let peer = try Socket.connect(to: address(of: link))
            try peer.write("in \(round)")
            #expect(receive(4, uart) == "in \(round)")
            send("out \(round)\n")
            #expect(try read(6, from: peer) == "out \(round)\n")
            try peer.close()
            while link.isOpen { HostClock.pause(nanoseconds: 1_000_000) }
        }
        link.close()
        #expect(kind != "unix" || Files.exists(folder.path("socket")))
    }

    @Test("a server that waits has its first peer when it has started")
    func waiting() throws {
        let path = folder.path("socket")
        let (link, uart) = try connect("unix:\(path),server")
        let client = try HostThread(name: "peer") {
            guard let peer = try? Socket.connect(to: .unix(path: path)) else { return }
            try? peer.write("hello")
            _ = try? peer.read(atMost: 1)
        }
        try link.awaitPeer()
        try link.start()
        #expect(receive(5, uart) == "hello")
        link.close()
        client.join()
    }

    @Test(
        "a client that is refused is an error, and one that reconnects finds a server that comes later and comes back")
    func client() throws {
        let path = folder.path("socket")
        let options = try CharacterOptions(parsing: "unix:\(path)", option: "-serial")
        let error = #expect(throws: CharacterError.self) {
            _ = try CharacterLink(options, option: "-serial", stop: bench.simulation.stopHandle)
        }
        #expect(error?.description.contains("reconnect=SECONDS") == true)
        let (link, uart) = try connect("unix:\(path),reconnect-ms=5")
        try link.start()
        for round in 0..<2 {
            let listener = try SocketListener(.unix(path: path))
            let peer = try listener.accept()
            try peer.write("in \(round)")
            #expect(receive(4, uart) == "in \(round)")
        }
        link.close()
    }

    @Test("a pseudo terminal is a line without echo, for whoever opens it")
    func pseudoTerminal() throws {
        let (link, uart) = try connect("pty")
        try link.start()
        let path = try #require(link.address)
        for round in 0..<2 {
            send("nobody hears this\n")
            let terminal = try FileDescriptor(opening: path, .readWrite)
            try terminal.write("\r\u{3} \(round)")
            #expect(receive(4, uart) == "\r\u{3} \(round)")
            send("ok\r\n")
            #expect(try read(4, from: terminal) == "ok\r\n")
            try terminal.close()
            while link.isOpen { HostClock.pause(nanoseconds: 1_000_000) }
        }
        link.close()
    }

    @Test("telnet is taken out of what comes, and put into what goes")
    func telnet() throws {
        let (link, uart) = try connect("telnet::0,server,nowait")
        try link.start()
        let peer = try Socket.connect(to: address(of: link))
        #expect(try read(12, from: peer).utf8.count > 0)
        try peer.write([255, 253, 1, 0x61, 255, 255, 0x62, 13, 0])
        #expect(receiveBytes(4, uart) == [0x61, 255, 0x62, 13])
        bench.probe.write(base, UInt8(0xFF))
        send("\n")
        #expect(try Array(peer.read(atMost: 3)) == [255, 255, 10])
        link.close()
    }

    @Test("a file takes what is sent, and another gives what is received, to their ends")
    func file() throws {
        let (input, output) = (folder.path("in"), folder.path("out"))
        try Files.write(Array("typed".utf8), to: input)
        try Files.write(Array("before ".utf8), to: output)
        let (link, uart) = try connect("file:\(output),append=on,input-path=\(input)")
        try link.start()
        #expect(receive(5, uart) == "typed")
        send("after\nno end")
        link.close()
        #expect(String(decoding: try Files.read(output), as: UTF8.self) == "before after\nno end")
    }

    @Test("a slow peer loses what does not fit, and the loss is counted; the simulation never waits")
    func drop() throws {
        let (link, _) = try connect("unix:\(folder.path("socket")),server,nowait")
        try link.start()
        let peer = try Socket.connect(to: address(of: link))
        while !link.isOpen { HostClock.pause(nanoseconds: 1_000_000) }
        let sent = 4 << 20
        for _ in 0..<sent { link.send(0x41) }
        let lost = link.lost
        #expect(lost > 0)
        link.send(UInt8(ascii: "\n"))
        let end = try HostThread(name: "close") { [box = LinkBox(link)] in box.link.close() }
        var received = 0
        while true {
            let bytes = try peer.read(atMost: 65536)
            if bytes.isEmpty { break }
            received += bytes.count
        }
        end.join()
        #expect(received + Int(link.lost) == sent + 1)
    }

    @Test("with overflow=wait nothing is lost to a slow peer")
    func wait() throws {
        let path = folder.path("socket")
        let (link, _) = try connect("unix:\(path),server,overflow=wait")
        let sent = 1 << 20
        let client = try HostThread(name: "peer") {
            guard let peer = try? Socket.connect(to: .unix(path: path)) else { return }
            var received = 0
            while let bytes = try? peer.read(atMost: 4096), !bytes.isEmpty { received += bytes.count }
            precondition(received == sent)
        }
        try link.awaitPeer()
        try link.start()
        for _ in 0..<sent { link.send(0x41) }
        link.close()
        client.join()
        #expect(link.lost == 0)
    }

    @Test("a peer that sends more than a device takes is made to wait, and nothing is lost")
    func flood() throws {
        let path = folder.path("socket")
        let (link, uart) = try connect("unix:\(path),server,nowait")
        try link.start()
        let text = (0..<20_000).map { "\($0)," }.joined()
        let client = try HostThread(name: "peer") {
            guard let peer = try? Socket.connect(to: .unix(path: path)) else { return }
            try? peer.write(text)
        }
        #expect(receive(text.utf8.count, uart) == text)
        client.join()
        link.close()
    }

    @Test("what the host refuses is an error that names the place")
    func refused() throws {
        for text in ["file:/nonexistent/out", "tcp:1.2.3:0,server", "unix:/nonexistent/socket,server"] {
            let options = try CharacterOptions(parsing: text, option: "-serial")
            let error = #expect(throws: CharacterError.self) {
                _ = try CharacterLink(options, option: "-serial", stop: bench.simulation.stopHandle)
            }
            #expect(error?.description.hasPrefix("-serial: ") == true, "\(error?.description ?? "")")
        }
    }
}

/// A link that one test hands from one thread to another, which use it one after the other.
private final class LinkBox: @unchecked Sendable {
    let link: CharacterLink
    init(_ link: CharacterLink) { self.link = link }
}

@Suite struct RingBackendTests {
    @Test("a ring keeps the newest bytes")
    func ring() {
        let ring = RingBackend(size: 4)
        for byte in "abcdef".utf8 { ring.send(byte) }
        #expect(ring.take(atMost: 2) == Array("cd".utf8))
        for byte in "gh".utf8 { ring.send(byte) }
        #expect(ring.take(atMost: 100) == Array("efgh".utf8))
        #expect(ring.take(atMost: 100) == [])
    }
}
