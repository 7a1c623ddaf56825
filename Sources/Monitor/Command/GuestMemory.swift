import TandemBus
import TandemCPU
import TandemKernel
import TandemMachine
import TandemOS

/// Memory of the guest for commands: as a hart sees it, or by physical addresses. Without side effects.
struct GuestMemory {
    let hart: Hart
    let isPhysical: Bool

    /// Bytes; an error with the first address that cannot be read.
    func bytes(at address: UInt64, count: Int) throws(CommandError) -> [UInt8] {
        if let bytes = read(address, count) { return bytes }
        // By pages, then by bytes, so that the message names the place.
        var place = address
        let end = address &+ UInt64(count)
        while place != end {
            let page = min(end &- place, 4096 - place & 0xfff)
            if read(place, Int(page)) == nil { break }
            place &+= page
        }
        while place != end, read(place, 1) != nil { place &+= 1 }
        throw CommandError(
            at: "0x" + String(place, radix: 16),
            isPhysical
                ? "nothing can be read at this physical address" : "\(hart.path) can read nothing at this address")
    }

    private func read(_ address: UInt64, _ count: Int) -> [UInt8]? {
        guard isPhysical else { return hart.readVirtual(address, count: count) }
        var bytes = [UInt8](repeating: 0, count: count)
        let moved = bytes.withUnsafeMutableBytes { data -> Int in
            guard let base = data.baseAddress else { return 0 }
            var transaction = Transaction(.read, address: address, data: base, count: count)
            return hart.bus.debugTransport(&transaction)
        }
        return moved == count ? bytes : nil
    }

    /// Writes `count` bytes to a file, piece by piece.
    func save(from address: UInt64, count: UInt64, to path: String, of command: String) throws(CommandError) {
        guard count > 0, address.addingReportingOverflow(count - 1).overflow == false else {
            throw CommandError(
                at: command, "\(count) bytes from 0x\(String(address, radix: 16)) are no range of addresses")
        }
        // The first bytes before the file: what cannot be read leaves no empty file behind.
        var piece = try bytes(at: address, count: Int(min(count, Self.pieceSize)))
        let file = try Self.telling(path) { () throws(OSError) in OpenFile(try FileDescriptor(opening: path, .create)) }
        var done: UInt64 = 0
        while true {
            try Self.telling(path) { () throws(OSError) in try file.descriptor.write(piece) }
            done += UInt64(piece.count)
            if done == count { return }
            piece = try bytes(at: address + done, count: Int(min(count - done, Self.pieceSize)))
        }
    }

    private static let pieceSize: UInt64 = 1 << 20

    /// Runs `body`, whose errors are about the file at `path`.
    static func telling<Value>(_ path: String, _ body: () throws(OSError) -> Value) throws(CommandError) -> Value {
        do throws(OSError) { return try body() } catch {
            throw CommandError(at: path, "the file cannot be written: \(error.errno)", expected: "a writable place")
        }
    }
}

/// An open file that a closure can return.
final class OpenFile {
    let descriptor: FileDescriptor
    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
}
