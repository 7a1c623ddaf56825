import TandemOS
import Testing

@Suite("Host sampler")
struct HostSamplerTests {
    @Test("processor time goes to what the words say that the thread does, and to nothing else")
    func words() throws {
        let places = UnsafeMutablePointer<UInt>.allocate(capacity: 2)
        defer { places.deallocate() }
        places.initialize(repeating: 7, count: 2)
        let sampler = try HostSampler(outer: UnsafePointer(places), inner: UnsafePointer(places + 1))
        // Time that this thread has worked, however busy the host is.
        let start = HostClock.threadCPU.nanoseconds
        while HostClock.threadCPU.nanoseconds - start < 60_000_000 {
            places[1] = HostClock.threadCPU.nanoseconds - start < 30_000_000 ? 1 : 2
        }
        let worked = HostClock.threadCPU.nanoseconds - start
        let found = sampler.end()
        #expect(!found.isEmpty && found.allSatisfy { $0.outer == 7 && [1, 2, 7].contains($0.inner) && $0.samples > 0 })
        // The last stretch may not have been looked at, and the sampler began before the measured stretch.
        #expect(found.reduce(0) { $0 + $1.nanoseconds } < worked + 1_000_000_000)
    }
}
