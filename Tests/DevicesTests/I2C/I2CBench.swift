import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

/// A controller with a bus, driven through its registers as a driver would, by polling.
struct I2CBench {
    let bench = SimBench()
    let controller: OpenCoresI2C
    let base: UInt64 = 0x1003_0000

    /// 50 MHz and a prescaler of 99: SCL of 100 kHz, a byte of 90 us.
    init() throws {
        controller = try bench.make(OpenCoresI2C.self, "i2c0")
        try bench.map(controller.bus, at: base, size: 0x20)
        write(0x00, 99)
        write(0x04, 0)
        write(0x08, 0x80)
    }

    func write(_ offset: UInt64, _ value: UInt8) { bench.probe.write(base + offset, value) }
    func read(_ offset: UInt64) -> UInt8 { bench.probe.read(base + offset) }
    var status: UInt8 { read(0x10) }

    /// Gives a command and waits until it is done. Returns whether the byte was acknowledged.
    @discardableResult
    func command(_ command: UInt8, data: UInt8? = nil) -> Bool {
        if let data { write(0x0c, data) }
        write(0x10, command)
        while status & 0x02 != 0 { bench.run(for: .microseconds(1)) }
        return status & 0x80 == 0
    }

    /// A whole write. Returns which bytes were acknowledged, the address among them.
    @discardableResult
    func send(_ bytes: [UInt8], to address: UInt8) -> [Bool] {
        var acknowledged = [command(0x90, data: address << 1)]
        if !acknowledged[0] {
            command(0x40)
            return acknowledged
        }
        for byte in bytes { acknowledged.append(command(0x10, data: byte)) }
        command(0x40)
        return acknowledged
    }

    /// A whole read; nothing if the address is not acknowledged.
    func receive(_ count: Int, from address: UInt8) -> [UInt8]? {
        guard command(0x90, data: address << 1 | 1) else {
            command(0x40)
            return nil
        }
        let bytes = (0..<count).map { index in
            command(index == count - 1 ? 0x28 : 0x20)
            return read(0x0c)
        }
        command(0x40)
        return bytes
    }

    /// Writes bytes and reads after a repeated start.
    func exchange(_ bytes: [UInt8], _ count: Int, with address: UInt8) -> [UInt8]? {
        command(0x90, data: address << 1)
        for byte in bytes { command(0x10, data: byte) }
        return receive(count, from: address)
    }
}
