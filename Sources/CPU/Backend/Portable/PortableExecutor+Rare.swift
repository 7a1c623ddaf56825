/// The operations behind the second switch: integer ones that are rare, and memory in the other order or atomic.
extension PortableExecutor {
    @inline(never)
    static func executeRare(_ fields: RareFields, d: Int, a: UInt64, b: UInt64, _ frame: UnsafeMutablePointer<UInt64>) {
        switch fields.type {
        case .i64:
            frame[d] = IntegerOperation.evaluate64(fields.opcode, a, b, shift: fields.immediate)
        case .i32:
            let result = IntegerOperation.evaluate32(
                fields.opcode, UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b), shift: fields.immediate)
            frame[d] = UInt64(bitPattern: Int64(Int32(bitPattern: result)))
        case .f32, .f64:
            let place = Int(Place.floatFlags.index)
            var flags = FloatFlags(rawValue: UInt8(truncatingIfNeeded: frame[place]))
            frame[d] = FloatOperation.evaluate(fields, a, b, frame[fields.c], &flags)
            frame[place] = UInt64(flags.rawValue)
        }
    }

    /// The same with operands that are given, for generated code that has no form of its own for an operation; `fields` name
    /// `Place.thirdOperand` as the place of the third.
    static func evaluateRare(
        _ fields: RareFields, _ a: UInt64, _ b: UInt64, _ c: UInt64, _ frame: UnsafeMutablePointer<UInt64>
    ) -> UInt64 {
        // The last scratch places belong to no operation.
        let result = Int(Place.firstScratch)
        frame[Int(Place.thirdOperand.index)] = c
        executeRare(fields, d: result, a: a, b: b, frame)
        return frame[result]
    }

    @inline(never)
    static func executeRareMemory(_ fields: RareFields, a: UInt64, b: UInt64, _ runtime: Runtime) -> UInt64 {
        let row = IROpcodeTable[fields.opcode]
        let width = row.accessWidth(fields.type)
        let index = fields.index
        switch fields.opcode {
        case .loadReserved:
            return canonical(
                runtime.loadReserved(a, width: width, order: fields.order, index: index), fields.type)
        case .storeConditional:
            return runtime.storeConditional(a, b, width: width, order: fields.order, index: index)
        case .store8, .store16, .store32, .store64:
            runtime.storeSlowly(a, swapped(b, width), width: width, index: index)
            return 0
        case .load8Unsigned, .load16Unsigned, .load32Unsigned, .load64:
            return swapped(runtime.loadSlowly(a, width: width, index: index), width)
        case .load8Signed:
            return UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: runtime.loadSlowly(a, width: 1, index: index))))
        case .load16Signed:
            let value = swapped(runtime.loadSlowly(a, width: 2, index: index), 2)
            return UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: value)))
        case .load32Signed:
            return canonical(swapped(runtime.loadSlowly(a, width: 4, index: index), 4), .i32)
        case .load32Boxed:
            return swapped(runtime.loadSlowly(a, width: 4, index: index), 4) | 0xffff_ffff_0000_0000
        default:
            return canonical(
                runtime.atomicSlowly(fields.opcode, a, b, width: width, order: fields.order, index: index),
                fields.type)
        }
    }

    /// A loaded value in the form that its type keeps in a place.
    private static func canonical(_ value: UInt64, _ type: IRType) -> UInt64 {
        type == .i32 ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value))) : value
    }

    /// The bytes of a value of `width` bytes in the other order.
    private static func swapped(_ value: UInt64, _ width: Int) -> UInt64 {
        value.byteSwapped >> UInt64(64 - 8 * width)
    }
}
