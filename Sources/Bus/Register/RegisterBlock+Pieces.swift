/// The part of an access that falls into one register, or into a stretch without one.
private struct Piece<Register: RegisterName> {
    /// Bytes from the start of the access.
    var start: Int
    var count: Int
    /// Nil where there is no register.
    var place: (register: UnsafeMutablePointer<DecodedRegister<Register>>, element: Int, inner: UInt64)?
}

// Accesses that are split, that carry byte enables, or that touch what is no register. They are checked as a whole
// before anything happens.
extension RegisterBlock {
    /// Why the access is illegal; nil if it is not.
    func refusal(of transaction: borrowing Transaction) -> Response? {
        let count = transaction.count
        let offset = transaction.address
        guard count > 0 && transaction.streamingWidth >= count else { return .burstError }
        guard offset < size && UInt64(count) <= size - offset else { return .addressError }
        if let enables = transaction.byteEnables {
            guard transaction.byteEnableCount > 0 else { return .byteEnableError }
            let areAllSet = (0..<min(count, transaction.byteEnableCount)).allSatisfy { enables[$0] != 0 }
            guard areAllSet || table.allowsByteEnables else { return .byteEnableError }
        }
        var start = 0
        while start < count {
            let piece = piece(at: start, of: transaction)
            guard let place = piece.place else {
                guard table.unassigned == .zero else { return .addressError }
                start += piece.count
                continue
            }
            // Only whole registers are parts of a wider access.
            let isPart = table.splitsWideAccesses && piece.count == Int(place.register.pointee.width)
            guard piece.count == count || isPart,
                isLegal(piece.count, at: offset + UInt64(start), in: place.register)
            else { return .burstError }
            start += piece.count
        }
        return nil
    }

    /// Carries out an access that `refusal` has not refused, register by register in ascending order.
    func perform<Core: RegisterCore>(_ transaction: borrowing Transaction, core: inout Core)
    where Core.Register == Register {
        var start = 0
        while start < transaction.count {
            let piece = piece(at: start, of: transaction)
            start += piece.count
            let data = transaction.data + piece.start
            guard let place = piece.place else {
                if transaction.command == .read {
                    data.initializeMemory(as: UInt8.self, repeating: 0, count: piece.count)
                }
                continue
            }
            let shift = shift(piece.count, at: place.inner, in: place.register)
            let enabled = enabledBits(of: piece.start, piece.count, in: transaction)
            guard enabled != 0 else { continue }
            let register = place.register.pointee.register
            if transaction.command == .read {
                let value = core.read(register, at: place.element) >> shift
                store(value & enabled | load(data, count: piece.count) & ~enabled, to: data, count: piece.count)
            } else {
                let value = load(data, count: piece.count) & enabled
                core.write(register, at: place.element, value << shift, mask: enabled << shift)
            }
        }
    }

    private func piece(at start: Int, of transaction: borrowing Transaction) -> Piece<Register> {
        let left = transaction.count - start
        guard let place = decoder.find(transaction.address + UInt64(start)) else {
            return Piece(start: start, count: min(1 << Int(decoder.granuleShift), left), place: nil)
        }
        return Piece(start: start, count: min(Int(place.register.pointee.width) - Int(place.inner), left), place: place)
    }

    /// Ones in the bytes of a piece that are enabled, in the order in which `load` and `store` see them.
    private func enabledBits(of start: Int, _ count: Int, in transaction: borrowing Transaction) -> UInt64 {
        guard let enables = transaction.byteEnables else { return Self.ones(count) }
        var bits: UInt64 = 0
        for index in 0..<count where enables[(start + index) % transaction.byteEnableCount] != 0 {
            let byte = isBigEndian ? count - 1 - index : index
            bits |= 0xff << UInt64(byte * 8)
        }
        return bits
    }
}
