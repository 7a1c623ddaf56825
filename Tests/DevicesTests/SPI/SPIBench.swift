import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

/// A controller with a flash at its first select line, driven through its registers as a driver would, by polling.
struct SPIBench {
    let bench = SimBench()
    let controller: SiFiveSPI
    let flash: NORFlash
    let base: UInt64 = 0x1004_0000
    let window: UInt64 = 0x2000_0000

    /// SCK of 25 MHz, a byte of 320 ns; the memory-mapped mode off.
    init(_ properties: PropertyValues = [:]) throws {
        controller = try bench.make(SiFiveSPI.self, "spi0")
        try bench.map(controller.bus, at: base, size: 0x1000)
        try bench.map(controller.window, at: window, size: 0x1000_0000, name: "window")
        var properties = properties
        properties.set("bus", .link("spi0"))
        if properties["size"] == nil { properties.set("size", .size(ByteSize(bytes: 1 << 20))) }
        flash = try bench.make(NORFlash.self, "flash", properties)
        try bench.simulation.elaborate()
        write(0x60, 0)
        write(0x00, 0)
    }

    func write(_ offset: UInt64, _ value: UInt32) { bench.probe.write(base + offset, value) }
    func read(_ offset: UInt64) -> UInt32 { bench.probe.read(base + offset) }

    /// Sends bytes while the chip is selected, and returns what comes back.
    @discardableResult
    func command(_ bytes: [UInt8], reading count: Int = 0) -> [UInt8] {
        write(0x18, 2)
        let answers = (bytes + Array(repeating: 0, count: count)).map { byte in
            write(0x48, UInt32(byte))
            while true {
                let value = read(0x4c)
                if value & 0x8000_0000 == 0 { return UInt8(value) }
                bench.run(for: .nanoseconds(40))
            }
        }
        write(0x18, 0)
        return Array(answers.suffix(count))
    }

    var status: UInt8 { command([0x05], reading: 1)[0] }
}
