public import TandemBus
public import TandemKernel

/// The register of SiFive's test finisher: no bus, no time, no host. Lower half what to do, upper half a code (SiFive
/// Freedom E310 test device, as Linux' binding `sifive,test0` describes it).
public struct SiFiveTestCore: Equatable, Sendable {
    public enum Register: Int, RegisterName {
        case finisher
    }

    /// What the guest has asked for, until it is carried out.
    public private(set) var request: StopRequest?

    public init() {}

    /// The finisher reads 0.
    public func read(_ register: Register, at index: Int) -> UInt64 { 0 }

    /// 0x5555 passes, 0x3333 fails with the code in the upper half, 0x7777 resets; anything else is ignored. The first
    /// request counts.
    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        guard request == nil else { return }
        switch value & 0xffff {
        case 0x5555: request = StopRequest(.powerOff)
        case 0x3333:
            // A process cannot end in failure with a code whose low byte is 0: such a one becomes 1.
            let code = Int32(value >> 16)
            request = StopRequest(.guestFailure, code: code & 0xff == 0 ? 1 : code)
        case 0x7777: request = StopRequest(.reset)
        default: break
        }
    }

    /// Takes the request to carry it out.
    public mutating func takeRequest() -> StopRequest? {
        defer { request = nil }
        return request
    }
}

extension SiFiveTestCore: RegisterCore {
    public static let registers = RegisterTable<Register>(
        size: 0x1000, unassigned: .zero,
        [
            RegisterRow(
                .finisher, "FINISHER", offset: 0, width: 4, sizes: [.half, .word],
                fields: [
                    RegisterField(
                        "REQUEST", bits: 0...15, .writeOnly, "0x5555 powers off, 0x3333 fails, 0x7777 resets."),
                    RegisterField("CODE", bits: 16...31, .writeOnly, "The exit code of a failure."),
                ])
        ])
}

extension SiFiveTestCore: SnapshotPayload {
    public static let schema = SnapshotSchema("sifive-test")

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(optional: request) { writer, request in
            writer.write(request.reason.rawValue)
            writer.write(request.code)
        }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        request = try reader.read(optional: { reader throws(SnapshotError) in
            StopRequest(ExitReason(rawValue: try reader.read(String.self)), code: try reader.read(Int32.self))
        })
    }
}
