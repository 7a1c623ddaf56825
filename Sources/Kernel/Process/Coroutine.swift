import Glibc

typealias SwitchFn = @convention(c) (UnsafeMutablePointer<UnsafeMutableRawPointer?>, UnsafeMutableRawPointer) -> Void
typealias EntryFn = @convention(c) (UnsafeMutableRawPointer) -> Void
/// A stand-in for the coroutine of `TandemOS`, which brings guard pages, huge stacks and other hosts.
final class CoroutineStackPool {
    let size: Int
    let sw: SwitchFn
    let tramp: UnsafeRawPointer
    var free: [UnsafeMutableRawPointer] = []
    init(stackSize: Int) {
        size = stackSize
        let p = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
        var c: [UInt8] = [
            0x55, 0x53, 0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57, 0x48, 0x89, 0x27, 0x48, 0x89, 0xf4,
            0x41, 0x5f, 0x41, 0x5e, 0x41, 0x5d, 0x41, 0x5c, 0x5b, 0x5d,
        ]
        c += [0x59, 0xff, 0xe1]
        while c.count % 16 != 0 { c.append(0xcc) }
        let t = c.count
        c += [0x4c, 0x89, 0xe7, 0x31, 0xed, 0xff, 0xd3, 0x0f, 0x0b]
        p.copyMemory(from: c, byteCount: c.count)
        mprotect(p, 4096, PROT_READ | PROT_EXEC)
        sw = unsafeBitCast(p, to: SwitchFn.self); tramp = UnsafeRawPointer(p + t)
    }
}
final class Coroutine {
    var name = ""
    private(set) var isFinished = false
    let cell: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    let pool: CoroutineStackPool
    let stack: UnsafeMutableRawPointer
    var body: () -> Void
    init(pool: CoroutineStackPool, body: @escaping () -> Void) {
        self.pool = pool; self.body = body
        stack =
            pool.free.popLast() ?? mmap(
                nil, pool.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)!
        cell = .allocate(capacity: 2); cell.initialize(repeating: nil, count: 2)
        let entry: EntryFn = { raw in
            let (sw, cell) = Coroutine.runBody(raw)
            sw(cell, cell[1]!)
            fatalError()
        }
        let f = (stack + pool.size - 16 - 56).assumingMemoryBound(to: UInt.self)
        f[0] = 0; f[1] = 0; f[2] = 0
        f[3] = UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque())
        f[4] = UInt(bitPattern: unsafeBitCast(entry, to: UnsafeRawPointer.self))
        f[5] = 0
        f[6] = UInt(bitPattern: pool.tramp)
        cell[0] = UnsafeMutableRawPointer(f)
    }
    @inline(never) static func runBody(_ raw: UnsafeMutableRawPointer) -> (
        SwitchFn, UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) {
        let co = Unmanaged<Coroutine>.fromOpaque(raw).takeUnretainedValue()
        co.body(); co.isFinished = true; co.body = {}
        return (co.pool.sw, co.cell)
    }
    deinit { pool.free.append(stack); cell.deallocate() }
    func resume() { pool.sw(cell + 1, cell[0]!) }
    func suspend() { pool.sw(cell, cell[1]!) }
}
