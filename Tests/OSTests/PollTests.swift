import Glibc
import Synchronization
import TandemOS
import Testing

@Suite("Poll, signals and threads")
struct PollTests {
    @Test("a wait tells which descriptors are ready, and for what")
    func readiness() throws {
        let poll = try Poll()
        let pipe = try Pipe()
        var entries = [Poll.Entry(pipe.reading.number), Poll.Entry(pipe.writing.number, .writable), Poll.Entry(-1)]
        #expect(try !poll.wait(&entries))
        #expect(entries.map(\.ready) == [[], .writable, []])
        try pipe.writing.write("x")
        #expect(try !poll.wait(&entries))
        #expect(entries.map(\.ready) == [.readable, .writable, []])
    }

    @Test("a wait without anything to come ends with its time")
    func timeout() throws {
        let poll = try Poll()
        var entries: [Poll.Entry] = []
        for milliseconds in [0, 1] { #expect(try !poll.wait(&entries, milliseconds: milliseconds)) }
    }

    @Test("a wake-up ends the wait, whether it comes before or meanwhile")
    func wakeUp() throws {
        let poll = try Poll()
        var entries: [Poll.Entry] = []
        for _ in 0..<100_000 { poll.wakeUp() }
        #expect(try poll.wait(&entries))
        #expect(try !poll.wait(&entries, milliseconds: 0))
        let thread = try HostThread(name: "a name that is too long") { poll.wakeUp() }
        #expect(try poll.wait(&entries))
        thread.join()
    }

    @Test("a flag notes its signals and makes its descriptor readable")
    func flag() async {
        await #expect(processExitsWith: .success) {
            letSignalsIn()
            let poll = try Poll()
            for round in 0..<3 {
                let flag = try SignalFlag([.user1, .interrupt])
                var entries = [Poll.Entry(flag.descriptor)]
                try poll.wait(&entries, milliseconds: 0)
                #expect(entries[0].ready == [])
                #expect(flag.count == 0 && flag.last == nil)
                Signal.user1.raise()
                Signal.interrupt.raise()
                try poll.wait(&entries)
                #expect(entries[0].ready == .readable)
                #expect(flag.count == 2, "round \(round)")
                #expect(flag.last == .interrupt)
            }
        }
    }

    @Test("a flag that is cleared can be waited for again")
    func clearedFlag() async {
        await #expect(processExitsWith: .success) {
            letSignalsIn()
            let poll = try Poll()
            let flag = try SignalFlag([.windowChanged])
            for _ in 0..<3 {
                Signal.windowChanged.raise()
                Signal.windowChanged.raise()
                var entries = [Poll.Entry(flag.descriptor)]
                try poll.wait(&entries)
                #expect(flag.count == 2)
                flag.clear()
                try poll.wait(&entries, milliseconds: 0)
                #expect(entries[0].ready == [] && flag.count == 0 && flag.last == nil)
            }
        }
    }

    @Test("a signal to the process ends the wait of the thread that was there first")
    func signalDuringWait() async {
        await #expect(processExitsWith: .success) {
            letSignalsIn()
            let flag = try SignalFlag([.terminate])
            let poll = try Poll()
            let thread = try HostThread(name: "sender") { kill(getpid(), SIGTERM) }
            var entries = [Poll.Entry(flag.descriptor)]
            try poll.wait(&entries)
            thread.join()
            #expect(flag.last == .terminate)
        }
    }

    @Test("a signal without a flag does what it always did")
    func released() async {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            letSignalsIn()
            do {
                let flag = try SignalFlag([.terminate])
                Signal.terminate.raise()
                precondition(flag.count == 1)
            }
            Signal.terminate.raise()
        }
    }

    @Test("a thread runs its body before it is joined")
    func thread() throws {
        let sum = Mutex(0)
        let box = MutexBox()
        let threads = try (1...4).map { number in
            try HostThread(name: "adder \(number)") { box.sum.withLock { $0 += number } }
        }
        for thread in threads { thread.join() }
        sum.withLock { $0 = box.sum.withLock { $0 } }
        #expect(sum.withLock { $0 } == 10)
    }
}

private final class MutexBox: Sendable {
    let sum = Mutex(0)
}

@Suite("Socket")
struct SocketTests {
    @Test("a connection over TCP or a Unix socket carries bytes both ways, and ends", arguments: [0, 1, 2])
    func connection(_ kind: Int) throws {
        let directory = try TemporaryDirectory()
        let address: SocketAddress =
            switch kind {
            case 0: .tcp(port: 0)
            case 1: .tcp(host: "localhost", port: 0)
            default: .unix(path: directory.path(of: "socket"))
            }
        let listener = try SocketListener(address)
        let client = try Socket.connect(to: listener.address)
        let server = try listener.accept()
        try client.write("hello")
        #expect(try server.read(atMost: 5) == Array("hello".utf8))
        try server.write("world")
        #expect(try client.read(atMost: 5) == Array("world".utf8))
        try client.close()
        #expect(try server.read(atMost: 1) == [])
        // The second write meets a reset; no signal comes of it.
        let error = #expect(throws: OSError.self) { for _ in 0..<100 { try server.write("nobody") } }
        #expect(error.map { $0.errno == .brokenPipe || $0.errno.rawValue == ECONNRESET } == true)
    }

    @Test("the name of a Unix socket goes with it, and one that is left over is taken over")
    func names() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "socket")
        do {
            let listener = try SocketListener(.unix(path: path))
            #expect(Files.exists(path))
            let error = #expect(throws: OSError.self) { _ = try SocketListener(.unix(path: path)) }
            #expect(error?.description == "bind of '\(path)' failed: address already in use (EADDRINUSE)")
            _ = listener.address
        }
        #expect(!Files.exists(path))
    }

    @Test("what is no address, or has nobody listening, is an error")
    func errors() throws {
        let directory = try TemporaryDirectory()
        let long = directory.path(of: String(repeating: "x", count: 200))
        for address in [SocketAddress.tcp(host: "not.digits", port: 1), .unix(path: ""), .unix(path: long)] {
            #expect(throws: OSError.self) { _ = try SocketListener(address) }
        }
        let port: UInt16
        do {
            let listener = try SocketListener(.tcp(port: 0))
            guard case .tcp(_, let chosen) = listener.address else { return }
            port = chosen
        }
        let error = #expect(throws: OSError.self) { _ = try Socket.connect(to: .tcp(port: port)) }
        #expect(error?.description == "connect of '127.0.0.1:\(port)' failed: connection refused (ECONNREFUSED)")
    }
}
