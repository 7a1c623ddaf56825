import TandemBus
import TandemKernel
import TandemTesting
import Testing

/// The router against a model that looks at every region for every byte.
@Suite("Router against a naive model")
struct RouterModelTests {
    struct Model {
        var regions: [Region] = []

        func region(at address: UInt64) -> Region? {
            regions.filter { $0.contains(address) }.max { $0.priority < $1.priority }
        }

        /// Target and offset of an access; nil if it does not lie in one stretch of one target.
        func decode(_ address: UInt64, count: UInt64) -> (TargetSocket, UInt64)? {
            guard let first = region(at: address) else { return nil }
            let offset = address - first.start + first.offset
            for index in 0..<count {
                let (next, overflow) = address.addingReportingOverflow(index)
                guard !overflow, let region = region(at: next), region.target === first.target,
                    next - region.start + region.offset == offset + index
                else { return nil }
            }
            return (first.target, offset)
        }
    }

    @Test("random maps decode as the model says", arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func random(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        let bench = SimBench()
        let targets = (0..<6).map { RecordingTarget(bench.context("t\($0)")) }
        var model = Model()
        // Small and large regions, near 0, near the top, on pages and off them.
        let bases: [UInt64] = [0, 0x1000, 0x1_0000, 0x1000_0000, 0x8000_0000, 0x1_0000_0000, 1 << 40, .max - 0xffff]
        for index in 0..<40 {
            let start = bases.randomElement(using: &random)! + UInt64.random(in: 0..<0x4000, using: &random)
            let limit = UInt64.max - start
            let size = min(1 << UInt64.random(in: 0..<15, using: &random), limit) | 1
            let region = Region(
                start: start, size: size, target: targets.randomElement(using: &random)!.bus,
                offset: UInt64.random(in: 0..<64, using: &random), priority: index % 7 == 0 ? 0 : index,
                name: "r\(index)")
            do {
                try bench.router.map(region)
                model.regions.append(region)
            } catch {
                let clash = model.regions.contains {
                    $0.priority == region.priority && $0.start <= region.end && region.start <= $0.end
                }
                #expect(clash, "\(error)")
            }
            if index % 10 == 9 {
                try compare(bench, model, targets, &random)
                let victim = model.regions.remove(at: Int.random(in: 0..<model.regions.count, using: &random))
                #expect(bench.router.unmap(victim.name))
                try compare(bench, model, targets, &random)
            }
        }
    }

    private func compare(
        _ bench: SimBench, _ model: Model, _ targets: [RecordingTarget], _ random: inout SplitMix64
    ) throws {
        for _ in 0..<200 {
            let region = model.regions.randomElement(using: &random)!
            // Around the edges, where mistakes are.
            let edge = Bool.random(using: &random) ? region.start : region.end
            let address = edge &+ UInt64.random(in: 0...16, using: &random) &- 8
            let count = [1, 2, 4, 8, 13].randomElement(using: &random)!
            for target in targets { target.clear() }
            bench.probe.read(address, count: count)
            if let (target, offset) = model.decode(address, count: UInt64(count)) {
                #expect(bench.probe.response == .ok)
                let served = targets.filter { !$0.accesses.isEmpty }
                #expect(served.count == 1 && served[0].bus === target)
                #expect(served.first?.accesses.map(\.address) == [offset])
            } else {
                #expect(bench.probe.response == .addressError)
                #expect(targets.allSatisfy { $0.accesses.isEmpty })
            }
            let resolution = bench.router.resolve(address)
            #expect(resolution?.target === model.region(at: address)?.target)
            if let resolution { #expect(resolution.range.contains(address)) }
        }
    }
}
