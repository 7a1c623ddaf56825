/// A value that a channel can write to a snapshot. Numbers, `Bool`, `SimTime`, `String` and logic values are such;
/// a raw-representable enumeration of one of them needs only to say so. `SnapshotPayload` serves as well.
public protocol ChannelValue {
    func encode(to writer: inout SnapshotWriter)
    init(from reader: inout SnapshotReader) throws(SnapshotError)
}

extension SnapshotWriter {
    /// Writes a value of `channel`, if its type allows that.
    mutating func write<Value>(_ value: Value, of channel: Channel) throws(SnapshotError) {
        if let value = value as? any ChannelValue {
            value.encode(to: &self)
        } else if let value = value as? any SnapshotPayload {
            value.encode(to: &self)
        } else {
            throw SnapshotError(
                at: channel.path, "its values of the type \(Value.self) cannot be written to a snapshot",
                expected: "a type that is a “ChannelValue” or a “SnapshotPayload”")
        }
    }
}

extension SnapshotReader {
    /// Reads a value of `channel`.
    mutating func read<Value>(_ type: Value.Type, of channel: Channel) throws(SnapshotError) -> Value {
        var value: Any?
        if let type = Value.self as? any ChannelValue.Type {
            value = try type.init(from: &self)
        } else if let type = Value.self as? any SnapshotPayload.Type {
            value = try type.init(from: &self)
        }
        guard let value = value as? Value else {
            throw error("values of the type \(Value.self) cannot be read from a snapshot")
        }
        return value
    }
}

extension ChannelValue where Self: FixedWidthInteger {
    public func encode(to writer: inout SnapshotWriter) { writer.write(self) }
    public init(from reader: inout SnapshotReader) throws(SnapshotError) { self = try reader.read(Self.self) }
}

extension ChannelValue where Self: RawRepresentable, RawValue: ChannelValue {
    public func encode(to writer: inout SnapshotWriter) { rawValue.encode(to: &writer) }
    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        guard let value = Self(rawValue: try RawValue(from: &reader)) else {
            throw reader.error("there is no such value of the type \(Self.self)")
        }
        self = value
    }
}

extension Int: ChannelValue {}
extension Int8: ChannelValue {}
extension Int16: ChannelValue {}
extension Int32: ChannelValue {}
extension Int64: ChannelValue {}
extension UInt: ChannelValue {}
extension UInt8: ChannelValue {}
extension UInt16: ChannelValue {}
extension UInt32: ChannelValue {}
extension UInt64: ChannelValue {}
extension Logic: ChannelValue {}

extension Bool: ChannelValue {
    public func encode(to writer: inout SnapshotWriter) { writer.write(self) }
    public init(from reader: inout SnapshotReader) throws(SnapshotError) { self = try reader.read(Bool.self) }
}

extension Double: ChannelValue {
    public func encode(to writer: inout SnapshotWriter) { writer.write(bitPattern) }
    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        self = Double(bitPattern: try reader.read(UInt64.self))
    }
}

extension SimTime: ChannelValue {
    public func encode(to writer: inout SnapshotWriter) { writer.write(self) }
    public init(from reader: inout SnapshotReader) throws(SnapshotError) { self = try reader.read(SimTime.self) }
}

extension String: ChannelValue {
    public func encode(to writer: inout SnapshotWriter) { writer.write(self) }
    public init(from reader: inout SnapshotReader) throws(SnapshotError) { self = try reader.read(String.self) }
}

extension LogicVector: ChannelValue {
    public func encode(to writer: inout SnapshotWriter) { writer.write(description) }
    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        guard let value = LogicVector(try reader.read(String.self)) else {
            throw reader.error("a vector has other digits than 0, 1, Z and X")
        }
        self = value
    }
}
