import TandemBus
import TandemDevices
import TandemKernel
import TandemMachine

/// Reading and writing ports, on boards that have a port space: that of their PCI host bridge.
enum PortCommands {
    static let all = [read, write]

    static let port = Property<UInt64>(required: "address", "The port, as an expression.")
    static let value = Property<UInt64>(required: "value", "What is written, as an expression.")

    /// As software does it, with all that the access does in the device, at the present time.
    private static let effect = """
        With all that the access does in a device, at the present time, and uncounted. Where no device answers, reads \
        give ones and writes vanish.
        """

    static let read = MonitorCommand(
        machine: nil, human: "i", "Reads a port.", arguments: [MemoryCommands.format.erased, port.erased],
        returns: .text, documentation: effect
    ) { call in
        let format = try format(call, "i")
        var value: UInt64 = 0
        try access(.read, &value, call, count: format.size)
        return .text("portr[0x\(String(call[port], radix: 16))] = \(format.text(of: UInt64(littleEndian: value)))\n")
    }

    static let write = MonitorCommand(
        machine: nil, human: "o", "Writes a port.",
        arguments: [MemoryCommands.format.erased, port.erased, value.erased], documentation: effect
    ) { call in
        let size = try format(call, "o").size
        guard call[value] >> UInt64(size * 8) == 0 else {
            throw CommandError(
                at: "o", "0x\(String(call[value], radix: 16)) does not fit", expected: "a value of \(size * 8) bits")
        }
        var bytes = call[value].littleEndian
        try access(.write, &bytes, call, count: size)
        return .nothing
    }

    /// One value of 1, 2 or 4 bytes: ports have no more.
    private static func format(_ call: CommandCall, _ command: String) throws(CommandError) -> MemoryFormat {
        let format = try MemoryFormat(call[MemoryCommands.format], of: command, size: 1)
        guard format.count == 1, format.form != .instruction, format.size <= 4 else {
            throw CommandError(
                at: "\(command)/\(call[MemoryCommands.format])", "a port is one value of 1, 2 or 4 bytes",
                expected: "a form (d, u, o, x or c) and a size (b, h or w), such as xw")
        }
        return format
    }

    private static func access(
        _ command: Command, _ value: inout UInt64, _ call: CommandCall, count: Int
    ) throws(CommandError) {
        var host: PCIHost?
        call.machine.simulation.root.forEachDescendant { host = host ?? $0 as? PCIHost }
        guard let host else {
            throw CommandError(
                at: "/machine", "the machine has no port space",
                expected: "a board with a PCI host bridge, such as virt")
        }
        guard call[port] <= 0x1_0000 - UInt64(count) else {
            throw CommandError(
                at: host.path, "the port 0x\(String(call[port], radix: 16)) does not exist",
                expected: "0 to 0x\(String(0x1_0000 - count, radix: 16))")
        }
        let response = withUnsafeMutableBytes(of: &value) { bytes -> Response in
            guard let data = bytes.baseAddress else { return .genericError }
            var transaction = Transaction(command, address: call[port], data: data, count: count)
            return host.pci.ports.in.transportUncounted(&transaction)
        }
        guard response == .ok else {
            throw CommandError(
                at: host.path, "the device at port 0x\(String(call[port], radix: 16)) refuses the access: \(response)")
        }
    }
}
