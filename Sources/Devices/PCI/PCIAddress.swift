/// The place of a function on its bus: a device number from 0 to 31 and a function number from 0 to 7. PCI Local Bus
/// Specification 3.0 §3.2.2.3.
public struct PCIAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Five bits of device and three of function.
    public let code: UInt8

    public init(code: UInt8) { self.code = code }

    /// - Parameters:
    ///   - device: 0 to 31.
    ///   - function: 0 to 7.
    public init(device: UInt8, function: UInt8 = 0) {
        precondition(device < 32 && function < 8, "A bus has 32 devices of 8 functions.")
        code = device << 3 | function
    }

    /// Reads “4”, “4.1” or “1f.7”: both numbers are hexadecimal, as everywhere where PCI is spoken.
    public init?(text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let device = parts.first.flatMap({ UInt8($0, radix: 16) }), device < 32 else {
            return nil
        }
        var function: UInt8 = 0
        if parts.count == 2 {
            guard let number = UInt8(parts[1], radix: 16), number < 8 else { return nil }
            function = number
        }
        self.init(device: device, function: function)
    }

    public var device: UInt8 { code >> 3 }
    public var function: UInt8 { code & 7 }

    /// "04.0".
    public var description: String {
        let digits = String(device, radix: 16)
        return (digits.count < 2 ? "0" + digits : digits) + ".\(function)"
    }

    public static func < (left: PCIAddress, right: PCIAddress) -> Bool { left.code < right.code }
}

/// The interrupt pins INTA to INTD.
public enum PCIInterruptPin: UInt8, Sendable {
    case a = 1
    case b, c, d

    /// The pin on the other side of a bridge that this one of the device at `address` is wired to. PCI-to-PCI Bridge
    /// Architecture Specification 1.2 §9.1.
    public func swizzled(_ address: PCIAddress) -> PCIInterruptPin {
        PCIInterruptPin(rawValue: (rawValue - 1 + address.device) % 4 + 1) ?? .a
    }
}
