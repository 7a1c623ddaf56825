/// Turns accesses to a block of registers into reads and writes of a core, by the rules of its table: legal sizes,
/// alignment, splitting, byte order, byte enables. One for each device; allocates nothing for an access.
///
/// | access | answer |
/// |---|---|
/// | size or alignment that the register does not support, streaming, no bytes | burst error |
/// | byte enables where the table does not allow them | byte-enable error |
/// | an offset without a register, or beyond the block | address error, or zeros if the table says so |
///
/// An access that is refused has no side effects at all.
public final class RegisterBlock<Register: RegisterName> {
    public let table: RegisterTable<Register>
    @usableFromInline let decoder: RegisterDecoder<Register>
    @usableFromInline let size: UInt64
    @usableFromInline let isBigEndian: Bool
    /// The latest legal accesses, by offset and size.
    // SAFETY: allocated in `init`, freed only in `deinit`.
    @usableFromInline let latest: UnsafeMutablePointer<DecodedAccess<Register>>
    @usableFromInline static var latestCount: Int { 16 }

    public init(_ table: RegisterTable<Register>) {
        self.table = table
        decoder = RegisterDecoder(table)
        size = table.size
        isBigEndian = table.endianness == .big
        latest = .allocate(capacity: Self.latestCount)
        latest.initialize(
            repeating: DecodedAccess(key: .max, register: decoder.registers[0].register, element: 0, shift: 0),
            count: Self.latestCount)
    }

    deinit { latest.deallocate() }

    /// Serves an access and sets its response. The shell adds its latency, and acts on what the core wants done.
    @inlinable public func transport<Core: RegisterCore>(_ transaction: inout Transaction, core: inout Core)
    where Core.Register == Register {
        let count = transaction.count
        let offset = transaction.address
        guard transaction.isPlain, transaction.command != .ignore, count > 0, count <= 8 else {
            return transportSpecially(&transaction, core: &core)
        }
        let key = offset &<< 4 | UInt64(truncatingIfNeeded: count)
        let access = latest + Int(truncatingIfNeeded: (offset ^ offset &>> 4) & UInt64(Self.latestCount &- 1))
        if access.pointee.key != key {
            guard let place = decoder.find(offset),
                place.inner &+ UInt64(count) <= UInt64(place.register.pointee.width)
            else { return transportSpecially(&transaction, core: &core) }
            guard isLegal(count, at: offset, in: place.register) else {
                transaction.response = .burstError
                return
            }
            access.pointee = DecodedAccess(
                key: key, register: place.register.pointee.register, element: place.element,
                shift: shift(count, at: place.inner, in: place.register))
        }
        let shift = access.pointee.shift
        if transaction.command == .read {
            let value = core.read(access.pointee.register, at: access.pointee.element)
            store(value &>> shift, to: transaction.data, count: count)
        } else {
            core.write(
                access.pointee.register, at: access.pointee.element, load(transaction.data, count: count) &<< shift,
                mask: Self.ones(count) &<< shift)
        }
        transaction.response = .ok
    }

    /// Reads on a copy of the core, without side effects and whatever the sizes; registers cannot be written so.
    public func debugTransport<Core: RegisterCore>(_ transaction: inout Transaction, core: Core) -> Int
    where Core.Register == Register {
        guard transaction.command == .read else { return 0 }
        var copy = core
        var moved = 0
        while moved < transaction.count, transaction.address + UInt64(moved) < size {
            let destination = transaction.data + moved
            if let place = decoder.find(transaction.address + UInt64(moved)) {
                let part = min(Int(place.register.pointee.width) - Int(place.inner), transaction.count - moved)
                let value = copy.read(place.register.pointee.register, at: place.element)
                store(value >> shift(part, at: place.inner, in: place.register), to: destination, count: part)
                moved += part
            } else {
                guard table.unassigned == .zero else { break }
                destination.storeBytes(of: 0, as: UInt8.self)
                moved += 1
            }
        }
        transaction.response = moved == transaction.count ? .ok : .addressError
        return moved
    }

