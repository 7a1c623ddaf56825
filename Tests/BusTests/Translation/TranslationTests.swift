import TandemBus
import TandemKernel
import TandemTesting
import Testing

/// An IOMMU whose windows a test sets.
private final class Translator: Module, AddressTranslator {
    let input: TargetSocket
    let output: PassingSocket
    private(set) var translation: Translation?
    private var windows: [TranslatedWindow] = []
    private(set) var faults: [TranslationFault] = []
    private(set) var faultTimes: [SimTime] = []

    init(_ context: ModuleContext, latency: SimTime = .zero) {
        input = TargetSocket("in", context)
        output = PassingSocket("out", context)
        super.init(context)
        translation = Translation(from: input, to: output, latency: latency, by: self)
    }

    func set(_ windows: TranslatedWindow...) {
        self.windows = windows
        translation?.invalidate()
    }

    func translate(_ address: UInt64, _ attributes: Attributes) -> TranslatedWindow? {
        windows.first { $0.range.contains(address) }
    }

    func translationFailed(_ fault: TranslationFault, delay: SimTime) {
        faults.append(fault)
        faultTimes.append(now + delay)
    }
}

@Suite("Translations")
struct TranslationTests {
    private let bench = SimBench()

    private func device(latency: SimTime = .zero) throws -> (Translator, ProbeInitiator) {
        let translator = Translator(bench.context("iommu"), latency: latency)
        try translator.output.bind(to: bench.router.in)
        let probe = ProbeInitiator(bench.context("device"))
        probe.bus.bind(to: translator.input)
        return (translator, probe)
    }

    @Test("a translation that would lead back to itself is refused, whichever way the circle is closed")
    func circle() throws {
        let (first, _) = try device()
        let closed = #expect(throws: ElaborationError.self) {
            try bench.router.map(Region(start: 0x1000, size: 0x1000, target: first.input))
        }
        #expect(closed?.description.contains("leads back to this router") == true)
        let second = Translator(bench.context("second"))
        try bench.router.map(Region(start: 0x2000, size: 0x1000, target: second.input))
        let bound = #expect(throws: ElaborationError.self) { try second.output.bind(to: bench.router.in) }
        #expect(bound?.description.contains("the socket leads back to “second.in”") == true)
    }

    @Test("an access is moved to the other side, takes the latency, and counts at the target that it reaches")
    func moves() throws {
        let (translator, probe) = try device(latency: .nanoseconds(3))
        let ram = try bench.addRam(at: 0x8000_0000, size: 0x1_0000)
        translator.set(TranslatedWindow(0x1000...0x1fff, to: 0x8000_4000))
        #expect(probe.write(0x1010, UInt32(0xabcd)) == .ok)
        #expect(ram.bytes(at: 0x4010, count: 2) == [0xcd, 0xab])
        #expect(probe.read(0x1010, as: UInt32.self) == 0xabcd)
        #expect(probe.delay == .nanoseconds(6))
        #expect(probe.bus.traffic.map(\.target) == ["ram"])
        #expect(BusDirectory.of(bench.simulation).traffic.count == 1)
        #expect(probe.debugRead(0x1010, count: 1) == [0xcd])
        #expect(probe.bus.route(to: 0x1010) != nil)
    }

    @Test("what has no translation, lies in two windows, or is not allowed is refused, counted and told of at its time")
    func faults() throws {
        let (translator, probe) = try device()
        _ = try bench.addRam(at: 0x8000_0000, size: 0x1_0000)
        translator.set(
            TranslatedWindow(0x1000...0x1fff, to: 0x8000_0000, allowsWrite: false),
            TranslatedWindow(0x2000...0x2fff, to: 0x8000_8000, allowsRead: false))
        probe.delay = .nanoseconds(5)
        probe.read(0x3000, count: 4)
        #expect(probe.response == .addressError)
        probe.read(0x1ffe, count: 4)
        #expect(probe.response == .addressError)
        #expect(probe.write(0x1000, UInt8(1)) == .commandError)
        probe.read(0x2000, count: 1)
        #expect(probe.response == .commandError)
        #expect(translator.faults.map(\.reason) == [.unmapped, .unmapped, .denied, .denied])
        #expect(translator.faults.map(\.address) == [0x3000, 0x1ffe, 0x1000, 0x2000])
        #expect(translator.faults.allSatisfy { $0.attributes.initiator == probe.bus.id })
        #expect(translator.faultTimes[0] == .nanoseconds(5))
        #expect(probe.bus.traffic.map(\.target) == ["iommu"])
        #expect(probe.bus.traffic[0].errors == 4)
        #expect(probe.debugRead(0x3000, count: 1) == [])
        #expect(probe.debugRead(0x1ffe, count: 4).count == 4)
        #expect(translator.faults.count == 4)
    }

    @Test("grants are cut to the window and its rights, and end when the windows or the map behind change")
    func grants() throws {
        let (translator, probe) = try device(latency: .nanoseconds(2))
        let ram = try bench.addRam(at: 0x8000_0000, size: 0x1_0000)
        translator.set(TranslatedWindow(0x1000...0x1fff, to: 0x8000_4000, allowsWrite: false))
        let grant = try #require(probe.bus.directMemory(at: 0x1800, for: .read))
        #expect(grant.start == 0x1000 && grant.end == 0x1fff && grant.base == ram.base + 0x4000)
        #expect(grant.readLatency == .nanoseconds(2) && !grant.allowsWrite && grant.target == ram.bus.id)
        #expect(probe.bus.directMemory(at: 0x1800, for: .write) == nil)
        #expect(probe.bus.directMemory(at: 0x3000, for: .read) == nil)
        translator.set(TranslatedWindow(0x1000...0x1fff, to: 0x8000_4000, allowsDirectMemory: false))
        #expect(!probe.invalidated.isEmpty)
        #expect(probe.bus.directMemory(at: 0x1800, for: .read) == nil)
        let before = probe.invalidated.count
        #expect(bench.router.unmap("ram"))
        #expect(probe.invalidated.count > before)
    }

    @Test("a window may wrap around on the other side, by transactions")
    func wraps() throws {
        let (translator, probe) = try device()
        let target = RecordingTarget(bench.context("t"))
        try bench.map(target.bus, at: 0, size: 0x1000)
        translator.set(TranslatedWindow(0x1000...0x2fff, to: .max - 0xfff))
        probe.read(0x2010, count: 1)
        #expect(target.accesses.map(\.address) == [0x10])
        #expect(probe.bus.directMemory(at: 0x2010, for: .read) == nil)
    }

    @Test("elaboration looks through it: for targets that wait, circles, and a socket that leads nowhere")
    func elaboration() throws {
        let (translator, _) = try device()
        translator.set(.identity)
        let circle = #expect(throws: ElaborationError.self) {
            try bench.map(translator.input, at: 0, size: 0x1000)
        }
        #expect(circle?.diagnosis.problem.contains("leads back") == true)
        let lost = Translator(bench.context("lost"))
        let error = #expect(throws: ElaborationError.self) { try bench.simulation.elaborate() }
        #expect(error?.diagnosis.place == "lost.out")
        #expect(AddressSpace.all(of: bench.simulation).map(\.tree.kind) == [.router, .translation])
        _ = lost
    }
}
