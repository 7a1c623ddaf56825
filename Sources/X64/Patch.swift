/// Changes of code that was emitted before.
public enum Patch {
    /// Lets the jump or call whose distance of four bytes is stored at `field` go to `target`.
    ///
    /// - Parameters:
    ///   - field: where the distance is stored, in the writable mapping: the last four bytes of the instruction.
    ///   - address: the address that those bytes are executed at.
    ///   - target: where the instruction is to go, within 2 GiB.
    public static func displacement(
        at field: UnsafeMutableRawPointer, executedAt address: UInt, to target: UInt
    ) {
        let distance = Int(bitPattern: target) &- (Int(bitPattern: address) &+ 4)
        precondition(distance == Int(Int32(truncatingIfNeeded: distance)), "the target is within 2 GiB of the jump")
        field.storeBytes(of: Int32(truncatingIfNeeded: distance), as: Int32.self)
    }

    /// Where the jump or call whose distance is stored at `field` goes.
    public static func target(at field: UnsafeRawPointer, executedAt address: UInt) -> UInt {
        let distance = Int(field.loadUnaligned(as: Int32.self))
        return UInt(bitPattern: Int(bitPattern: address) &+ 4 &+ distance)
    }
}
