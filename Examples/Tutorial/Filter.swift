import Tandem

/// The second initiator: reads each block from memory and gives the large samples to the accumulator.
final class Filter: Module {
    let bus: InitiatorSocket
    private let blocks: Fifo<Block>

    init(_ context: ModuleContext, accumulator: UInt64, blocks: Fifo<Block>, threshold: UInt32) {
        bus = InitiatorSocket("bus", context)
        self.blocks = blocks
        super.init(context)
        thread("filter") { [unowned self] context in
            // It runs ahead of time by a quantum at most, and lets the simulation catch up before it takes a block.
            var keeper = QuantumKeeper(simulation)
            keeper.reset()
            while true {
                try keeper.sync(in: context)
                let block = try self.blocks.read()
                keeper.reset()
                for index in 0..<block.count {
                    var delay = keeper.localTime
                    let value = try bus.read(UInt32.self, at: block.address + UInt64(index) * 4, delay: &delay)
                    if value >= threshold { try bus.write(value, at: accumulator, delay: &delay) }
                    keeper.set(delay)
                    if keeper.needsSync { try keeper.sync(in: context) }
                }
            }
        }
    }
}
