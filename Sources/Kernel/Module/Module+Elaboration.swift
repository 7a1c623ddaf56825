/// The walk through the tree that an elaboration does, and the check of names.
extension Module {
    /// Appends this module and everything below, parents first, in the order in which they were made: all, or those that
    /// the elaboration of that number has not come to, which then has.
    func collect(_ modules: inout [Unmanaged<Module>], elaboration number: UInt32?) {
        if let number {
            if elaboration != number { modules.append(.passUnretained(self)) }
            elaboration = number
        } else {
            modules.append(.passUnretained(self))
        }
        // Unretained: the tree holds them, and nothing is made or removed meanwhile.
        children.withUnsafeBufferPointer { children in
            for index in children.indices {
                Unmanaged.passUnretained(children[index])._withUnsafeGuaranteedRef {
                    $0.collect(&modules, elaboration: number)
                }
            }
        }
    }

    /// Every child has a usable name, and none has that of another.
    func checkChildNames() throws(ElaborationError) {
        if children.count == Int(checkedChildren) { return }
        var names = NameTable(capacity: children.count)
        for index in children.indices {
            let name = children[index].name
            guard let hash = NameTable.hash(name) else {
                throw ElaborationError(
                    at: path.isEmpty ? "the platform" : path, "a module cannot be called “\(name)”",
                    expected: "a name of letters, digits, “-” and “_”")
            }
            guard names.insert(index, hash, isEqual: { children[$0].name == name }) else {
                throw ElaborationError(
                    at: children[index].path, "two modules have this path", expected: "a name of its own for each child"
                )
            }
        }
        checkedChildren = UInt32(children.count)
    }
}

/// Indices by the hashes of names: finds two equal ones among many with one look at each.
private struct NameTable {
    /// A hash and, in the lower half, an index that counts from one; zero is a free place. At most half of them are used.
    private var places: [UInt64]
    private let mask: Int

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        places = Array(repeating: 0, count: size)
        mask = size - 1
    }

    /// A hash of `name`; nothing if it has other bytes than names have, or none.
    static func hash(_ name: String) -> UInt32? {
        if name.isEmpty { return nil }
        // FNV-1a.
        var hash: UInt32 = 2_166_136_261
        for byte in name.utf8 {
            guard isNameByte(byte) else { return nil }
            hash = (hash ^ UInt32(byte)) &* 16_777_619
        }
        return hash
    }

    /// Puts in `index` under `hash`. False if there is another index of that hash for which `isEqual` holds.
    mutating func insert(_ index: Int, _ hash: UInt32, isEqual: (Int) -> Bool) -> Bool {
        var place = Int(hash ^ hash >> 15) & mask
        while places[place] != 0 {
            if UInt32(places[place] >> 32) == hash, isEqual(Int(places[place] & 0xffff_ffff) - 1) { return false }
            place = (place + 1) & mask
        }
        places[place] = UInt64(hash) << 32 | UInt64(index + 1)
        return true
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
