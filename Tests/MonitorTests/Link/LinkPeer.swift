import TandemOS

/// Somebody at the other end of a socket or a terminal: sends, and reads until what is awaited has come.
struct LinkPeer: ~Copyable {
    struct NeverCame: Error { let text: String }

    let descriptor: FileDescriptor
    private var heard: [UInt8] = []

    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    func send(_ text: String) throws { try descriptor.write(Array(text.utf8)) }

    /// Reads until `text` has come; what came with it.
    mutating func await(_ text: String) throws -> String {
        while true {
            let all = String(decoding: heard, as: UTF8.self)
            if all.contains(text) {
                heard = []
                return all
            }
            // A net for a hang, far above what any answer takes.
            var entries = [Poll.Entry(descriptor.number)]
            try Poll().wait(&entries, milliseconds: 60_000)
            let bytes = entries[0].ready.isEmpty ? [] : try descriptor.read(atMost: 4096)
            if bytes.isEmpty { throw NeverCame(text: "“\(text)” never came, but: \(all.suffix(400))") }
            heard += bytes
        }
    }

    /// Negotiates with a monitor for programs.
    mutating func negotiate() throws {
        _ = try self.await("\"QMP\"")
        try send("{\"execute\":\"qmp_capabilities\"}\n")
        _ = try self.await("return")
    }
}
