import Testing

@testable import TandemCPU

/// The lists of jumps between units, without any code: the displacements that would be patched are plain memory.
@Suite("Exits of units")
struct UnitExitTests {
    /// A few units with exits, whose patch sites are words of this object.
    private final class Units {
        // SAFETY: allocated in `init`, freed only in `deinit`.
        let units: BlockPointer
        let exits: UnitExitPointer
        let sites: UnsafeMutablePointer<Int32>
        let epochs: UnsafeMutablePointer<UInt32>
        let count: Int
        let exitCount: Int

        init(_ count: Int, exits exitCount: Int) {
            self.count = count
            self.exitCount = exitCount
            units = .allocate(capacity: count)
            exits = .allocate(capacity: exitCount)
            sites = .allocate(capacity: exitCount)
            sites.initialize(repeating: 0, count: exitCount)
            epochs = .allocate(capacity: exitCount)
            epochs.initialize(repeating: 0, count: exitCount)
            for number in 0..<count {
                (units + number).initialize(
                    to: TranslatedBlock(
                        executions: 0, lastStart: 0, cost: 1, waited: 0,
                        code: UnsafeMutablePointer(bitPattern: 16).unsafelyUnwrapped, pc: UInt64(number), physical: 0,
                        secondPage: TranslatedBlock.noPage, mode: 0, count: 1,
                        boundaries: UnsafeMutablePointer(bitPattern: 16).unsafelyUnwrapped, fetchCell: nil,
                        fetchLatency: 0, isChainable: true, tally: AccessTally()))
                units[number].entry = 0x10_0000 + UInt(number) * 0x1000
            }
            for number in 0..<exitCount {
                let base = 0x20_0000 + UInt(number) * 0x100
                (exits + number).initialize(
                    to: UnitExit(
                        target: 0, owner: units, patchSite: UnsafeMutableRawPointer(sites + number), patchBase: base,
                        unlinkedTarget: base + 8, epochSite: UnsafeMutableRawPointer(epochs + number), boundary: 0))
                sites[number] = 8
            }
        }

        deinit {
            units.deallocate()
            exits.deallocate()
            sites.deallocate()
            epochs.deallocate()
        }

        /// The exits in a unit's list, by number, each found from both sides.
        func incoming(_ unit: Int) -> [Int] {
            var numbers: [Int] = []
            var previous: UnitExitPointer?
            var next = units[unit].incoming
            while let exit = next {
                #expect(exit.pointee.previous == previous)
                #expect(exit.pointee.destination == units + unit)
                numbers.append(exit - exits)
                previous = exit
                next = exit.pointee.next
            }
            return numbers
        }

        /// Where an exit's jump leads now.
        func target(_ exit: Int) -> UInt {
            exits[exit].patchBase &+ UInt(bitPattern: Int(sites[exit]))
        }
    }

    @Test("jumps that are linked and unlinked in any order lead where the lists say")
    func anyOrder() {
        let seed: UInt64 = 0x1ae7
        print("exits of units: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        let units = Units(5, exits: 24)
        var destination = [Int?](repeating: nil, count: units.exitCount)
        for step in 0..<4000 {
            let exit = Int.random(in: 0..<units.exitCount, using: &generator)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0...3:
                let unit = Int.random(in: 0..<units.count, using: &generator)
                UnitExit.link(units.exits + exit, to: units.units + unit, epoch: UInt64(step) | 7 << 32)
                destination[exit] = unit
                #expect(units.epochs[exit] == UInt32(step))
            case 4...6:
                UnitExit.unlink(units.exits + exit)
                destination[exit] = nil
            default:
                // A unit goes: whoever leads to it is told.
                let unit = Int.random(in: 0..<units.count, using: &generator)
                while let incoming = units.units[unit].incoming { UnitExit.unlink(incoming) }
                for number in destination.indices where destination[number] == unit { destination[number] = nil }
            }
            for unit in 0..<units.count {
                let expected = destination.indices.filter { destination[$0] == unit }
                guard units.incoming(unit).sorted() == expected else {
                    Issue.record("the list of unit \(unit) in step \(step)")
                    return
                }
            }
            for number in destination.indices {
                let expected = destination[number].map { units.units[$0].entry } ?? units.exits[number].unlinkedTarget
                guard units.target(number) == expected else {
                    Issue.record("exit \(number) leads to the wrong place in step \(step)")
                    return
                }
            }
        }
    }
}
