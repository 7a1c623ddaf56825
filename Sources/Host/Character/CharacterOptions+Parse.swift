import TandemKernel
public import TandemOS

extension CharacterOptions {
    /// What the short form may begin with.
    public static let shortForms = [
        "stdio", "mon:PLACE", "null", "file:PATH", "tcp:[HOST]:PORT", "telnet:[HOST]:PORT", "unix:PATH", "pty",
        "ringbuf[:SIZE]",
    ]
    /// The kinds of the long form.
    public static let kinds = ["null", "stdio", "file", "socket", "pty", "ringbuf"]

    /// Reads the short form, `tcp::4000,server,nowait`, which was given to `option`.
    public init(parsing text: String, option: String) throws(CharacterError) {
        var fields = Fields(text, option)
        var head = fields.head
        let isShared = head.hasPrefix("mon:")
        if isShared { head = String(head.dropFirst(4)) }
        let (kind, rest) = Self.divide(head)
        switch (kind, rest) {
        case ("null", nil): self.init(.null)
        case ("stdio", nil): self.init(.standardStreams, overflow: .wait)
        case ("pty", nil): self.init(.pseudoTerminal)
        case ("ringbuf", let size): self.init(.ring(size: try Self.ringSize(size ?? "64k", fields)))
        case ("file", let path?) where !path.isEmpty:
            self.init(
                .file(output: path, appends: try fields.takeFlag("append") ?? false, input: fields.take("input-path")),
                overflow: .wait)
        case ("tcp", let place?), ("telnet", let place?):
            let isTelnet = try fields.takeFlag("telnet") ?? (kind == "telnet")
            self.init(try fields.takeRole(at: try Self.address(place, fields)), isTelnet: isTelnet)
        case ("unix", let path?) where !path.isEmpty:
            let isTelnet = try fields.takeFlag("telnet") ?? false
            self.init(try fields.takeRole(at: .unix(path: path)), isTelnet: isTelnet)
        default:
            let near = ["stdio", "mon:", "null", "file:", "tcp:", "telnet:", "unix:", "pty", "ringbuf"]
            throw CharacterError(
                at: option, "there is no place “\(head)”", choices: Self.shortForms,
                nearest: near.nearest(to: kind + (rest == nil ? "" : ":")))
        }
        self.isShared = isShared
        if let overflow = try fields.takeOverflow() { self.overflow = overflow }
        try fields.finish()
    }

    /// Reads the long form, `socket,id=serial,host=127.0.0.1,port=4000,server=on,wait=off`, of `-chardev`.
    public init(parsingDeclaration text: String) throws(CharacterError) {
        var fields = Fields(text, "-chardev")
        guard let id = fields.take("id"), Self.isName(id) else {
            throw CharacterError(
                at: "-chardev", "“\(text)” has no id", expected: "id=NAME, of letters, digits, “-”, “.” and “_”")
        }
        switch fields.head {
        case "null": self.init(.null)
        case "stdio": self.init(.standardStreams, overflow: .wait)
        case "pty": self.init(.pseudoTerminal)
        case "ringbuf": self.init(.ring(size: try Self.ringSize(fields.take("size") ?? "64k", fields)))
        case "file":
            let path = try fields.require("path")
            self.init(
                .file(output: path, appends: try fields.takeFlag("append") ?? false, input: fields.take("input-path")),
                overflow: .wait)
        case "socket":
            let address: SocketAddress
            if let path = fields.take("path") {
                address = .unix(path: path)
            } else {
                let port = try fields.require("port")
                guard let number = UInt16(port) else {
                    throw CharacterError(at: "-chardev", "port cannot be “\(port)”", expected: "a number up to 65535")
                }
                address = .tcp(host: fields.take("host") ?? "", port: number)
            }
            let isTelnet = try fields.takeFlag("telnet") ?? false
            self.init(try fields.takeRole(at: address), isTelnet: isTelnet)
        default:
            throw CharacterError(
                at: "-chardev", "there is no kind “\(fields.head)”", choices: Self.kinds,
                nearest: Self.kinds.nearest(to: fields.head))
        }
        self.id = id
        isShared = try fields.takeFlag("mux") ?? false
        if let overflow = try fields.takeOverflow() { self.overflow = overflow }
        try fields.finish()
    }

