import Glibc
import TandemOS
import Testing

@Suite("Host processor")
struct HostProcessorTests {
    @Test("the processor has what the kernel says that it has")
    func agreesWithKernel() throws {
        let file = try #require(fopen("/proc/cpuinfo", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 16 * 1024)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("flags") else { continue }
            let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\n" })
            for feature in HostProcessor.Feature.allCases {
                let name = feature == .lzcnt ? "abm" : feature.rawValue.lowercased()
                #expect(HostProcessor.current.has(feature) == words.contains { $0 == name }, "\(feature)")
            }
            return
        }
    }

    @Test("what is missing is named")
    func missing() {
        let old = HostProcessor(features: [.avx, .popcnt, .lzcnt, .bmi1])
        #expect(!old.hasTranslatorFeatures)
        #expect(old.missingNames == "FMA, BMI2")
        let new = HostProcessor(features: HostProcessor.translatorFeatures)
        #expect(new.hasTranslatorFeatures && new.missingNames == nil)
    }
}
