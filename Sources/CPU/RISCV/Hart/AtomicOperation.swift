/// What an AMO stores.
enum AtomicOperation {
    /// As `combine` without `order`, for the bytes of `old` as they stand in memory.
    @inline(__always)
    static func combine(
        _ operation: IROpcode, _ old: UInt64, _ operand: UInt64, width: Int, order: ByteOrder
    ) -> UInt64 {
        order.value(
            combine(operation, order.value(old, width: width), order.value(operand, width: width), width: width),
            width: width)
    }

    static func combine(_ operation: IROpcode, _ old: UInt64, _ operand: UInt64, width: Int) -> UInt64 {
        let isWord = width == 4
        let a = isWord ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: old))) : old
        let b = isWord ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: operand))) : operand
        switch operation {
        case .atomicSwap: return b
        case .atomicAdd: return a &+ b
        case .atomicAnd: return a & b
        case .atomicOr: return a | b
        case .atomicXor: return a ^ b
        case .atomicMinSigned: return Int64(bitPattern: a) < Int64(bitPattern: b) ? a : b
        case .atomicMaxSigned: return Int64(bitPattern: a) < Int64(bitPattern: b) ? b : a
        // Sign extension keeps the unsigned order of words.
        case .atomicMinUnsigned: return min(a, b)
        case .atomicMaxUnsigned: return max(a, b)
        default: preconditionFailure("\(operation) is not an atomic operation")
        }
    }
}

extension ByteOrder {
    /// Turns `width` bytes in little-endian order into a value in this one, and back.
    @inline(__always)
    func value(_ bytes: UInt64, width: Int) -> UInt64 {
        self == .big ? bytes.byteSwapped >> UInt64(64 - 8 * width) : bytes
    }
}

extension UnsafeMutableRawPointer {
    /// 1 to 8 bytes in little-endian order.
    @inline(__always)
    func loadBytes(_ width: Int) -> UInt64 {
        switch width {
        case 8: return loadUnaligned(as: UInt64.self)
        case 4: return UInt64(loadUnaligned(as: UInt32.self))
        case 2: return UInt64(loadUnaligned(as: UInt16.self))
        case 1: return UInt64(load(as: UInt8.self))
        default:
            var value: UInt64 = 0
            for index in 0..<width { value |= UInt64(load(fromByteOffset: index, as: UInt8.self)) << UInt64(8 * index) }
            return value
        }
    }

    /// Stores the low 1 to 8 bytes in little-endian order.
    @inline(__always)
    func storeBytes(_ value: UInt64, _ width: Int) {
        switch width {
        case 8: storeBytes(of: value, as: UInt64.self)
        case 4: storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
        case 2: storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
        case 1: storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        default:
            for index in 0..<width {
                let byte = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
                storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            }
        }
    }
}