    /// `HOST:PORT`, `[IPv6]:PORT` or `:PORT`, which is on this machine.
    public static func address(parsing text: String) -> SocketAddress? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return .tcp(host: String(host), port: port)
    }

    private static func address(_ text: String, _ fields: Fields) throws(CharacterError) -> SocketAddress {
        guard let address = address(parsing: text) else {
            throw CharacterError(
                at: fields.option, "“\(text)” is no TCP address", expected: "[HOST]:PORT, such as 127.0.0.1:4000")
        }
        return address
    }

    private static func ringSize(_ text: String, _ fields: Fields) throws(CharacterError) -> Int {
        guard let size = (try? ByteSize(parsing: text))?.bytes, (1...(1 << 30)).contains(size), size & (size - 1) == 0
        else {
            throw CharacterError(
                at: fields.option, "the size of a ring buffer cannot be “\(text)”",
                expected: "a power of two up to 1G, such as 64k")
        }
        return Int(size)
    }

    private static func divide(_ text: String) -> (String, String?) {
        guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

/// `HEAD,name=value,flag,…`, from which fields are taken; what is left at the end is a mistake.
private struct Fields {
    let option: String
    let head: String
    private var fields: [(name: String, value: String?)] = []
    /// The names that were asked for: the legal ones.
    private var known: [String] = []

    init(_ text: String, _ option: String) {
        self.option = option
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        head = parts[0]
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: "=") else {
                fields.append((part, nil))
                continue
            }
            fields.append((String(part[..<equals]), String(part[part.index(after: equals)...])))
        }
    }

    mutating func take(_ name: String) -> String? {
        known.append(name)
        guard let index = fields.firstIndex(where: { $0.name == name && $0.value != nil }) else { return nil }
        return fields.remove(at: index).value
    }

    mutating func require(_ name: String) throws(CharacterError) -> String {
        guard let value = take(name), !value.isEmpty else {
            throw CharacterError(at: option, "“\(head)” needs \(name)=…")
        }
        return value
    }

    /// `server`, `server=on` and `server=off`; nothing where it is not said.
    mutating func takeFlag(_ name: String) throws(CharacterError) -> Bool? {
        known.append(name)
        guard let index = fields.firstIndex(where: { $0.name == name }) else { return nil }
        let value = fields.remove(at: index).value
        switch value {
        case nil, "on", "yes", "true": return true
        case "off", "no", "false": return false
        case let other?:
            throw CharacterError(at: option, "\(name) cannot be “\(other)”", choices: ["on", "off"])
        }
    }

    /// Who listens, and who waits for whom.
    mutating func takeRole(at address: SocketAddress) throws(CharacterError) -> CharacterPlace {
        let isServer = try takeFlag("server") ?? false
        let wait = try takeFlag("wait")
        let nowait = try takeFlag("nowait")
        let retry = take("reconnect")
        let retryMilliseconds = take("reconnect-ms")
        if isServer {
            if retry != nil || retryMilliseconds != nil {
                throw CharacterError(at: option, "a server cannot reconnect", expected: "server or reconnect")
            }
            if wait != nil, nowait != nil {
                throw CharacterError(at: option, "wait and nowait are both given", expected: "one of them")
            }
            return .server(address, waits: wait ?? nowait.map { !$0 } ?? true)
        }
        if wait != nil || nowait != nil {
            throw CharacterError(at: option, "only a server waits", expected: "server, or neither wait nor nowait")
        }
        guard let text = retryMilliseconds ?? retry else { return .client(address, retry: nil) }
        guard let number = Int(text), (0...3_600_000).contains(number) else {
            throw CharacterError(at: option, "reconnect cannot be “\(text)”", expected: "a number, 0 for never")
        }
        let milliseconds = retryMilliseconds == nil ? number * 1000 : number
        return .client(address, retry: milliseconds == 0 ? nil : milliseconds)
    }

    mutating func takeOverflow() throws(CharacterError) -> OverflowPolicy? {
        guard let text = take("overflow") else { return nil }
        guard let policy = OverflowPolicy(rawValue: text) else {
            throw CharacterError(
                at: option, "overflow cannot be “\(text)”", choices: OverflowPolicy.allCases.map(\.rawValue))
        }
        return policy
    }

    func finish() throws(CharacterError) {
        guard let surplus = fields.first else { return }
        let text = surplus.name + (surplus.value.map { "=\($0)" } ?? "")
        throw CharacterError(
            at: option, "“\(head)” does not know “\(text)”, or was given it twice", choices: known,
            nearest: known.nearest(to: surplus.name))
    }
}
