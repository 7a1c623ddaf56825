import TandemDevices
import TandemHost
import TandemJSON
import TandemKernel
import TandemMachine
import TandemTesting
import Testing

@testable import TandemMonitor

@Suite struct CharacterCommandTests {
    @Test("what a device has sent into a ring is read once, in either form, and the newest bytes are kept")
    func ringRead() throws {
        let ring = RingBackend(size: 8)
        let bench = try MonitorBench(
            debuggedMachine("1: j 1b"),
            lines: [.init(label: "log", place: "ringbuf:8", ring: ring), .init(label: "serial0", place: "stdio")])
        for character in "0123456789".utf8 { ring.send(character) }
        #expect(bench.type("ringbuf_read log 3") == "234\n")
        #expect(try bench.value("ringbuf-read", #"{"device":"log","size":2,"format":"base64"}"#) == "NTY=")
        #expect(bench.type("ringbuf_read log 100") == "789\n")
        #expect(bench.type("ringbuf_read log 100") == "")
    }

    @Test("what is written into a ring arrives at the device when the machine goes on")
    func ringWrite() throws {
        let ring = RingBackend(size: 16)
        let machine = try debuggedMachine("1: j 1b")
        let bench = try MonitorBench(machine, lines: [.init(label: "log", place: "ringbuf:16", ring: ring)])
        var heard: [UInt8] = []
        ring.connect(machine.simulation.inbox.register(owner: machine.simulation.root, name: "heard") { heard += $0 })
        #expect(bench.type("ringbuf_write log \"a b\"") == "")
        #expect(
            bench.ask(##"{"execute":"ringbuf-write","arguments":{"device":"log","data":"AP8=","format":"base64"}}"##)
                == #"{"return":{}}"#)
        #expect(heard.isEmpty)
        _ = machine.run(until: .microseconds(1))
        #expect(heard == Array("a b".utf8) + [0, 255])
    }

    @Test(
        "a ring that is not there, and data that are none, are refused",
        arguments: [
            ("ringbuf_read lag 1", "error: device: there is no line “lag”; did you mean “log”"),
            (
                "ringbuf_read serial0 1",
                "error: device: the line “serial0” leads to stdio; expected one that leads to ringbuf; legal are “log”"
            ),
            ("ringbuf_read log 0", "error: ringbuf-read, column 18: the argument “size” cannot be 0"),
            ("ringbuf_read log", "error: ringbuf-read: the argument “size” is missing"),
            ("ringbuf_write log A=== format=base64", "error: ringbuf-write: the data are not base64"),
            (
                "ringbuf_write log AA== format=hex",
                "error: ringbuf-write, column 24: the argument “format” cannot be “hex”"
            ),
        ])
    func refusals(line: String, answer: String) throws {
        let bench = try MonitorBench(
            debuggedMachine("1: j 1b"),
            lines: [
                .init(label: "log", place: "ringbuf:8", ring: RingBackend(size: 8)),
                .init(label: "serial0", place: "stdio"),
            ])
        let found = bench.type(line)
        #expect(found.hasPrefix(answer), "\(found)")
    }

    @Test("a line says that nobody is there, and what a slow peer has lost")
    func peers() throws {
        let machine = try debuggedMachine("1: j 1b")
        let options = try CharacterOptions(parsing: "tcp::0,server,nowait", option: "-serial")
        let link = try CharacterLink(options, option: "-serial", stop: machine.simulation.stopHandle)
        let bench = try MonitorBench(
            machine, lines: [.init(label: "serial0", place: "\(options.place)", link: link)])
        #expect(bench.type("info chardevs") == "serial0: filename=disconnected:tcp:127.0.0.1:0,server=on\n")
    }

    /// The test vectors of RFC 4648 §10, and bytes that take every digit.
    @Test(
        "base64 is what RFC 4648 says, in both directions",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(bytes: String, text: String) {
        #expect(Base64.text(of: Array(bytes.utf8)) == text)
        #expect(Base64.bytes(of: text) == Array(bytes.utf8))
    }

    @Test(
        "text that is no base64 yields nothing",
        arguments: ["Z", "Zg", "Zg=", "Z===", "====", "Zh==", "Zg==Zg==", "Z g=", "Zm9-"])
    func noBase64(text: String) { #expect(Base64.bytes(of: text) == nil) }

    @Test("random bytes come back from base64")
    func roundTrip() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        for count in 0..<100 {
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(Base64.bytes(of: Base64.text(of: bytes)) == bytes, "seed \(seed)")
        }
    }
}
