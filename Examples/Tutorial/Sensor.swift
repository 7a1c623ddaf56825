import Tandem

/// Where samples stand in memory.
struct Block {
    var address: UInt64
    var count: Int
}

/// The first initiator: writes a block of samples to memory, then tells where it is.
final class Sensor: Module {
    let bus: InitiatorSocket
    private let blocks: Fifo<Block>

    init(_ context: ModuleContext, memory: UInt64, blocks: Fifo<Block>, count: Int) {
        bus = InitiatorSocket("bus", context)
        self.blocks = blocks
        super.init(context)
        thread("sample") { [unowned self] context in
            for index in 0..<count {
                // Four buffers, used in turn: the FIFO has two places, and one block is being read.
                let block = Block(address: memory + UInt64(index % 4) * 64, count: 16)
                try sample(block, number: index, context)
                try self.blocks.write(block)
            }
        }
    }

    /// One sample every 100 ns. The time that the bus takes is a part of that.
    private func sample(_ block: Block, number: Int, _ context: ThreadContext) throws {
        for index in 0..<block.count {
            var delay = SimTime.zero
            let value = UInt32(number * 100 + index)
            try bus.write(value, at: block.address + UInt64(index) * 4, delay: &delay)
            try context.wait(for: max(delay, .nanoseconds(100)))
        }
    }
}
