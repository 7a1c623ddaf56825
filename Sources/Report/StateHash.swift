import TandemBus
import TandemKernel
import TandemMachine

/// A 64-bit hash over the whole state of a machine that the guest can see: equal for two runs that agree, on every host
/// and with every engine.
///
/// It runs over, in the order of the module tree: each module's path; for a memory its pages of 4 KiB that are not all
/// zeros (`Memory.contentHash`), and for a ROM device what it remembers besides; for every other module the payload of its
/// snapshot, which holds registers and never caches; and at the end simulated time. Each piece is preceded by its length, so that pieces cannot run together.
///
/// The function is FNV-1a over 64-bit words, least significant byte first, with a fold of the high bits after each
/// multiplication, because FNV carries information upwards only.
struct StateHash {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    static func of(_ machine: Machine) -> UInt64 {
        var hash = StateHash()
        machine.simulation.root.forEachDescendant { hash.combine($0) }
        hash.combine(machine.simulation.scheduler.now.picoseconds)
        return hash.value
    }

    mutating func combine(_ word: UInt64) {
        // Wrapping: arithmetic modulo 2^64 is the definition.
        value = (value ^ word) &* 0x0000_0100_0000_01b3
        value ^= value >> 32
    }

    mutating func combine(_ bytes: [UInt8]) {
        combine(UInt64(bytes.count))
        bytes.withUnsafeBytes { raw in
            var offset = 0
            while offset + 8 <= raw.count {
                combine(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                offset += 8
            }
            var last: UInt64 = 0
            for (place, byte) in raw[offset...].enumerated() { last |= UInt64(byte) << UInt64(8 * place) }
            if offset < raw.count { combine(last) }
        }
    }

    private mutating func combine(_ module: Module) {
        guard let module = module as? any CatalogModule else { return }
        combine(Array(module.path.utf8))
        if let memory = module as? Memory {
            combine(memory.contentHash)
            guard let device = memory as? RomDevice else { return }
            combine(device.readsContents ? 1 : 0)
            combine(device.saveDevice())
            return
        }
        combine(module.saveState())
    }

    private mutating func combine(_ state: ModuleState) {
        switch state {
        case .payload(let schema, let bytes):
            combine(UInt64(schema.version))
            combine(bytes)
        case .stateless: combine(0)
        case .unsupported(let reason): combine(Array(reason.utf8))
        }
    }
}
