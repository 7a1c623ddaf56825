import Glibc

/// What the host's processor can do, as far as generated code needs to know.
public struct HostProcessor: Equatable, Sendable {
    /// A group of instructions that not every x86-64 processor has, or that the system must have enabled.
    public enum Feature: String, Sendable, CaseIterable {
        /// The VEX encoding and three operands; the system saves the upper halves of the registers.
        case avx = "AVX"
        /// Fused multiply-add.
        case fma = "FMA"
        /// `andn`, `blsr`, `tzcnt`.
        case bmi1 = "BMI1"
        /// `shlx`, `rorx`.
        case bmi2 = "BMI2"
        case lzcnt = "LZCNT"
        case popcnt = "POPCNT"
        /// Loads and stores in the other byte order.
        case movbe = "MOVBE"
    }

    /// What the translator's x86-64 back-end cannot do without.
    public static let translatorFeatures: [Feature] = [.avx, .fma, .bmi1, .bmi2, .lzcnt, .popcnt]

    /// The processor that executes this process.
    public static let current = HostProcessor(features: detect())

    /// In the order of ``Feature``. Empty on a host that is not x86-64.
    public let features: [Feature]

    /// A processor that has `features`.
    public init(features: [Feature]) { self.features = features }

    /// Whether the processor has `feature`.
    public func has(_ feature: Feature) -> Bool { features.contains(feature) }

    /// What the x86-64 back-end needs and the processor lacks.
    public var missingForTranslator: [Feature] { Self.translatorFeatures.filter { !has($0) } }

    /// Whether the x86-64 back-end can run here.
    public var hasTranslatorFeatures: Bool { missingForTranslator.isEmpty }

    /// `AVX, FMA`: the names of what is missing, or nil if nothing is.
    public var missingNames: String? {
        let missing = missingForTranslator
        return missing.isEmpty ? nil : missing.map(\.rawValue).joined(separator: ", ")
    }

    #if arch(x86_64)

        /// The registers that CPUID answers in.
        private struct Answer {
            var eax: UInt32 = 0
            var ebx: UInt32 = 0
            var ecx: UInt32 = 0
            var edx: UInt32 = 0
        }

        private typealias Identify = @convention(c) (_ leaf: UInt32, _ part: UInt32, UnsafeMutableRawPointer) -> Void
        private typealias ReadControl = @convention(c) () -> UInt64

        // swift-format-ignore
        private static let identifyBytes: [UInt8] = [
            0x53,                    // push rbx
            0x49, 0x89, 0xd0,        // mov  r8, rdx
            0x89, 0xf8,              // mov  eax, edi
            0x89, 0xf1,              // mov  ecx, esi
            0x0f, 0xa2,              // cpuid
            0x41, 0x89, 0x00,        // mov  [r8], eax
            0x41, 0x89, 0x58, 0x04,  // mov  [r8 + 4], ebx
            0x41, 0x89, 0x48, 0x08,  // mov  [r8 + 8], ecx
            0x41, 0x89, 0x50, 0x0c,  // mov  [r8 + 12], edx
            0x5b,                    // pop  rbx
            0xc3,                    // ret
        ]
        // swift-format-ignore
        private static let readControlBytes: [UInt8] = [
            0x31, 0xc9,              // xor  ecx, ecx
            0x0f, 0x01, 0xd0,        // xgetbv
            0x48, 0xc1, 0xe2, 0x20,  // shl  rdx, 32
            0x48, 0x09, 0xd0,        // or   rax, rdx
            0xc3,                    // ret
        ]
        private static let readControlOffset = 64

        /// Intel SDM volume 2, CPUID: leaves 1, 7 and 8000_0001h; volume 1, §14.3 for what the system must have enabled.
        private static func detect() -> [Feature] {
            let flags = MAP_PRIVATE | MAP_ANONYMOUS
            guard let page = mmap(nil, Page.size, PROT_READ | PROT_WRITE, flags, -1, 0), page != MAP_FAILED else {
                return []
            }
            defer { munmap(page, Page.size) }
            page.copyMemory(from: identifyBytes, byteCount: identifyBytes.count)
            (page + readControlOffset).copyMemory(from: readControlBytes, byteCount: readControlBytes.count)
            // A host that forbids generated code has no use for the answer.
            guard mprotect(page, Page.size, PROT_READ | PROT_EXEC) == 0 else { return [] }

            // SAFETY: the page holds the instructions above, which keep to the System V ABI; it is unmapped after the calls.
            let identify = unsafeBitCast(page, to: Identify.self)
            let readControl = unsafeBitCast(page + readControlOffset, to: ReadControl.self)
            func ask(_ leaf: UInt32) -> Answer {
                var highest = Answer()
                identify(leaf & 0x8000_0000, 0, &highest)
                guard highest.eax >= leaf else { return Answer() }
                var answer = Answer()
                identify(leaf, 0, &answer)
                return answer
            }

            let basic = ask(1)
            let structured = ask(7)
            let extended = ask(0x8000_0001)
            func bit(_ word: UInt32, _ number: UInt32) -> Bool { word >> number & 1 != 0 }
            // XGETBV exists where OSXSAVE is set; bits 1 and 2 of XCR0 are the lower and upper halves of the vectors.
            let savesVectors = bit(basic.ecx, 27) && readControl() & 6 == 6
            return Feature.allCases.filter { feature in
                switch feature {
                case .avx: savesVectors && bit(basic.ecx, 28)
                case .fma: savesVectors && bit(basic.ecx, 12)
                case .bmi1: bit(structured.ebx, 3)
                case .bmi2: bit(structured.ebx, 8)
                case .lzcnt: bit(extended.ecx, 5)
                case .popcnt: bit(basic.ecx, 23)
                case .movbe: bit(basic.ecx, 22)
                }
            }
        }

    #else

        private static func detect() -> [Feature] { [] }

    #endif
}
