import TandemHost
import TandemOS
import Testing

@Suite struct CharacterOptionsTests {
    @Test(
        "the short form names every place",
        arguments: [
            ("null", CharacterOptions(.null)),
            ("stdio", CharacterOptions(.standardStreams, overflow: .wait)),
            ("mon:stdio", CharacterOptions(.standardStreams, isShared: true, overflow: .wait)),
            ("pty", CharacterOptions(.pseudoTerminal)),
            ("ringbuf", CharacterOptions(.ring(size: 65536))), ("ringbuf:4k", CharacterOptions(.ring(size: 4096))),
            ("file:a b.txt", CharacterOptions(.file(output: "a b.txt", appends: false, input: nil), overflow: .wait)),
            (
                "file:out,append=on,input-path=in",
                CharacterOptions(.file(output: "out", appends: true, input: "in"), overflow: .wait)
            ),
            ("tcp::4000,server,nowait", CharacterOptions(.server(.tcp(port: 4000), waits: false))),
            (
                "tcp:127.0.0.1:4000,server=on,wait=off",
                CharacterOptions(.server(.tcp(host: "127.0.0.1", port: 4000), waits: false))
            ),
            ("tcp:[::1]:4000,server", CharacterOptions(.server(.tcp(host: "::1", port: 4000), waits: true))),
            ("tcp:localhost:1,reconnect=2", CharacterOptions(.client(.tcp(host: "localhost", port: 1), retry: 2000))),
            ("unix:/tmp/x,reconnect-ms=50", CharacterOptions(.client(.unix(path: "/tmp/x"), retry: 50))),
            ("telnet::0,server,nowait", CharacterOptions(.server(.tcp(port: 0), waits: false), isTelnet: true)),
            (
                "mon:telnet::0,server,nowait,overflow=wait",
                CharacterOptions(.server(.tcp(port: 0), waits: false), isTelnet: true, isShared: true, overflow: .wait)
            ),
        ])
    func short(_ text: String, _ options: CharacterOptions) throws {
        #expect(try CharacterOptions(parsing: text, option: "-serial") == options)
    }

    @Test(
        "the long form declares a line with an id",
        arguments: [
            ("null,id=n", CharacterOptions(id: "n", .null)),
            ("stdio,id=s,mux=on", CharacterOptions(id: "s", .standardStreams, isShared: true, overflow: .wait)),
            ("ringbuf,id=r,size=1M", CharacterOptions(id: "r", .ring(size: 1 << 20))),
            (
                "socket,id=a.b-c_1,host=::1,port=7,server=on,wait=off,telnet=on",
                CharacterOptions(id: "a.b-c_1", .server(.tcp(host: "::1", port: 7), waits: false), isTelnet: true)
            ),
            ("socket,path=/tmp/s,id=u", CharacterOptions(id: "u", .client(.unix(path: "/tmp/s"), retry: nil))),
            (
                "file,id=f,path=out,overflow=drop",
                CharacterOptions(id: "f", .file(output: "out", appends: false, input: nil), overflow: .drop)
            ),
        ])
    func long(_ text: String, _ options: CharacterOptions) throws {
        #expect(try CharacterOptions(parsingDeclaration: text) == options)
    }

    @Test(
        "what cannot be understood is an error that says what is legal",
        arguments: [
            ("stdoi", "did you mean “stdio”"), ("file:", "file:PATH"), ("tcp:4000", "[HOST]:PORT"),
            ("tcp::99999,server", "[HOST]:PORT"), ("tcp::1,nowait", "only a server waits"),
            ("tcp::1,server,reconnect=1", "a server cannot reconnect"), ("tcp::1,server,wait,nowait", "one of them"),
            ("tcp::1,server=maybe", "legal are “on” and “off”"), ("tcp::1,servre", "did you mean “server”"),
            ("tcp::1,reconnect=-1", "a number"), ("ringbuf:3", "a power of two"), ("ringbuf:x", "a power of two"),
            ("pty,overflow=never", "drop"), ("stdio,telnet=on", "does not know “telnet=on”"),
        ])
    func mistakes(_ text: String, _ hint: String) {
        let error = #expect(throws: CharacterError.self) { try CharacterOptions(parsing: text, option: "-serial") }
        #expect(error?.description.contains(hint) == true, "\(error?.description ?? "")")
        #expect(error?.description.hasPrefix("-serial: ") == true, "\(error?.description ?? "")")
    }

    @Test(
        "a declaration that lacks something says what",
        arguments: [
            ("null", "id=NAME"), ("null,id=", "id=NAME"), ("null,id=a b", "id=NAME"), ("sokcet,id=a", "“socket”"),
            ("socket,id=a", "port="), ("socket,id=a,port=x", "65535"), ("file,id=a", "path="), ("pty,id=a,x", "“x”"),
        ])
    func incomplete(_ text: String, _ hint: String) {
        let error = #expect(throws: CharacterError.self) { try CharacterOptions(parsingDeclaration: text) }
        #expect(error?.description.contains(hint) == true, "\(error?.description ?? "")")
    }
}
