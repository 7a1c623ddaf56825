/// A random sequence: the registers that it begins with, and its instructions.
struct InstructionSequence {
    /// A piece of a sequence that stays whole when a sequence is cut down.
    indirect enum Item {
        /// Instructions in a row, as halfwords, and as text.
        case straight([UInt16], String)
        /// A branch or jump over the next `skip` items; `encode` gets the distance in bytes from its own address.
        case forward(size: Int, reach: Int, skip: Int, text: String, encode: @Sendable (Int) -> [UInt16])
        /// Items that are run several times, counted down in x9, which they leave alone.
        case loop(times: Int, [Item])
    }

    var seed: UInt64
    var floatControl: UInt64
    /// x0 to x31; the place of x0 holds the seed of the memory window.
    var integers: [UInt64]
    var floats: [UInt64]
    var items: [Item]

    /// The code, ended by an ecall.
    var code: [UInt16] { Self.flatten(items) + [0x0073, 0x0000] }

    /// The code as text, with offsets.
    var listing: String {
        var text = ""
        var offset = 0
        func add(_ line: String, _ size: Int, _ depth: Int) {
            let digits = String(offset, radix: 16)
            text += String(repeating: " ", count: max(0, 4 - digits.count)) + digits
            text += String(repeating: "  ", count: depth + 1) + line + "\n"
            offset += size
        }
        func list(_ items: [Item], _ depth: Int) {
            for (position, item) in items.enumerated() {
                switch item {
                case .straight(let halfwords, let line): add(line, 2 * halfwords.count, depth)
                case .forward(let size, let reach, let skip, let line, _):
                    let distance = Self.distance(from: position, size: size, reach: reach, skip: skip, in: items)
                    add("\(line) -> \(String(offset + distance, radix: 16))", size, depth)
                case .loop(let times, let body):
                    add("li x9, \(times)  # loop", 4, depth)
                    list(body, depth + 1)
                    add("addi x9, x9, -1; bnez x9, loop", 8, depth)
                }
            }
        }
        list(items, 0)
        return text
    }

    private static func size(_ item: Item) -> Int {
        switch item {
        case .straight(let halfwords, _): 2 * halfwords.count
        case .forward(let size, _, _, _, _): size
        case .loop(_, let body): 12 + body.reduce(0) { $0 + Self.size($1) }
        }
    }

    /// How far a forward branch goes: over as many of the items behind it as it asks for, its list has, and it reaches.
    private static func distance(from position: Int, size: Int, reach: Int, skip: Int, in items: [Item]) -> Int {
        var distance = size
        for item in items[(position + 1)...].prefix(skip) {
            let next = distance + Self.size(item)
            if next > reach { break }
            distance = next
        }
        return distance
    }

    private static func flatten(_ items: [Item]) -> [UInt16] {
        var code: [UInt16] = []
        for (position, item) in items.enumerated() {
            switch item {
            case .straight(let halfwords, _): code += halfwords
            case .forward(let size, let reach, let skip, _, let encode):
                code += encode(distance(from: position, size: size, reach: reach, skip: skip, in: items))
            case .loop(let times, let body):
                let inner = flatten(body)
                code += halves(UInt32(times) << 20 | 9 << 7 | 0x13)  // addi x9, x0, times
                code += inner
                code += halves(0xFFF4_8493)  // addi x9, x9, -1
                code += halves(branchBits(0x1063 | 9 << 15, distance: -(2 * inner.count + 4)))  // bne x9, x0
            }
        }
        return code
    }

    static func halves(_ word: UInt32) -> [UInt16] {
        [UInt16(truncatingIfNeeded: word), UInt16(truncatingIfNeeded: word >> 16)]
    }

    /// A conditional branch with its distance (Unpriv. spec, B-type).
    static func branchBits(_ bits: UInt32, distance: Int) -> UInt32 {
        let offset = UInt32(bitPattern: Int32(distance))
        return bits | (offset >> 12 & 1) << 31 | (offset >> 5 & 0x3F) << 25 | (offset >> 1 & 0xF) << 8
            | (offset >> 11 & 1) << 7
    }
}
