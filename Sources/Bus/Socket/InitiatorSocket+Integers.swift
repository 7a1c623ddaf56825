public import TandemKernel

/// An access whose response is an error, for initiators that do not expect one.
public struct AccessError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The path of the socket that made the access.
    public let initiator: String
    public let command: Command
    public let address: UInt64
    /// Length in bytes.
    public let count: Int
    public let response: Response

    public var description: String {
        "\(initiator): a \(command) of \(count) bytes at \(hexadecimal(address)) was answered \(response)"
    }

    @usableFromInline @inline(never) init(
        _ socket: InitiatorSocket, _ command: Command, _ address: UInt64, _ count: Int, _ response: Response
    ) {
        initiator = socket.path
        self.command = command
        self.address = address
        self.count = count
        self.response = response
    }
}

/// Accesses of one integer, for initiators that are written by hand. They are transactions like any other.
extension InitiatorSocket {
    /// Reads an integer of `type` that stands little-endian at `address`. The latency is added to `delay`.
    @inlinable public func read<Value: FixedWidthInteger>(
        _ type: Value.Type, at address: UInt64, delay: inout SimTime
    ) throws(AccessError) -> Value {
        var value: Value = 0
        let response = access(.read, &value, at: address, delay: &delay)
        if response.isError { throw AccessError(self, .read, address, Value.bitWidth / 8, response) }
        return Value(littleEndian: value)
    }

    /// Writes `value` little-endian to `address`. The latency is added to `delay`.
    @inlinable public func write<Value: FixedWidthInteger>(
        _ value: Value, at address: UInt64, delay: inout SimTime
    ) throws(AccessError) {
        var bytes = value.littleEndian
        let response = access(.write, &bytes, at: address, delay: &delay)
        if response.isError { throw AccessError(self, .write, address, Value.bitWidth / 8, response) }
    }

    @inlinable func access<Value: FixedWidthInteger>(
        _ command: Command, _ value: inout Value, at address: UInt64, delay: inout SimTime
    ) -> Response {
        withUnsafeMutableBytes(of: &value) { bytes in
            guard let data = bytes.baseAddress else { return .burstError }
            var transaction = Transaction(command, address: address, data: data, count: bytes.count)
            transport(&transaction, delay: &delay)
            return transaction.response
        }
    }
}
