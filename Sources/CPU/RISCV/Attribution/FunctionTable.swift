/// Where the name of a piece of guest code holds.
public struct GuestFunction: Equatable, Sendable {
    public var name: String
    /// Where the function begins.
    public var address: UInt64
    /// Addresses around the one that was asked for, all of which belong to it.
    public var range: Range<UInt64>

    public init(_ name: String, at address: UInt64, range: Range<UInt64>) {
        self.name = name
        self.address = address
        self.range = range
    }
}

/// The functions that a hart has executed, and their work.
struct FunctionTable: ~Copyable {
    private struct Row {
        var name: String
        var address: UInt64?
    }

    private var rows: [Row] = []
    // SAFETY: allocated in `init` and `grow`, freed in `grow` and `deinit`.
    private var work: UnsafeMutablePointer<GuestWork>
    private var capacity = 256
    /// The numbers of functions by their symbols' addresses, and of pages without symbols. Looked up by key only.
    private var symbols: [UInt64: Int32] = [:]
    private var pages: [UInt64: Int32] = [:]
    private var user: Int32?
    /// Where the last answer holds, and for which privilege.
    private var known: (range: Range<UInt64>, isUser: Bool, number: Int32)?

    init() {
        work = .allocate(capacity: capacity)
        work.initialize(repeating: GuestWork(), count: capacity)
    }

    deinit { work.deallocate() }

    /// The work of the function with that number.
    @inline(__always)
    subscript(number: Int32) -> UnsafeMutablePointer<GuestWork> { work + Int(number) }

    /// The number of the function at an address, as `name` tells it.
    mutating func number(at pc: UInt64, isUser: Bool, _ name: (UInt64) -> GuestFunction?) -> Int32 {
        if let known, known.isUser == isUser, known.range.contains(pc) { return known.number }
        let number: Int32
        let range: Range<UInt64>
        if let function = name(pc) {
            range = function.range
            number = symbols[function.address] ?? add(Row(name: function.name, address: function.address))
            symbols[function.address] = number
        } else {
            let page = pc & ~0xfff
            range = page..<max(page &+ 0x1000, page)
            if isUser {
                number = user ?? add(Row(name: "user", address: nil))
                user = number
            } else {
                number = pages[page] ?? add(Row(name: "[0x" + String(page, radix: 16) + "]", address: page))
                pages[page] = number
            }
            // A symbol may begin further on in the page.
            return number
        }
        known = (range, isUser, number)
        return number
    }

    private mutating func add(_ row: Row) -> Int32 {
        rows.append(row)
        if rows.count > capacity { grow() }
        return Int32(rows.count - 1)
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<GuestWork>.allocate(capacity: 2 * capacity)
        larger.moveInitialize(from: work, count: capacity)
        (larger + capacity).initialize(repeating: GuestWork(), count: capacity)
        work.deallocate()
        work = larger
        capacity *= 2
    }

    /// What was done, by address; “user” comes last.
    func records(of hart: String) -> [FunctionRecord] {
        rows.indices.compactMap { index in
            work[index].isZero
                ? nil
                : FunctionRecord(
                    hart: hart, name: rows[index].name, address: rows[index].address, work: work[index])
        }.sorted { ($0.address ?? .max, $0.name) < ($1.address ?? .max, $1.name) }
    }

    func clear() { work.update(repeating: GuestWork(), count: capacity) }
}