    /// The register that an access is wholly in; nil where the access is illegal or split.
    public func place(at offset: UInt64, count: Int) -> RegisterPlace<Register>? {
        guard count > 0, count <= 8, offset < size, let place = decoder.find(offset),
            place.inner &+ UInt64(count) <= UInt64(place.register.pointee.width),
            isLegal(count, at: offset, in: place.register)
        else { return nil }
        return RegisterPlace(
            register: place.register.pointee.register, element: place.element,
            shift: shift(count, at: place.inner, in: place.register))
    }

    // MARK: Rules

    @inlinable func isLegal(
        _ count: Int, at offset: UInt64, in register: UnsafeMutablePointer<DecodedRegister<Register>>
    ) -> Bool {
        // Sizes are powers of two, so that the size is its own bit in the set.
        UInt8(truncatingIfNeeded: count) & register.pointee.accessSizes != 0 && count & (count &- 1) == 0
            && offset & (UInt64(count) &- 1) == 0
    }

    /// How far left in the register the bytes stand.
    @inlinable func shift(
        _ count: Int, at inner: UInt64, in register: UnsafeMutablePointer<DecodedRegister<Register>>
    ) -> UInt64 {
        isBigEndian ? (UInt64(register.pointee.width) &- inner &- UInt64(count)) &* 8 : inner &* 8
    }

    /// 1 to 8 bytes of ones.
    @inlinable static func ones(_ count: Int) -> UInt64 { UInt64.max >> (64 - UInt64(count) * 8) }

    @inlinable @inline(__always) func load(_ data: UnsafeRawPointer, count: Int) -> UInt64 {
        if !isBigEndian {
            switch count {
            case 1: return UInt64(data.load(as: UInt8.self))
            case 4: return UInt64(UInt32(littleEndian: data.loadUnaligned(as: UInt32.self)))
            case 8: return UInt64(littleEndian: data.loadUnaligned(as: UInt64.self))
            default: break
            }
        }
        return loadBytes(data, count: count)
    }

    @usableFromInline @inline(never) func loadBytes(_ data: UnsafeRawPointer, count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<count {
            let byte = UInt64(data.load(fromByteOffset: isBigEndian ? count &- 1 &- index : index, as: UInt8.self))
            value |= byte &<< UInt64(index &* 8)
        }
        return value
    }

    @inlinable @inline(__always) func store(_ value: UInt64, to data: UnsafeMutableRawPointer, count: Int) {
        if !isBigEndian {
            switch count {
            case 1: return data.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
            case 4: return data.storeBytes(of: UInt32(truncatingIfNeeded: value).littleEndian, as: UInt32.self)
            case 8: return data.storeBytes(of: value.littleEndian, as: UInt64.self)
            default: break
            }
        }
        storeBytes(value, to: data, count: count)
    }

    @usableFromInline @inline(never) func storeBytes(_ value: UInt64, to data: UnsafeMutableRawPointer, count: Int) {
        for index in 0..<count {
            let byte = UInt8(truncatingIfNeeded: value &>> UInt64(index &* 8))
            data.storeBytes(of: byte, toByteOffset: isBigEndian ? count &- 1 &- index : index, as: UInt8.self)
        }
    }

    @usableFromInline @inline(never) func transportSpecially<Core: RegisterCore>(
        _ transaction: inout Transaction, core: inout Core
    ) where Core.Register == Register {
        if transaction.command == .ignore {
            transaction.response = .ok
        } else if let error = refusal(of: transaction) {
            transaction.response = error
        } else {
            perform(transaction, core: &core)
            transaction.response = .ok
        }
    }
}

/// Where a legal access goes.
public struct RegisterPlace<Register: RegisterName> {
    public let register: Register
    /// Of an array; 0 for a register that is none.
    public let element: Int
    /// How far left in the register the bytes of the access stand, in bits.
    public let shift: UInt64
}

/// A legal access, decoded.
@frozen @usableFromInline struct DecodedAccess<Register: RegisterName> {
    /// The offset, and the number of bytes in the low four bits.
    @usableFromInline let key: UInt64
    @usableFromInline let register: Register
    @usableFromInline let element: Int
    /// How far left in the register the bytes stand.
    @usableFromInline let shift: UInt64

    @inlinable init(key: UInt64, register: Register, element: Int, shift: UInt64) {
        self.key = key
        self.register = register
        self.element = element
        self.shift = shift
    }
}
