/// Receives the place and name of every compiled unit, for profilers that read perf maps.
public protocol PerfMap: AnyObject {
    /// `byteCount` bytes of code at `address` execute the guest code called `name`.
    func add(address: UInt, byteCount: Int, name: String)
}

extension PerfMap {
    func add(_ unit: BlockPointer, name: String) {
        add(address: unit.pointee.entry, byteCount: Int(unit.pointee.codeSize), name: name)
    }
}
